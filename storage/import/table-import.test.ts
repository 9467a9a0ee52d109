/** The import around every kind: what is kept and what is not, what the report says, and what the history. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { workbook } from '../../tests/support/workbooks.ts';
import { createPool } from '../database.ts';
import { filmsKind } from './films-kind.ts';
import { type FileImportOptions, type FileReport, NOTES_MAX } from './import-report.ts';
import { pricesKind } from './prices-kind.ts';
import { importFile, inspectFile } from './table-import.ts';
import type { TableKind } from './table-kind.ts';

const OPTIONS: FileImportOptions = { who: 'tester', dryRun: false };
const FILMS = 'código;título;duração\nA;Ação;100\nB;Brasa;90\n';

async function poolFor(t: TestContext): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'import test', 2);
  t.after(() => pool.end());
  return pool;
}

function importer(t: TestContext, pool: pg.Pool, kind: TableKind = filmsKind, name = 'filmes.csv') {
  return async (content: string | Buffer, options: Partial<FileImportOptions> = {}): Promise<FileReport> => {
    const report = await importFile(pool, kind, temporaryFile(t, name, content), { ...OPTIONS, ...options });
    const { rows, created, updated, unchanged, rejected } = report;
    assert.equal(created + updated + unchanged + rejected, rows);
    return report;
  };
}

function sums({ created, updated, unchanged, rejected }: FileReport): readonly number[] {
  return [created, updated, unchanged, rejected];
}

async function count(pool: pg.Pool, table: string): Promise<number> {
  return (await pool.query(`select count(*)::int as count from ${table}`)).rows[0].count as number;
}

test('[IM30] a file with a row at fault is not kept; with `partial` its good rows are; the report is the same', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const text = `${FILMS}C;Cor;zero\n;;80\nD;Dor;70;sobra\n`;
  const whole = await run(text);
  assert.deepEqual([sums(whole), whole.notKept, await count(pool, 'films')], [[2, 0, 0, 3], 'rejected-rows', 0]);
  const partial = await run(text, { partial: true });
  assert.deepEqual([sums(partial), partial.notKept, await count(pool, 'films')], [[2, 0, 0, 3], null, 2]);
  assert.deepEqual(partial.rejectedRows, whole.rejectedRows);
  assert.deepEqual(
    partial.rejectedRows.map(({ line, column, reason }) => `${line} ${column}: ${reason}`),
    [
      '4 duração: "zero" is no length: write minutes, 1 to 600',
      '5 título: it is blank',
      '6 null: it has 4 columns, and the header 3',
    ],
  );
});

test('[IM31] a rehearsal tells what would happen and leaves nothing behind, not even a line in the history', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const rehearsed = await run(FILMS, { dryRun: true });
  assert.deepEqual([sums(rehearsed), rehearsed.notKept, rehearsed.importId], [[2, 0, 0, 0], 'rehearsal', null]);
  assert.deepEqual([await count(pool, 'films'), await count(pool, 'imports')], [0, 0]);
});

test('[IM32] the history says who, when, which file and what became of it, also of a file that was not kept', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const kept = await run(FILMS);
  await run(`${FILMS}C;Cor;zero\n`, { who: 'user:7' });
  const { rows } = await pool.query(
    `select id::int, kind, file_name, who, status, created, unchanged, rejected, error, file_hash, report->>'rows' as rows,
       finished_at >= started_at as timed from imports order by id`,
  );
  const common = { kind: 'films', file_name: 'filmes.csv', timed: true };
  assert.deepEqual(rows, [
    {
      ...common,
      id: kept.importId,
      who: 'tester',
      status: 'done',
      created: 2,
      unchanged: 0,
      rejected: 0,
      error: null,
      file_hash: kept.fileHash,
      rows: '2',
    },
    {
      ...common,
      ...{
        id: rows[1].id,
        who: 'user:7',
        status: 'failed',
        created: 0,
        unchanged: 2,
        rejected: 1,
        file_hash: rows[1].file_hash,
        rows: '3',
      },
      error: '1 of 3 rows is at fault, and nothing was kept: correct them, or import the others with --partial',
    },
  ]);
});

test('[IM33] headings are understood whatever their case, accents and order; unknown ones are told, with what was meant', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const report = await run('DURACAO;Sinopze;  Titulo ;Código;Bilheteria\n100;x;Ação;A;7\n');
  assert.deepEqual(
    [sums(report), report.columns.ignored],
    [
      [1, 0, 0, 0],
      ['Sinopze', 'Bilheteria'],
    ],
  );
  assert.deepEqual(
    report.warnings.map(({ kind, text }) => [kind, text]),
    [
      ['unknown-column', 'the column "Sinopze" is not known and was passed over; did you mean sinopse?'],
      ['unknown-column', 'the column "Bilheteria" is not known and was passed over'],
      ['no-rating', 'it has no rating; it is announced as L'],
    ],
  );
  const refused = (text: string, message: RegExp) => assert.rejects(run(text), { name: 'FileRefused', message });
  await refused(
    'Titulos;minutos\nAção;90\n',
    /filmes\.csv is no table of films: it lacks título; its columns are Titulos, minutos \(is "Titulos" for título\?\)/,
  );
  await refused('título;filme;minutos\nA;B;90\n', /has the column título twice: título, filme/);
  await refused('1;2;3\n4;5;6\n', /it lacks título; its columns are 1, 2, 3/);
  await assert.rejects(
    inspectFile(filmsKind, temporaryFile(t, 'x.csv', 'a;b\n1;2\n'), OPTIONS),
    /x\.csv is no table of films/,
  );
});

test('[IM34] a column that the file has not stays as it is, a blank cell clears', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  await run('código;título;duração;sinopse;estreia\nA;Ação;100;Texto;24/12/2026\n');
  const title = await run('código;título\nA;Ação!\n');
  assert.deepEqual(sums(title), [0, 1, 0, 0]);
  const cleared = await run('código;título;sinopse\nA;Ação!;\n');
  assert.deepEqual(sums(cleared), [0, 1, 0, 0]);
  const { rows } = await pool.query('select title, minutes, synopsis, release_date::text as release from films');
  assert.deepEqual(rows, [{ title: 'Ação!', minutes: 100, synopsis: null, release: '2026-12-24' }]);
});

test('[IM35] an older export over a newer one is warned about, and refused where that would do harm', async (t) => {
  const pool = await poolFor(t);
  await pool.query(`insert into exhibitors (name, code) values ('Sul', 'SUL')`);
  const run = importer(t, pool, pricesKind, 'precos.csv');
  const table = (price: string): string => `tabela;exibidor;preço\nT;SUL;${price}\n`;
  const older = ({ warnings }: FileReport) => warnings.filter(({ kind }) => kind === 'older-file').length;
  assert.equal(older(await run(table('10'))), 0);
  assert.equal(older(await run(table('11'))), 0);
  assert.equal(older(await run(table('11'))), 0);
  const again = await run(table('10'));
  assert.deepEqual([older(again), again.notKept, sums(again)], [1, 'older-file', [0, 1, 0, 0]]);
  assert.equal((await run(table('10'), { olderOk: true })).notKept, null);
  // A file whose own time, or whose sender, says so.
  const dated = (exportedAtMs: number, price: string) => run(table(price), { exportedAtMs });
  assert.equal((await dated(3_000_000_000_000, '12')).notKept, null);
  const earlier = await dated(2_999_999_940_000, '13');
  assert.equal(earlier.notKept, 'older-file');
  assert.match(
    earlier.warnings[0]?.text ?? '',
    /is older than the precos\.csv that was imported last \(exported 2065-01-24 05:20 UTC\)/,
  );
  assert.equal((await dated(3_000_000_060_000, '13')).notKept, null);
  const file = temporaryFile(t, 'precos.csv', table('14'));
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  assert.equal((await importFile(pool, pricesKind, file, OPTIONS)).notKept, 'older-file');
  // Another file's times are no evidence, and neither is one that changes nothing.
  assert.equal((await importFile(pool, pricesKind, file, { ...OPTIONS, fileName: 'outra.csv' })).notKept, null);
  assert.equal((await dated(1_700_000_000_000, '14')).notKept, null);
});

test('[IM36] of rejected rows and warnings ten thousand are kept, and all are counted', async (t) => {
  const pool = await poolFor(t);
  const lines = Array.from({ length: NOTES_MAX + 500 }, (_, index) => `F${index};${index % 2 === 0 ? '' : 'Filme'};0`);
  const report = await importer(t, pool)(`código;título;duração\n${lines.join('\n')}\n`);
  assert.deepEqual([report.rejected, report.rejectedRows.length], [NOTES_MAX + 500, NOTES_MAX]);
  assert.equal(report.rejections, NOTES_MAX + 500 + (NOTES_MAX + 500) / 2);
});

test('[IM37] the same rows as CSV, JSON and workbook are one import: the second finds nothing to change', async (t) => {
  const pool = await poolFor(t);
  assert.deepEqual(
    sums(await importer(t, pool)('código;título;duração;estreia;libras\nA;Ação;100;24/12/2026;S\n')),
    [1, 0, 0, 0],
  );
  const json = JSON.stringify([{ code: 'A', title: 'Ação', minutes: 100, release: '2026-12-24', libras: true }]);
  assert.deepEqual(sums(await importer(t, pool, filmsKind, 'f.json')(json)), [0, 0, 1, 0]);
  const book = workbook({
    Filmes: [
      ['Código', 'Título', 'Duração', 'Estreia', 'Libras'],
      ['A', 'Ação', 100, { day: 46380, shown: 'date' }, true],
    ],
  });
  const report = await importer(t, pool, filmsKind, 'f.xlsx')(book);
  assert.deepEqual([sums(report), report.format.unit], [[0, 0, 1, 0], 'row']);
});

test('[IM38] too many rows are refused, and a kind that breaks its word is not kept', async (t) => {
  const pool = await poolFor(t);
  const small = { ...filmsKind, rowsMax: 1 };
  await assert.rejects(importer(t, pool, small)(FILMS), { name: 'FileRefused', message: /more than 1 rows/ });
  const lying: TableKind = {
    ...filmsKind,
    merge: async (work) => {
      await work.client.query(`insert into outcomes values (99, 'created')`);
      return filmsKind.merge(work);
    },
  };
  await assert.rejects(importer(t, pool, lying)(FILMS), /lines that were not staged/);
  assert.deepEqual([await count(pool, 'films'), await count(pool, 'imports')], [0, 0]);
});

test('[IM39] hostile texts travel through the database and the history as they are, or cleaned', async (t) => {
  const pool = await poolFor(t);
  const nasty = `\\.\t\\N'; drop table films; --\u0000\ud83d`;
  const rows = [
    { code: 'A', title: nasty, minutes: 90 },
    { code: 'B', title: 'x', minutes: nasty },
  ];
  const report = await importer(t, pool, filmsKind, 'n\u0007ome.json')(JSON.stringify(rows), { partial: true });
  assert.deepEqual(sums(report), [1, 0, 0, 1]);
  const { rows: films } = await pool.query('select title from films');
  assert.deepEqual(films, [{ title: `\\. \\N'; drop table films; -- \ufffd` }]);
  assert.equal((await pool.query(`select report->'rejectedRows'->0->>'line' as line from imports`)).rows[0].line, '2');
});

test('[IM47] an import that stands still lets its locks go; it and one that takes too long are refused with a sentence', async (t) => {
  const pool = await poolFor(t);
  const judging = (judge: (client: pg.ClientBase) => Promise<void>): TableKind => ({
    ...filmsKind,
    judge: async (work) => {
      await judge(work.client);
      return filmsKind.judge(work);
    },
  });
  const refused = (kind: TableKind, message: RegExp) =>
    assert.rejects(importer(t, pool, kind)(FILMS), { name: 'FileRefused', message });
  const slow = judging(async (client) => {
    await client.query(`set local statement_timeout = '1ms'`);
    await client.query('select count(*) from generate_series(1, 1000000000)');
  });
  await refused(slow, /^checking was stopped by the database; a step may take 10 minutes: split the file/);
  let limit: unknown;
  const stalled = judging(async (client) => {
    limit = (await client.query('show idle_in_transaction_session_timeout')).rows[0];
    await client.query(`set local idle_in_transaction_session_timeout = '1ms'`);
    await once(client, 'end');
  });
  await refused(stalled, /^it stood still for more than 60 seconds and was undone: send it again later$/);
  assert.deepEqual(limit, { idle_in_transaction_session_timeout: '1min' });
  assert.deepEqual([await count(pool, 'films'), await count(pool, 'imports')], [0, 0]);
  assert.deepEqual(sums(await importer(t, pool)(FILMS)), [2, 0, 0, 0]);
});

/** Good cells for the columns of two kinds; few, so that rows meet. */
const GOOD: readonly (readonly [TableKind, Readonly<Record<string, readonly unknown[]>>])[] = [
  [
    filmsKind,
    {
      ...{
        title: ['A', 'B', 'b', 'Ç'],
        original_title: ['A', ''],
        code: ['1', '2', ''],
        work_number: ['E2500123400000', 'B2600123400000', ''],
      },
      ...{
        rating: ['L', 12],
        minutes: [90, '2h'],
        genres: [['Drama', '"{}\\'], 'a/b'],
        libras: [true, 'N'],
        sinopse: ['x', ''],
      },
    },
  ],
  [
    pricesKind,
    {
      ...{
        table_code: ['T', 'U'],
        exhibitor: ['SUL'],
        price: ['32,50', 10],
        weekdays: ['seg-qui', 'dom', ''],
        projection: ['2D', '3D', ''],
      },
      ...{
        from_time: ['10:00', ''],
        until_time: ['17:00', '24:00'],
        seat_kind: ['casal', ''],
        valid_from: ['01/12/2026', ''],
      },
    },
  ],
];

