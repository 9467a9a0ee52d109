/** The import thread, and the runner that feeds it, against a real database: progress, refusals, cancelling, taking over. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { filmsKind } from '../../storage/import/films-kind.ts';
import {
  cancelImport,
  claimImport,
  createImport,
  findImport,
  forgetImportFiles,
  listImports,
  type NewImport,
  noteProgress,
  resumeImport,
  WAITING_MAX,
} from '../../storage/import/import-job.ts';
import { importFile } from '../../storage/import/table-import.ts';
import { inTransaction } from '../../storage/in-transaction.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { connected, testDatabase } from '../../tests/support/postgres.ts';
import { ImportPool } from './import-pool.ts';
import { ImportRunner } from './import-runner.ts';

const OPTIONS = { who: 'tester', dryRun: false };
const FILMS = 'código;título;duração\nA;Ação;100\nB;Brasa;90\n';
const ALL = { exhibitorId: null, cinemaIds: null };

interface Stage {
  readonly database: DatabaseConfig;
  readonly pool: pg.Pool;
  readonly threads: ImportPool;
  readonly runner: ImportRunner;
}

async function stage(t: TestContext): Promise<Stage> {
  const database = await testDatabase(t);
  const pool = createPool(database, 'app', 'import test', 3);
  const threads = new ImportPool();
  t.after(async () => {
    await threads.close();
    await pool.end();
  });
  return { database, pool, threads, runner: new ImportRunner({ pool, database, threads, log: SILENT_LOG }) };
}

function upload(pool: pg.Pool, text: string, options: Partial<NewImport> = {}): Promise<number> {
  const bytes = Buffer.from(text);
  const fileHash = createHash('sha256').update(bytes).digest('hex');
  const wanted = {
    kind: 'films',
    fileName: 'filmes.csv',
    fileHash,
    exhibitorId: null,
    cinemaIds: null,
    ...OPTIONS,
  } as const;
  return inTransaction(pool, (client) => createImport(client, { ...wanted, ...options }, bytes));
}

function resume(pool: pg.Pool, scope: Parameters<typeof resumeImport>[1], id: number): Promise<string> {
  return inTransaction(pool, (client) => resumeImport(client, scope, id));
}

async function statusOf(pool: pg.Pool, id: number): Promise<unknown> {
  const found = await findImport(pool, ALL, id);
  return [found?.status, found?.created, found?.rejected, found?.error];
}

async function filmCount(pool: pg.Pool): Promise<number> {
  return (await pool.query('select count(*)::int as count from films')).rows[0].count as number;
}

/** Imports that wait for somebody's lock. Only the owner of the tables sees what others wait for. */
const HELD_UP = `select pid from pg_stat_activity where application_name = 'poltrona import' and wait_event_type = 'Lock'`;

/** Resolves when `found` does not give null any more; asks PostgreSQL again and again, with a limit of 20 s. */
async function eventually<Found>(found: () => Promise<Found | null>): Promise<Found> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const value = await found();
    if (value !== null) return value;
  }
  throw new Error('it did not happen within 20 s');
}

test('[IM20] an import on the thread tells its progress and gives the report; a refusal keeps its sentence', async (t) => {
  const { database, pool, threads } = await stage(t);
  const seen: [string, number][] = [];
  const file = temporaryFile(t, 'filmes.csv', FILMS);
  const order = { database, kind: 'films', file, options: OPTIONS } as const;
  const report = await threads.run(order, (...progress) => seen.push(progress));
  assert.deepEqual([report.created, report.rows, report.notKept], [2, 2, null]);
  assert.deepEqual(
    [...new Set(seen.map(([phase]) => phase))],
    ['waiting for other imports', 'reading', 'checking', 'merging', 'committing', 'committed'],
  );
  const broken = { ...order, file: temporaryFile(t, 'leer.csv', '') };
  await assert.rejects(
    threads.run(broken, () => {}),
    { name: 'FileRefused', message: 'leer.csv is empty' },
  );
  assert.equal(await filmCount(pool), 2);
});

