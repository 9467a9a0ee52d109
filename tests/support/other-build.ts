/**
 * Other builds of the server: a copy of the compiled one with some of its text replaced, inside the work tree (the packages
 * that it imports are found from there) and where git does not look. For upgrades that have not been written yet, and for
 * builds that are broken on purpose, to see that somebody notices.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../storage/package-root.ts';

/** In the compiled `file`: `from`, which must be there, becomes `to`. */
export type Patch = readonly [file: string, from: string, to: string];

const COMPILED = fileURLToPath(new URL('../../', import.meta.url));
const PARTS = ['actors', 'storage', 'workers', 'server'];

/** The path of its main, for `ServerOptions.main`. Removed when `t` ends. */
export function otherBuild(t: TestContext, patches: readonly Patch[]): string {
  const parent = path.join(packageRoot(), '.build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, 'other-build-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of PARTS) {
    const filter = (file: string): boolean => !/\.test\.js$|\.d\.ts$|\.map$/.test(file);
    cpSync(path.join(COMPILED, part), path.join(folder, part), { recursive: true, filter });
  }
  for (const [file, from, to] of patches) {
    const name = path.join(folder, file);
    const text = readFileSync(name, 'utf8');
    if (!text.includes(from))
      throw new Error(`${file} does not say "${from}" any more: the patch is to be written anew`);
    writeFileSync(
      name,
      text.replace(from, () => to),
    );
  }
  return path.join(folder, 'server/main.js');
}

/** The exported function `name` of `file`, with `wrapper` around it: an expression that is given the function itself. */
export function wrapped(file: string, name: string, wrapper: string): Patch {
  return [
    file,
    `export function ${name}(`,
    `export const ${name} = (${wrapper})((...all) => original_${name}(...all));\nfunction original_${name}(`,
  ];
}