test('[IM42] whatever its cells hold, a table is imported or its rows rejected; the numbers add up, and again nothing changes', async (t) => {
  const pool = await poolFor(t);
  await pool.query(`insert into exhibitors (name, code) values ('Sul', 'SUL')`);
  const tricky = fc.constantFrom(
    ...['', ' ', 'S', '-1', '1.234', '999999999999', '31/02/2026', '24:00', '{a,b}', '{"', '\\', '\\N', "'", 'NULL'],
    ...['A,B;C/D|"E"', '=1', 'https://a.b/c', 'A\u0000B', '🎬', '\ud83d', { a: 1 }, [[]], 1e300],
  );
  const bad = fc.oneof(tricky, fc.string({ unit: 'binary', maxLength: 8 }));
  for (const [kind, good] of GOOD) {
    const cells = Object.fromEntries(
      Object.entries(good).map(([name, values]) => [
        name,
        fc.oneof({ weight: 60, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: bad }),
      ]),
    );
    let created = 0;
    let updated = 0;
    const run = importer(t, pool, kind, `${kind.name}.json`);
    const table = fc.array(fc.record(cells), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const json = JSON.stringify(rows);
        const first = await run(json, { partial: true, olderOk: true });
        created += first.created;
        updated += first.updated;
        const again = await run(json, { partial: true, olderOk: true });
        assert.deepEqual([again.created, again.updated, again.unchanged], [0, 0, first.rows - first.rejected]);
      }),
      { numRuns: 25 },
    );
    assert.ok(created > 0 && updated > 0, `no row of ${kind.name} was good: ${created}, ${updated}`);
  }
});