test('[IM21] who cuts an import off has changed nothing, and PostgreSQL ends its connection', async (t) => {
  const { database, pool, threads } = await stage(t);
  // Somebody else's import holds ours up in the middle of its transaction.
  const blocker = await connected(t, database, 'app');
  await blocker.query('begin');
  await blocker.query('insert into films (title, minutes, code) values ($1, 90, $2)', ['Brasa', 'B']);
  const cut = new AbortController();
  const file = temporaryFile(t, 'filmes.csv', FILMS);
  const running = threads.run({ database, kind: 'films', file, options: OPTIONS }, () => {}, cut.signal);
  const owner = await connected(t, database, 'migrator');
  const pid = await eventually(async () => ((await owner.query(HELD_UP)).rows[0]?.pid as number | undefined) ?? null);
  cut.abort(new Error('enough'));
  await assert.rejects(running, /enough/);
  await eventually(async () =>
    (await pool.query('select from pg_stat_activity where pid = $1', [pid])).rowCount === 0 ? true : null,
  );
  await blocker.query('rollback');
  assert.deepEqual([await filmCount(pool), (await pool.query('select from imports')).rowCount], [0, 0]);
  // The pool works on, with another thread.
  const again = await threads.run({ database, kind: 'films', file, options: OPTIONS }, () => {});
  assert.equal(again.created, 2);
});

test('[IM19] a file that needs more memory than an import may have ends its thread and nothing else', async (t) => {
  const { database } = await stage(t);
  const small = new ImportPool(48);
  t.after(() => small.close());
  const file = temporaryFile(t, 'deep.json', `${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`);
  const order = { database, kind: 'films', options: OPTIONS } as const;
  await assert.rejects(
    small.run({ ...order, file }, () => {}),
    {
      name: 'FileRefused',
      message: 'it needs more than 48 MB of memory: split the file, or send it as CSV',
    },
  );
  const again = await small.run({ ...order, file: temporaryFile(t, 'filmes.csv', FILMS) }, () => {});
  assert.equal(again.created, 2);
});

test('[IM22] an uploaded file is imported by the runner, and its bytes are thrown away', async (t) => {
  const { pool, runner } = await stage(t);
  // Several parts of a megabyte.
  const long = `${FILMS}${'\n'.repeat(2_500_000)}C;Cor;80\n`;
  const id = await upload(pool, long);
  assert.deepEqual(await statusOf(pool, id), ['waiting', 0, 0, null]);
  assert.equal(await runner.runOne(), true);
  assert.equal(await runner.runOne(), false);
  assert.deepEqual(await statusOf(pool, id), ['done', 3, 0, null]);
  const found = await findImport(pool, ALL, id);
  assert.deepEqual([found?.report?.rows, found?.report?.importId, found?.progress], [3, id, 1]);
  assert.equal((await pool.query('select from import_files')).rowCount, 0);
});

test('[IM23] a file that is refused ends as failed with its sentence; corrected data lets it begin again', async (t) => {
  const { pool, runner } = await stage(t);
  const refused = await upload(pool, 'x;y\n1;2\n');
  await runner.runOne();
  const [status, , , error] = (await statusOf(pool, refused)) as string[];
  assert.equal(status, 'failed');
  assert.match(error ?? '', /filmes\.csv is no table of films: it lacks título/);
  const atFault = await upload(pool, `${FILMS}C;Cor;zero\n`);
  await runner.runOne();
  assert.deepEqual(await statusOf(pool, atFault), [
    'failed',
    2,
    1,
    '1 of 3 rows is at fault, and nothing was kept: correct them, or import the others with --partial',
  ]);
  assert.equal(await filmCount(pool), 0);
  const partial = await upload(pool, `${FILMS}C;Cor;zero\n`, { partial: true });
  await runner.runOne();
  assert.deepEqual(await statusOf(pool, partial), ['done', 2, 1, null]);
});

test('[IM24] a waiting import is cancelled at once and resumed later; one that is done is neither', async (t) => {
  const { pool, runner } = await stage(t);
  const id = await upload(pool, FILMS);
  assert.equal(await cancelImport(pool, ALL, id), 'cancelled');
  assert.equal(await cancelImport(pool, ALL, id), 'ended');
  assert.equal(await runner.runOne(), false);
  assert.equal(await resume(pool, ALL, id), 'waiting');
  assert.equal(await runner.runOne(), true);
  assert.deepEqual(await statusOf(pool, id), ['done', 2, 0, null]);
  assert.equal(await cancelImport(pool, ALL, id), 'ended');
  assert.equal(await resume(pool, ALL, id), 'not-stopped');
  assert.equal(await resume(pool, ALL, 999_999), 'unknown');
});

