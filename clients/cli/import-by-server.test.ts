import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { type Ran, ran } from '../../tests/support/heard-ports.ts';
import { type Answer, type Asked, problem, StandInApi } from '../../tests/support/stand-in-api.ts';
import type { CliPorts } from './ports.ts';

interface StoredImport {
  id: number;
  kind: string | null;
  file: string | null;
  fileHash: string;
  bytes: number;
  dryRun: boolean;
  partial: boolean;
  status: string;
  progress: number;
  startedAt: string;
  [more: string]: unknown;
}

/** A server that imports: each look at an import takes it a step further. */
async function importer(
  t: TestContext,
  steps: readonly Partial<StoredImport>[] = [{ status: 'running', phase: 'reading', progress: 0.5 }, DONE],
) {
  const imports: StoredImport[] = [];
  const left = new Map<number, Partial<StoredImport>[]>();
  const found = (id: string): StoredImport => imports.find((each) => each.id === Number(id))!;
  const create = ({ query, bytes }: Asked): Answer => {
    const created: StoredImport = {
      id: imports.length + 1,
      kind: query.get('kind'),
      file: query.get('file'),
      fileHash: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      dryRun: query.get('dryRun') === 'true',
      partial: query.get('partial') === 'true',
      status: 'waiting',
      progress: 0,
      startedAt: '2026-12-01T00:00:00.000Z',
    };
    imports.unshift(created);
    left.set(created.id, [...steps]);
    return { status: 202, body: { import: created } };
  };
  const api = await StandInApi.start(t, {
    'POST /api/admin/imports': create,
    'GET /api/admin/imports': () => ({ body: { imports, next: null } }),
    'GET /api/admin/imports/{import}': (_asked, id) => {
      Object.assign(found(id ?? ''), left.get(Number(id))?.shift() ?? {});
      return { body: { import: found(id ?? '') } };
    },
    'POST /api/admin/imports/{import}/cancel': (_asked, id) => {
      Object.assign(found(id ?? ''), { status: 'cancelled' });
      left.set(Number(id), []);
      return { body: { import: found(id ?? '') } };
    },
    'POST /api/admin/imports/{import}/resume': (_asked, id) => {
      Object.assign(found(id ?? ''), { status: 'waiting' });
      left.set(Number(id), [DONE]);
      return { body: { import: found(id ?? '') } };
    },
  });
  const run = (words: readonly string[], changes: Partial<CliPorts> = {}): Promise<Ran> =>
    ran(words, { environment: api.environment, ...changes });
  return { api, imports, run };
}

const FIGURES = { rows: 3, created: 2, updated: 0, unchanged: 0, rejected: 1, elapsedMs: 1_200 };
const REPORT = {
  ...FIGURES,
  createdLines: [[2, 2]],
  updatedLines: [],
  file: 'week.csv',
  notKept: null,
  format: { unit: 'line' },
  rejections: 2,
  rejectedRows: [
    { line: 3, column: 'film', reason: 'there is no film "=cmd"' },
    { line: 3, column: '=1+1', reason: 'it is no column' },
  ],
  warnings: [],
  warningCount: 0,
  details: { moved: 4, cinemas: { created: 1, updated: 0 } },
};
const DONE = { status: 'done', progress: 1, report: REPORT };

const FILE = 'film;auditorium\nx;1\n';

