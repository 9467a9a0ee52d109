/** The documents and the code say the same: what both of them list is compared here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { busMetrics, membershipMetrics, relayMetrics } from '../../server/cluster-metrics.ts';
import { configurationVariables } from '../../server/config.ts';
import { collectThreadMetrics, createThreadCounters } from '../../server/metrics.ts';
import { paymentMetrics } from '../../server/payments/payment-metrics.ts';
import { CloseCode } from '../../server/socket/socket-port.ts';
import { JOB_SCHEMA } from '../../storage/job-schema.ts';
import { ROLES } from '../../storage/roles.ts';
import { noCounts } from '../../workers/cluster/nats-bus-ports.ts';
import { at, isInProject, projectFiles, readProjectFile } from './project-files.ts';

const documents = projectFiles('.md');
const testFiles = projectFiles('.test.ts', '-contract.ts');
/** A rule's id where it is defined: at the begin of a heading, a list item, a row or a paragraph, in bold, brackets or code. */
const RULE_DEFINED =
  /^(?:#{2,5} |[-*] |\| ?)?(?:\*\*|`)?\[?([A-Z]{1,2}\d{1,3}[a-z]?)\]?(?:\*\*|`)?(?:[.:]|\*\*| \||\s|$)/gm;

/** `| cell | cell |` rows of a document, cells trimmed, backticks around a whole cell taken off. */
function rowsOf(file: string): string[][] {
  return readProjectFile(file)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, line.trimEnd().endsWith('|') ? line.lastIndexOf('|') : undefined)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
    );
}

function rulesOf(file: string): Set<string> {
  return new Set([...readProjectFile(file).matchAll(RULE_DEFINED)].map(([, id]) => id ?? ''));
}

/** Ids in brackets inside the strings of tests: their names. */
function rulesInTests(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of testFiles) {
    for (const [literal] of readProjectFile(file).matchAll(/(['"`])(?:(?!\1)[^\n])*\1/g)) {
      for (const [, id] of literal.matchAll(/\[([A-Z]{1,2}\d{1,3}[a-z]?)\]/g)) found.set(id ?? '', file);
    }
  }
  return found;
}

test('every rule of the specification stands in the name of a test', () => {
  const rules = new Set([...rulesOf('docs/specification.md'), ...rulesOf('docs/payments.md')]);
  assert.ok(rules.size >= 20, `only ${rules.size} rules were found in docs/specification.md`);
  const tested = rulesInTests();
  assert.deepEqual(
    [...rules].filter((id) => !tested.has(id)),
    [],
  );
});

test('every promise stands in the name of a test, or is said to belong to a later part', () => {
  const text = readProjectFile('docs/invariants.md');
  const tested = rulesInTests();
  for (const id of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8']) {
    assert.match(text, new RegExp(`\\b${id}\\b`));
    if (id !== 'I5' && id !== 'I7') assert.ok(tested.has(id), `no test is named after ${id}`);
  }
});

test('a test is named after rules that exist', () => {
  const known = new Set(
    ['specification', 'payments', 'invariants', 'protocol'].flatMap((name) => [...rulesOf(`docs/${name}.md`)]),
  );
  const unknown = [...rulesInTests()].filter(([id, file]) => !known.has(id) && !file.startsWith('tests/house/'));
  assert.deepEqual(unknown, []);
});

test('outcome codes: docs/protocol.md lists those of actors/seat-outcome.ts, in order of precedence', () => {
  const codes = new Map(Object.entries(OutcomeCode).map(([name, code]) => [code as number, name]));
  const listed = rowsOf('docs/protocol.md').flatMap(([code = '', name = '']) =>
    /^\d{1,2}$/.test(code) && [...codes.values()].includes(name) ? [[Number(code), name] as const] : [],
  );
  assert.deepEqual(
    listed,
    [...codes].sort(([a], [b]) => a - b),
  );
});

test('close codes: docs/protocol.md lists those of the socket layer', () => {
  const listed = new Set(rowsOf('docs/protocol.md').map(([code]) => code));
  assert.deepEqual(
    Object.values(CloseCode).filter((code) => !listed.has(String(code))),
    [],
  );
});

test('configuration: the table of README.md is the list of server/config.ts', () => {
  const names = new Set(configurationVariables.map(({ name }) => name));
  const table = rowsOf('README.md').filter(([name = '']) => names.has(name) || /^(POLTRONA_\w+)$/.test(name));
  const plain = (text: string): string => text.replace(/^`([^`]*)`$/, '$1');
  assert.deepEqual(
    table,
    configurationVariables.map((variable) => [variable.name, plain(variable.default), plain(variable.meaning)]),
  );
});

test('configuration: no code reads a variable that README.md does not name', () => {
  const names = new Set([...readProjectFile('README.md').matchAll(/`(POLTRONA_[A-Z_]+)/g)].map(([, name]) => name));
  const read = projectFiles('.ts')
    .filter((file) => /^(actors|storage|workers|server|clients)\//.test(file) && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      [...readProjectFile(file).matchAll(/\bPOLTRONA_[A-Z_]+\b/g)].map(([name]) => [file, name] as const),
    );
  assert.ok(read.length > 0);
  assert.deepEqual(
    read.filter(([, name]) => !names.has(name)),
    [],
  );
});