test('[IM25] cancelling an import that runs undoes it, however far it is', async (t) => {
  const { database, pool, runner } = await stage(t);
  const id = await upload(pool, FILMS);
  const blocker = await connected(t, database, 'app');
  await blocker.query('begin');
  await blocker.query(`insert into films (title, minutes, code) values ('Brasa', 90, 'B')`);
  const running = runner.runOne();
  const owner = await connected(t, database, 'migrator');
  await eventually(async () => ((await owner.query(HELD_UP)).rowCount === 1 ? true : null));
  assert.equal(await cancelImport(pool, ALL, id), 'cancelled');
  await running;
  await blocker.query('rollback');
  assert.deepEqual([await statusOf(pool, id), await filmCount(pool)], [['cancelled', 0, 0, null], 0]);
});

test('[IM26] an import whose node has fallen silent is run by another; the first cannot complete it any more', async (t) => {
  const { pool, runner } = await stage(t);
  const id = await upload(pool, FILMS);
  const first = await claimImport(pool, 'first');
  assert.equal(first?.id, id);
  assert.equal(await runner.runOne(), false, 'it is being run');
  await pool.query(`update imports set heartbeat_at = now() - interval '61 seconds'`);
  assert.equal(await runner.runOne(), true);
  assert.equal(await noteProgress(pool, { importId: id, runner: 'first' }, 'merging', 0.7), false);
  assert.deepEqual(await statusOf(pool, id), ['done', 2, 0, null]);
});

test('[IM27] an import that ended its node three times is given up', async (t) => {
  const { pool, runner } = await stage(t);
  const id = await upload(pool, FILMS);
  for (const name of ['a', 'b', 'c']) {
    assert.equal((await claimImport(pool, name))?.id, id);
    await pool.query(`update imports set heartbeat_at = now() - interval '61 seconds'`);
  }
  assert.equal(await runner.runOne(), false);
  assert.match(String(await statusOf(pool, id)), /^failed.*begun 3 times/);
});

test('[IM28] a node that leaves gives its import back, and the next one begins it at once', async (t) => {
  const { database, pool, threads, runner } = await stage(t);
  const id = await upload(pool, FILMS);
  const blocker = await connected(t, database, 'app');
  await blocker.query('begin');
  await blocker.query(`select pg_advisory_xact_lock(hashtext('poltrona.imports'))`);
  runner.start();
  await eventually(async () => ((await findImport(pool, ALL, id))?.status === 'running' ? true : null));
  await runner.stop();
  await blocker.query('rollback');
  assert.deepEqual(await statusOf(pool, id), ['waiting', 0, 0, null]);
  const other = new ImportRunner({ pool, database, threads, log: SILENT_LOG });
  other.start();
  await eventually(async () => ((await findImport(pool, ALL, id))?.status === 'done' ? true : null));
  const second = await upload(pool, FILMS);
  other.wake();
  await eventually(async () => ((await findImport(pool, ALL, second))?.status === 'done' ? true : null));
  await other.stop();
});

test('[IM29] waiting files are few for each exhibitor, and files that were given up are forgotten after a week', async (t) => {
  const { pool } = await stage(t);
  await pool.query(`insert into exhibitors (name) values ('Cine Sul')`);
  for (let count = 0; count < WAITING_MAX; count++) await upload(pool, FILMS);
  await assert.rejects(upload(pool, FILMS), { name: 'FileRefused', message: /20 imports are waiting already/ });
  const theirs = await upload(pool, FILMS, { exhibitorId: 1 });
  assert.equal((await listImports(pool, { exhibitorId: 1, cinemaIds: null }, { limit: 100 })).length, 1);
  assert.equal((await listImports(pool, ALL, { limit: 100 })).length, WAITING_MAX + 1);
  const other = (await listImports(pool, ALL, { limit: 1, before: theirs }))[0]?.id ?? 0;
  assert.equal(await findImport(pool, { exhibitorId: 1, cinemaIds: null }, other), null);
  assert.equal(await cancelImport(pool, { exhibitorId: 1, cinemaIds: null }, other), 'unknown');
  assert.equal(await cancelImport(pool, ALL, theirs), 'cancelled');
  await pool.query(`update imports set finished_at = now() - interval '8 days' where id = $1`, [theirs]);
  assert.equal(await forgetImportFiles(pool), 1);
  assert.equal(await resume(pool, ALL, theirs), 'gone');
});