test('[CM11] a file is sent as it is, followed to its end, and reported; which way it goes is said on stderr', async (t) => {
  const { api, imports, run } = await importer(t);
  const file = temporaryFile(t, 'week.csv', FILE);
  const { code, out, errors } = await run(['import', 'screenings', file, '--partial', '--older-ok']);
  assert.equal(code, 0);
  assert.deepEqual(errors, [`importing by ${api.address}`]);
  assert.match(out.join('\n'), /^week\.csv: 3 rows in 1\.2 s\n {2}created +2\n.*rejected +1\n/s);
  assert.match(
    out.join('\n'),
    /moved +4\ncinemas +1 new +0 changed\n\nRejected\n {2}film: there is no film "=cmd" \(line 3\)/,
  );
  const sent = api.asked.find(({ method }) => method === 'POST');
  assert.equal(sent?.bytes.toString(), FILE);
  assert.equal(sent?.headers['content-length'], String(FILE.length));
  const { exportedAt, ...query } = Object.fromEntries(sent?.query ?? []);
  assert.deepEqual(query, { kind: 'screenings', file: 'week.csv', partial: 'true', olderOk: 'true' });
  assert.equal(exportedAt, statSync(file).mtime.toISOString());
  assert.equal(imports.length, 1);
});

test('[CM11] --json is the report alone; --rejected writes what was not taken, as no formula', async (t) => {
  const { run } = await importer(t);
  const file = temporaryFile(t, 'week.csv', FILE);
  const wrong = path.join(path.dirname(file), 'wrong.csv');
  const { out } = await run(['import', 'screenings', file, '--json', '--rejected', wrong]);
  assert.equal(out.length, 1);
  assert.equal((JSON.parse(out[0] ?? '') as { rejected: number }).rejected, 1);
  assert.equal(
    readFileSync(wrong, 'utf8'),
    'line,column,reason\r\n3,film,"there is no film ""=cmd"""\r\n3,\'=1+1,it is no column\r\n',
  );
});

test('[CM11] a lost answer, and the command repeated, make one import', async (t) => {
  const { api, imports, run } = await importer(t, [{ status: 'running' }, { status: 'running' }, DONE]);
  const file = temporaryFile(t, 'week.csv', FILE);
  api.mishaps.push('none', 'cut-after');
  assert.equal((await run(['import', 'films', file])).code, 0);
  assert.equal(imports.length, 1);
  // Begun elsewhere and still under way.
  assert.equal((await run(['import', 'films', file, '--no-wait'])).code, 0);
  assert.equal(imports.length, 2, 'one that has ended is no reason not to import the file again');
  const { errors } = await run(['import', 'films', file]);
  assert.equal(imports.length, 2);
  assert.match(errors.join(), /imported already, as import 2: following it/);
  // A rehearsal is another wish than an import.
  await run(['import', 'films', file, '--dry-run', '--no-wait']);
  assert.equal(imports.length, 3);
});

test('[CM11] with the key of its choice a script imports once, whatever the list says', async (t) => {
  const { imports, run } = await importer(t);
  const words = ['import', 'films', temporaryFile(t, 'week.csv', FILE), '--idempotency-key', 'nightly-2026-12-01'];
  for (const _ of [1, 2]) assert.equal((await run(words)).code, 0);
  assert.equal(imports.length, 1);
});

test('[CM11] Ctrl-C asks the server to cancel, waits for that, and ends with 130', async (t) => {
  const running = { status: 'running', phase: 'merging', progress: 0.7 };
  const { api, run } = await importer(t, [running, running, running, running, DONE]);
  const file = temporaryFile(t, 'week.csv', FILE);
  const interrupted = { pause: () => Promise.resolve(void process.emit('SIGINT')) };
  const { code, errors, out } = await run(['import', 'films', file], interrupted);
  assert.deepEqual([code, out], [130, []]);
  assert.match(errors.join('\n'), /cancelling import 1; .*\nimport 1 was cancelled: nothing of it was kept$/);
  const stopped = api.asked.find(({ path }) => path.endsWith('/1/cancel'));
  assert.deepEqual(stopped?.body, { why: 'stopped at the command line' });
  const resumed = await run(['imports', 'resume', '1', '--why', 'the right file after all']);
  assert.deepEqual([resumed.code, resumed.out[0]], [0, 'week.csv: 3 rows in 1.2 s']);
});