test('every file that a document names exists', () => {
  const missing: string[] = [];
  for (const file of documents) {
    const text = readProjectFile(file);
    const folder = path.posix.dirname(file);
    const note = (name: string, index: number): void => {
      if (!isInProject(name)) missing.push(`${at(file, text, index)} ${name}`);
    };
    // `storage/journal.ts` in backticks, from the package's root; dist/ is made by the build.
    for (const match of text.matchAll(
      /`((?:actors|storage|workers|server|clients|bench|tests|docs|deploy|\.ci|\.github)\/[\w./-]+)`/g,
    )) {
      note(match[1] ?? '', match.index);
    }
    // [text](relative.md#heading)
    for (const match of text.matchAll(/\]\(((?!https?:|mailto:|#)[^)\s#]+)(?:#[\w-]*)?\)/g)) {
      note(path.posix.join(folder, match[1] ?? ''), match.index);
    }
  }
  assert.deepEqual(missing, []);
});

test('every heading that a link names exists', () => {
  const missing: string[] = [];
  for (const file of documents) {
    const text = readProjectFile(file);
    for (const match of text.matchAll(/\]\(((?!https?:|mailto:)[^)\s#]*)#([\w-]+)\)/g)) {
      const target = match[1] === '' ? file : path.posix.join(path.posix.dirname(file), match[1] ?? '');
      if (!isInProject(target) || !anchorsOf(readProjectFile(target)).has(match[2] ?? '')) {
        missing.push(`${at(file, text, match.index)} ${match[0]}`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => heading ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .trim()
        .replace(/ /g, '-'),
    ),
  );
}

test('a name that a document places in a file of code stands there', () => {
  const wrong: string[] = [];
  let found = 0;
  for (const file of documents) {
    const text = readProjectFile(file);
    for (const match of text.matchAll(/`(#?\w+)(?:\([^`]*\))?`\s+in\s+`([\w/.-]+\.(?:ts|sql))`/g)) {
      const [, name = '', place = ''] = match;
      found++;
      if (!isInProject(place) || !readProjectFile(place).includes(name))
        wrong.push(`${at(file, text, match.index)} ${match[0]}`);
    }
  }
  assert.ok(found >= 10, `only ${found} were found`);
  assert.deepEqual(wrong, []);
});

test('every document that the code names exists', () => {
  const missing = projectFiles('.ts', '.mjs', '.sql', '.html').flatMap((file) => {
    const text = readProjectFile(file);
    const named = [...text.matchAll(/\bdocs\/[\w/-]+\.md\b/g)];
    return named.filter(([name]) => !isInProject(name)).map((match) => `${at(file, text, match.index)} ${match[0]}`);
  });
  assert.deepEqual(missing, []);
});

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
  const missing = documents.flatMap((file) => {
    const text = readProjectFile(file);
    const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)];
    return named
      .filter(([, run, short]) => !((run ?? short ?? '') in scripts))
      .map((match) => `${at(file, text, match.index)} ${match[0]}`);
  });
  assert.deepEqual(missing, []);
});

test('every command of `poltrona` that a document names exists', () => {
  const used = new Set(
    documents.flatMap((file) =>
      [...readProjectFile(file).matchAll(/\bnpx poltrona ((?:[a-z][a-z-]*(?=[\s`)]) ?)+)/g)].map(([, words]) =>
        (words ?? '').trim(),
      ),
    ),
  );
  assert.ok(used.size > 0, 'no document names a command');
  for (const words of used) assert.ok(isCommand(words.split(' ')), `there is no command "poltrona ${words}"`);
});

