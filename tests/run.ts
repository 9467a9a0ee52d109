/**
 * `npm test`: one PostgreSQL for the whole run, then node's own test runner over every compiled test. nats-server, HAProxy
 * and Chromium are installed first where they are missing; each test file starts its own.
 *
 *   npm test                      everything
 *   npm test -- journal copy      only the files whose path holds one of these words
 *   npm test -- --test-name-pattern='\[H3\]'   flags go to node's runner
 *
 * Ends with the runner's summary and its exit code. Whatever earlier runs left behind when they were killed is
 * removed first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../storage/package-root.ts';
import { makeTemplate, startTestCluster, sweepTestClusters, TEST_POSTGRES } from './support/cluster.ts';
import { installMissingPrograms } from './support/programs.ts';

/** Files at a time: tests share the machine with PostgreSQL, and their deadlines were chosen for two. */
const CONCURRENCY = 2;
/** No file takes this long; one that hangs must not hang the run. */
const FILE_TIMEOUT_MS = 240_000;

const compiledRoot = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Node's runner, while it runs. */
let runner: ChildProcess | null = null;
let interrupted = false;
// A terminal's Ctrl-C reaches the child by itself, other signals do not; we stay until it has ended, then tidy up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    runner?.kill('SIGTERM');
  });
}

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
process.exitCode = await run(testFiles(words), flags);

/** Compiled tests, by path. One whose source is gone is a leftover of an earlier build, and no test. */
function testFiles(words: readonly string[]): string[] {
  return readdirSync(compiledRoot, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !file.includes('node_modules'))
    .filter((file) => existsSync(path.join(packageRoot(), file.replace(/\.js$/, '.ts'))))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort()
    .map((file) => path.join(compiledRoot, file));
}

async function run(files: readonly string[], flags: readonly string[]): Promise<number> {
  if (files.length === 0) {
    console.error('no test file matches');
    return 1;
  }
  const hasBrowserTests = files.some((file) => file.includes(`${path.sep}e2e${path.sep}`));
  installMissingPrograms(['nats-server', 'haproxy', ...(hasBrowserTests ? (['chromium'] as const) : [])]);
  await sweepTestClusters();
  const cluster = await startTestCluster({});
  try {
    await makeTemplate(cluster.config);
    return await runNode(files, flags, JSON.stringify(cluster.config));
  } finally {
    await cluster.stop();
    // Clusters of test files that were killed in the middle.
    await sweepTestClusters();
  }
}

function runNode(files: readonly string[], flags: readonly string[], testPostgres: string): Promise<number> {
  if (interrupted) return Promise.resolve(1);
  const leave = new URL('./support/leave.js', import.meta.url).href;
  const nodeFlags = [
    '--test',
    `--import=${leave}`,
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
  ];
  const child = spawn(process.execPath, [...nodeFlags, '--test-reporter=spec', ...flags, ...files], {
    stdio: 'inherit',
    env: { ...process.env, [TEST_POSTGRES]: testPostgres },
  });
  runner = child;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
