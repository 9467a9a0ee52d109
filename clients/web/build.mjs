/**
 * Builds the shop into dist/web: Angular's build, then the service worker with the list of its files, then everything
 * compressed. When nothing has changed since the last time it does nothing: a stamp holds the hash of all that the build
 * reads, so that `npm start` and `npm test` may always call it.
 *
 *   node clients/web/build.mjs            builds what is stale
 *   node clients/web/build.mjs --watch    for development: builds at each change, without service worker and compression
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compressFiles } from './compress.mjs';
import { finishIndex } from './finish-index.mjs';
import { buildWorker } from './worker-build.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');
const output = path.join(root, 'dist/web');
/** Inside of what it speaks of: whoever removes the build removes the stamp. */
const stampFile = path.join(output, '.stamp');

/** All that the build reads. */
const SOURCES = ['clients/web', 'clients/sdk', 'server/protocol', 'package-lock.json', 'tsconfig.json'];

const require = createRequire(import.meta.url);

/** Hash of every source, by name and content. Tests are none. */
function hashOfSources() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((name) => filesBelow(path.join(root, name))).sort()) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(name) {
  try {
    return readdirSync(name, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
      .filter((file) => !/[/\\](node_modules|\.angular)[/\\]/.test(file));
  } catch (cause) {
    if (cause.code === 'ENOTDIR') return [name];
    throw cause;
  }
}

function isFresh(stamp) {
  try {
    return readFileSync(stampFile, 'utf8') === stamp;
  } catch {
    return false;
  }
}

/** Runs a package's command with this Node; resolves when it has ended well, else ends this process with its code. */
function run(script, args, quiet) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: here,
    stdio: quiet ? ['ignore', 'pipe', 'inherit'] : 'inherit',
    env: { ...process.env, NG_CLI_ANALYTICS: 'false' },
  });
  // What Angular tells of a build that went well is a page of file names; of one that did not, all of it is wanted.
  const said = [];
  child.stdout?.on('data', (piece) => said.push(piece));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      if (code === 0) return resolve();
      process.stdout.write(Buffer.concat(said));
      process.exit(code ?? 1);
    });
  });
}

const ng = path.join(path.dirname(require.resolve('@angular/cli/package.json')), 'bin/ng.js');
const tsc = require.resolve('typescript/bin/tsc');

if (process.argv.includes('--watch')) {
  await run(ng, ['build', '--watch', '--configuration=development'], false);
} else {
  const stamp = hashOfSources();
  if (!isFresh(stamp)) {
    const startedAtMs = performance.now();
    rmSync(stampFile, { force: true });
    await run(ng, ['build', '--stats-json'], true);
    finishIndex(output);
    await run(tsc, ['--project', path.join(here, 'tsconfig.worker.json')], true);
    // A list of pages that are rendered beforehand; there are none, and no browser asks for it.
    rmSync(path.join(output, 'prerendered-routes.json'), { force: true });
    await buildWorker(path.join(here, 'src/worker/service-worker.ts'), output);
    await compressFiles(output);
    writeFileSync(stampFile, stamp);
    console.log(`the shop is built: dist/web, ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
  }
}