/** Each word must be listed by the help of the words before it, until one of them takes no further word. */
function isCommand(words: readonly string[]): boolean {
  const [first, second] = words;
  if (first === undefined || !new RegExp(`^ {2}${first}\\b`, 'm').test(helpOf([]))) return false;
  const help = helpOf([first]);
  return second === undefined || !help.includes('\nCommands:\n') || new RegExp(`^ {2}${second}\\b`, 'm').test(help);
}

function helpOf(before: readonly string[]): string {
  const main = fileURLToPath(new URL('../../clients/cli/main.js', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [main, ...before, '--help'], { encoding: 'utf8' });
  assert.match(stdout, /Usage:/, `poltrona ${before.join(' ')} --help says: ${stderr}`);
  return stdout;
}

test('metrics: the table of docs/operations.md is what is collected, and no document names another', () => {
  const counters = createThreadCounters();
  const roles = new Set<string>([...ROLES, JOB_SCHEMA]);
  const membership = { phase: 'member', node: 'up', owned: 0, orphaned: 0, nodes: 1, leaseValidUntilMs: 0 } as const;
  const collected = [
    ...collectThreadMetrics(counters),
    ...membershipMetrics(membership, 0),
    ...busMetrics(noCounts(), 0),
    ...relayMetrics({ rows: 0, oldestSeconds: 0, isRelaying: false, published: 0 }),
    ...paymentMetrics({ open: 0, oldestDueSeconds: 0, failing: 0, cases: 0, events: 0 }),
  ].map(({ name, help }) => [name, help]);
  counters.loopDelay.disable();
  const table = rowsOf('docs/operations.md').filter(
    ([name = '']) => /^poltrona_[a-z0-9_]+$/.test(name) && !roles.has(name),
  );
  assert.deepEqual(table, collected);
  const names = new Set(collected.map(([name]) => name));
  for (const file of documents) {
    for (const [name] of readProjectFile(file).matchAll(/\bpoltrona_[a-z0-9_]+\b/g)) {
      assert.ok(names.has(name) || roles.has(name), `${file} names ${name}`);
    }
  }
});

test('log lines that docs/operations.md quotes are written somewhere', () => {
  const code = projectFiles('.ts').map(readProjectFile).join('\n');
  const quoted = [...readProjectFile('docs/operations.md').matchAll(/(?:log: |\()\*([^*]+?) ?…?\*/g)].map(
    ([, text]) => text ?? '',
  );
  assert.ok(quoted.length >= 4);
  assert.deepEqual(
    quoted.filter((text) => !code.includes(text)),
    [],
  );
});

test('decisions are numbered without a gap and say context, choice and consequences', () => {
  const decisions = documents.filter((file) => file.startsWith('docs/decisions/'));
  const numbers = decisions.map((file) => Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
  for (const file of decisions) {
    for (const heading of ['Context', 'Choice', 'Consequences']) {
      assert.match(readProjectFile(file), new RegExp(`^## ${heading}$`, 'm'), `${file} has no "${heading}"`);
    }
  }
});

test('the changelog has the four sections under every version', () => {
  const versions = readProjectFile('CHANGELOG.md').split(/^## /m).slice(1);
  assert.ok(versions.length > 0);
  for (const version of versions) {
    const headings = [...version.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings, ['Correctness', 'Speed', 'Features', 'Internals'], version.split('\n')[0]);
  }
});
