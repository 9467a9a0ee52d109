/**
 * The files of the project as the tests of the house see them: everything that git would take, found without git (an
 * archive of the sources has none), by leaving out what .gitignore names.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../storage/package-root.ts';

const root = packageRoot();
const ignored = [
  '.git',
  ...readProjectFile('.gitignore')
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#')),
];

/** Paths relative to the package, with `/`, sorted; those that end with one of `endings`, or all. */
export function projectFiles(...endings: readonly string[]): readonly string[] {
  return allFiles.filter((file) => endings.length === 0 || endings.some((ending) => file.endsWith(ending)));
}

/** The text of a project file. Throws, naming it, when it is missing. */
export function readProjectFile(file: string): string {
  const absolute = path.join(root, file);
  if (!existsSync(absolute)) throw new Error(`${file} is missing`);
  return readFileSync(absolute, 'utf8');
}

/** A file or folder of the project. */
export function isInProject(file: string): boolean {
  return existsSync(path.join(root, file));
}

/** `docs/protocol.md:12`, for messages. */
export function at(file: string, text: string, index: number): string {
  return `${file}:${text.slice(0, index).split('\n').length}`;
}

const allFiles = walk('').sort();

function walk(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    if (ignored.some((pattern) => matches(entry.name, pattern))) continue;
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...walk(file));
    else if (entry.isFile()) found.push(file);
  }
  return found;
}

/** .gitignore here holds names and `*.ending` only. */
function matches(name: string, pattern: string): boolean {
  return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
