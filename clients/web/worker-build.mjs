/**
 * The service worker: one script (a worker that had to import others could not be told apart from its next version by its
 * bytes alone), which holds the list of the files it keeps, and the name of its build: the hash of that list and of the page.
 * The page is told the same name, so that it knows whether the worker that waits is newer than itself.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

/** What a page never asks for by itself. */
const NOT_KEPT = /^(index\.html|sw\.js|robots\.txt|3rdpartylicenses\.txt|\.stamp)$|\.(br|gz|map)$/;
const BUILD_MARK = '%BUILD%';

/** Bundles `source` to `output`/sw.js; all other files must be there already. Writes the build's name into index.html. */
export async function buildWorker(source, output) {
  const files = readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(output, path.join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .filter((name) => !NOT_KEPT.test(name))
    .sort();
  const index = path.join(output, 'index.html');
  const page = readFileSync(index, 'utf8');
  const hash = createHash('sha256').update(page);
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(output, file)));
  const name = hash.digest('hex').slice(0, 16);
  writeFileSync(index, page.replaceAll(BUILD_MARK, name));
  await build({
    entryPoints: [source],
    outfile: path.join(output, 'sw.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    define: { BUILD_NAME: JSON.stringify(name), BUILD_FILES: JSON.stringify(files.map((file) => `/${file}`)) },
  });
}