test('[CM11] a file that was not kept is exit code 1, with its report; one that failed says why', async (t) => {
  const file = temporaryFile(t, 'week.csv', FILE);
  const notKept = { status: 'failed', error: 'x', report: { ...REPORT, notKept: 'rejected-rows' } };
  const refused = await (await importer(t, [notKept])).run(['import', 'films', file]);
  assert.equal(refused.code, 1);
  assert.match(refused.out.join('\n'), /1 of 3 rows is at fault, and nothing was kept/);
  const failed = await (await importer(t, [{ status: 'failed', error: 'week.csv has no column "title"' }])).run([
    'import',
    'films',
    file,
  ]);
  assert.deepEqual([failed.code, failed.errors.at(-1)], [1, 'week.csv has no column "title"']);
});

test('[CM11] [CM24] imports are listed and shown; a missing file is told before anybody is asked', async (t) => {
  const { api, run } = await importer(t);
  const missing = await run(['import', 'films', '/nowhere/films.csv']);
  assert.deepEqual([missing.code, api.asked.length], [1, 0]);
  await run(['import', 'films', temporaryFile(t, 'week.csv', FILE)]);
  const list = await run(['imports', 'list']);
  assert.match(
    list.out.join('\n'),
    /^import +kind +file +status +begun\n +1 +films +week\.csv +done +2026-12-01 00:00:00Z$/,
  );
  const shown = await run(['imports', 'show', '1']);
  assert.match(shown.out.join('\n'), /^import +1\nkind +films\n.*\nSHA-256 +[0-9a-f]{64}\n.*week\.csv: 3 rows/s);
  assert.equal((await run(['imports', 'show', '1', '--json'])).out.length, 1);
});

test('[CM19] the same file with other options is another import, and each is still made once', async (t) => {
  const { imports, run } = await importer(t, []);
  const file = temporaryFile(t, 'sala.json', '{}');
  const onto = (auditorium: string, ...more: string[]) =>
    run(['import', 'seatmap', file, '--auditorium', auditorium, '--no-wait', ...more]);
  for (const auditorium of ['1', '2']) {
    const { code, errors } = await onto(auditorium);
    assert.deepEqual([code, errors.length], [0, 1], 'nothing is followed');
  }
  await onto('1', '--older-ok');
  await onto('1', '--sheet', 'B');
  assert.equal(imports.length, 4);
  assert.match((await onto('2')).errors.join(), /imported already, as import 2: following it/);
  // That another one has ended since is no reason to make this one twice.
  Object.assign(imports.find(({ id }) => id === 2)!, DONE);
  assert.match((await onto('1')).errors.join(), /imported already, as import 1: following it/);
  assert.equal(imports.length, 4);
  await onto('2');
  assert.equal(imports.length, 5, 'one that has ended is made anew');
});

test('[CM19] however often a file is imported while another import of it runs, no old report is taken for a new one', async (t) => {
  const { imports, run } = await importer(t, []);
  const file = temporaryFile(t, 'sala.json', '{}');
  const onto = (auditorium: string) => run(['import', 'seatmap', file, '--auditorium', auditorium, '--no-wait']);
  await onto('1');
  for (let made = 2; made <= 12; made++) {
    await onto('2');
    assert.equal(imports.length, made);
    Object.assign(imports[0]!, DONE);
  }
});

test('[CM20] Ctrl-C, or no answer, while the file is sent: it may be running, and by which key it is found', async (t) => {
  const { api, run } = await importer(t);
  const file = temporaryFile(t, 'week.csv', FILE);
  const words = ['import', 'films', file];
  api.answer('POST /api/admin/imports', () => {
    process.emit('SIGINT');
    return new Promise<Answer>(() => {});
  });
  const interrupted = await run(words);
  assert.deepEqual([interrupted.code, interrupted.out], [130, []]);
  assert.match(
    interrupted.errors.at(-1) ?? '',
    /^interrupted\. Whether it was done .* --idempotency-key import-[\w-]+:/,
  );
  api.answer('POST /api/admin/imports', problem(503, 'unavailable', 'The server cannot answer this now.'));
  const lost = await run(words);
  assert.equal(lost.code, 2);
  assert.match(lost.errors.at(-1) ?? '', /Whether it was done is not known\. .* --idempotency-key import-[\w-]+:/);
});