test('[IM46] an import that begins again is one of those that wait, and finds no more room than a new one', async (t) => {
  const { pool } = await stage(t);
  const id = await upload(pool, FILMS);
  assert.equal(await cancelImport(pool, ALL, id), 'cancelled');
  for (let count = 1; count < WAITING_MAX; count++) await upload(pool, FILMS);
  const other = await upload(pool, FILMS);
  await assert.rejects(resume(pool, ALL, id), { name: 'FileRefused', message: /20 imports are waiting already/ });
  assert.equal(((await statusOf(pool, id)) as unknown[])[0], 'cancelled');
  assert.equal(await cancelImport(pool, ALL, other), 'cancelled');
  // Two at once do not both find the last place.
  const both = await Promise.allSettled([resume(pool, ALL, id), resume(pool, ALL, other)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('[IM40] an import that was cancelled or taken over is not completed by who has not heard of it', async (t) => {
  const { pool } = await stage(t);
  const id = await upload(pool, FILMS);
  const claimed = await claimImport(pool, 'first');
  const file = temporaryFile(t, 'filmes.csv', FILMS);
  const complete = () => importFile(pool, filmsKind, file, claimed?.options ?? OPTIONS);
  assert.equal(await cancelImport(pool, ALL, id), 'cancelled');
  await assert.rejects(complete(), { name: 'ImportTakenAway' });
  assert.equal(await resume(pool, ALL, id), 'waiting');
  assert.equal((await claimImport(pool, 'second'))?.id, id);
  await assert.rejects(complete(), { name: 'ImportTakenAway' });
  assert.deepEqual([await statusOf(pool, id), await filmCount(pool)], [['running', 0, 0, null], 0]);
});

test('[IM44] the files of an exhibitor have a bound together: the oldest that were stopped make room, those that wait do not', async (t) => {
  const { pool } = await stage(t);
  await pool.query(`insert into exhibitors (name) values ('Cine Sul')`);
  const bytes = Buffer.alloc(1_500_000, 'x');
  const send = (exhibitorId: number | null): Promise<number> => {
    const wanted = {
      kind: 'films',
      fileName: 'f.csv',
      fileHash: 'x',
      exhibitorId,
      cinemaIds: null,
      ...OPTIONS,
    } as const;
    return inTransaction(pool, (client) => createImport(client, wanted, bytes, 4_000_000));
  };
  const [first, second] = [await send(1), await send(1)];
  await assert.rejects(send(1), { name: 'FileRefused', message: /the files that wait have 3 MB already/ });
  for (const id of [first, second]) await cancelImport(pool, ALL, id);
  await send(null);
  const third = await send(1);
  assert.deepEqual([await resume(pool, ALL, first), await resume(pool, ALL, second)], ['gone', 'waiting']);
  assert.equal(await cancelImport(pool, ALL, third), 'cancelled');
  // Two at once do not both find the same room.
  const both = await Promise.allSettled([send(1), send(1)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('[IM45] who keeps some cinemas sees and stops the imports that could reach no others', async (t) => {
  const { pool } = await stage(t);
  await pool.query(`insert into exhibitors (name) values ('Cine Sul')`);
  const [one, both, all] = [
    await upload(pool, FILMS, { exhibitorId: 1, cinemaIds: [7] }),
    await upload(pool, FILMS, { exhibitorId: 1, cinemaIds: [7, 8] }),
    await upload(pool, FILMS, { exhibitorId: 1, cinemaIds: null }),
  ];
  const seen = async (cinemaIds: readonly number[] | null) =>
    (await listImports(pool, { exhibitorId: 1, cinemaIds }, { limit: 9 })).map(({ id }) => id);
  assert.deepEqual(await seen([7]), [one]);
  assert.deepEqual(await seen([8, 7, 9]), [both, one]);
  assert.deepEqual(await seen([9]), []);
  assert.deepEqual(await seen(null), [all, both, one]);
  const limited = { exhibitorId: 1, cinemaIds: [7] };
  assert.equal(await findImport(pool, limited, both), null);
  assert.deepEqual(
    [await cancelImport(pool, limited, all), await cancelImport(pool, limited, one)],
    ['unknown', 'cancelled'],
  );
  assert.deepEqual([await resume(pool, limited, both), await resume(pool, limited, one)], ['unknown', 'waiting']);
});