test('[CM21] Ctrl-C that comes too late does not lose the report of what was kept', async (t) => {
  const { api, imports, run } = await importer(t, [{ status: 'running' }]);
  api.answer('POST /api/admin/imports/{import}/cancel', () => {
    Object.assign(imports[0]!, DONE);
    return problem(409, 'import-ended', 'Import 1 has ended already.');
  });
  const interrupted = { pause: () => Promise.resolve(void process.emit('SIGINT')) };
  const { code, out, errors } = await run(['import', 'films', temporaryFile(t, 'week.csv', FILE)], interrupted);
  assert.deepEqual([code, out[0]], [0, 'week.csv: 3 rows in 1.2 s']);
  assert.equal(errors.at(-1), 'import 1 had ended before it could be cancelled');
});

test('[CM22] where the rejected lines cannot go is told before anything is imported', async (t) => {
  const { api, run } = await importer(t);
  const file = temporaryFile(t, 'week.csv', FILE);
  const folder = path.dirname(file);
  const sameFile = path.join(folder, 'same.csv');
  linkSync(file, sameFile);
  for (const [wrong, said] of [
    [file, /is the file that is imported/],
    [sameFile, /is the file that is imported/],
    [folder, /is a folder/],
    [path.join(folder, 'nowhere', 'wrong.csv'), /cannot be written \(ENOENT\)/],
  ] as const) {
    const { code, out, errors } = await run(['import', 'films', file, '--json', '--rejected', wrong]);
    assert.deepEqual([code, out.length], [2, 1]);
    assert.match(errors.at(-1) ?? '', said);
  }
  assert.deepEqual([api.asked.length, readFileSync(file, 'utf8')], [0, FILE]);
});

test('[CM22] rejected lines that cannot be written after all are told on stderr, and the report stays one document', async (t) => {
  const { api, imports, run } = await importer(t);
  const file = temporaryFile(t, 'week.csv', FILE);
  const gone = path.join(path.dirname(file), 'gone');
  mkdirSync(gone);
  api.answer('GET /api/admin/imports/{import}', () => {
    rmSync(gone, { recursive: true, force: true });
    return { body: { import: { ...imports[0], ...DONE } } };
  });
  const wrong = path.join(gone, 'wrong.csv');
  const { code, out, errors } = await run(['import', 'films', file, '--json', '--rejected', wrong]);
  assert.deepEqual([code, out.length, existsSync(wrong)], [0, 1, false]);
  assert.equal((JSON.parse(out[0] ?? '') as { rejected: number }).rejected, 1);
  assert.match(errors.at(-1) ?? '', /^the reasons could not be written: ENOENT/);
});

test('[CM25] --verbose names the lines that made something new and those that changed something, as ranges', async (t) => {
  const lines = {
    createdLines: [
      [2, 40],
      [43, 43],
    ],
    updatedLines: [[41, 42]],
  };
  const report = {
    ...REPORT,
    rows: 60,
    created: 50,
    updated: 2,
    rejected: 0,
    rejectedRows: [],
    rejections: 0,
    ...lines,
  };
  const file = temporaryFile(t, 'week.csv', FILE);
  const { run } = await importer(t, [{ ...DONE, report }]);
  const brief = await run(['import', 'films', file]);
  assert.doesNotMatch(brief.out.join('\n'), /2-40/);
  const { out } = await run(['imports', 'show', '1', '--verbose']);
  assert.match(out.join('\n'), /\nCreated\n {2}line 2-40, 43 and 10 more\n\nUpdated\n {2}line 41-42$/);
});
