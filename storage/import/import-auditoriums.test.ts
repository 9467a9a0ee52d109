import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type pg from 'pg';
import { fixture, publishedFile, temporaryFile } from '../../tests/support/fixtures.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { workbook } from '../../tests/support/workbooks.ts';
import { createPool } from '../database.ts';
import { importAuditoriums } from './import-auditoriums.ts';
import type { FileReport } from './import-report.ts';
import { REGISTER_COLUMNS } from './register-row.ts';
import { seatmapsKind } from './seatmaps-kind.ts';
import { importFile } from './table-import.ts';

const REGISTER = fixture('register.csv');
const OPTIONS = { who: 'tester', dryRun: false };

async function poolFor(t: TestContext): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'import test', 3);
  t.after(() => pool.end());
  return pool;
}

/** The register with some of its text replaced. */
function edited(t: TestContext, ...edits: readonly (readonly [from: string, to: string])[]): string {
  let text = readFileSync(REGISTER, 'utf8');
  for (const [from, to] of edits) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  return temporaryFile(t, 'register.csv', text);
}

/** created, updated, unchanged, rejected; and they add up. */
function sums(report: FileReport): readonly number[] {
  const { created, updated, unchanged, rejected } = report;
  assert.equal(created + updated + unchanged + rejected, report.rows);
  assert.equal(report.rejectedRows.length, rejected);
  return [created, updated, unchanged, rejected];
}

/** Everything in the catalogue, ids and times of change included. */
async function everything(pool: pg.Pool): Promise<unknown> {
  const tables = ['exhibitors', 'cinemas', 'auditoriums', 'seat_maps'].map(async (table) => {
    const { rows } = await pool.query(`select * from ${table} order by id`);
    return rows as unknown[];
  });
  return Promise.all(tables);
}

test('[RA3] the register: each row is created, or rejected for the reason that its line gives', async (t) => {
  const pool = await poolFor(t);
  const report = await importAuditoriums(pool, REGISTER, OPTIONS);
  assert.equal(report.rows, 15);
  assert.deepEqual(sums(report), [8, 0, 0, 7]);
  assert.deepEqual(
    report.rejectedRows.map(({ line, column, reason }) => `${line} ${column} ${reason}`),
    [
      '9 REGISTRO_SALA it is blank: the row registers none',
      '10 ASSENTOS_SALA it declares no seats',
      '11 REGISTRO_SALA 7000001 is also in line 2, which counts',
      '12 UF_COMPLEXO it is blank, so that the time zone is unknown',
      '13 ASSENTOS_SALA it declares 11 special places among 10 seats',
      '14 null it has 20 columns, and the header 32',
      '15 null a quote is opened and not closed',
    ],
  );
  assert.deepEqual(
    { ...report.details },
    {
      ...{ exhibitors: { created: 2, updated: 0 }, cinemas: { created: 3, updated: 0 } },
      ...{ auditoriums: { created: 8, updated: 0 }, seatMaps: 6, notInFile: 0 },
      ...{ screeningsToChange: 0, screeningsWithOrders: 0 },
    },
  );
  assert.deepEqual([report.partial, report.notKept], [true, null]);
  const warned = report.warnings.map(({ line, kind }) => `${line} ${kind}`);
  assert.deepEqual(warned, [
    '4 few-wheelchair',
    '4 few-reduced-mobility',
    '4 few-obese',
    '5 not-a-count',
    '16 few-wheelchair',
    '16 few-reduced-mobility',
    '16 few-obese',
    '16 disagrees',
  ]);
  const { rows } = await pool.query(
    `select a.name, a.status, a.seats_declared as declared, m.seat_count as seats, c.name as cinema, c.time_zone as zone
     from auditoriums a join cinemas c on c.id = a.cinema_id left join seat_maps m on m.id = a.seat_map_id order by a.ancine_id`,
  );
  const [first, quoted] = rows;
  assert.deepEqual(first, {
    name: 'SALA 1',
    status: 'active',
    declared: 175,
    seats: 175,
    cinema: 'CINE IPÊ AMARELO',
    zone: 'America/Sao_Paulo',
  });
  assert.equal(quoted.name, 'SALA "A"');
  assert.deepEqual(
    rows.filter(({ seats }) => seats === null).map(({ name, status }) => `${name}: ${status}`),
    ['CINE VELHO: closed', 'SALA 5: suspended'],
  );
  assert.equal(rows.find(({ cinema }) => cinema === 'CINE RIO FALSO')?.zone, 'America/Eirunepe');
});

test('[RA4] the same file again changes nothing: no row, no time of change, no seat map; the history has both', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  const before = await everything(pool);
  const again = await importAuditoriums(pool, REGISTER, OPTIONS);
  assert.deepEqual(sums(again), [0, 0, 8, 7]);
  assert.equal(again.details['seatMaps'], 0);
  assert.deepEqual(await everything(pool), before);
  // Another byte order mark and line end are the same register, too.
  const windows = temporaryFile(t, 'w.csv', `\uFEFF${readFileSync(REGISTER, 'utf8').replaceAll('\n', '\r\n')}\r\n\r\n`);
  assert.deepEqual(sums(await importAuditoriums(pool, windows, OPTIONS)), [0, 0, 8, 7]);
  assert.deepEqual(await everything(pool), before);
  const { rows } = await pool.query(
    'select kind, file_name, created, unchanged, rejected, who, finished_at >= started_at as ok from imports order by id',
  );
  assert.deepEqual(rows[0], {
    kind: 'auditoriums',
    file_name: 'register.csv',
    created: 8,
    unchanged: 0,
    rejected: 7,
    who: 'tester',
    ok: true,
  });
  assert.deepEqual([rows.length, rows[1].unchanged], [3, 8]);
});

test('[RA4] a rehearsal tells the same and keeps nothing', async (t) => {
  const pool = await poolFor(t);
  const rehearsed = await importAuditoriums(pool, REGISTER, { who: 'tester', dryRun: true });
  assert.deepEqual(await everything(pool), [[], [], [], []]);
  const real = await importAuditoriums(pool, REGISTER, OPTIONS);
  const same = { dryRun: true, notKept: 'rehearsal', importId: null, elapsedMs: 0 };
  assert.deepEqual({ ...real, ...same }, { ...rehearsed, elapsedMs: 0 });
});

test('[RA6] new seat counts make a new version of the seat map, wanted for the screenings to come', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  await pool.query(`insert into films (title, minutes) values ('F', 90)`);
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select a.id, a.seat_map_id, f.id, t, t, 'UTC', 100, 1 from auditoriums a, films f, unnest(array[timestamp '2020-01-01', '2099-01-01']) as t
     where a.ancine_id = 7000001`,
  );
  const changed = edited(t, [
    'EM FUNCIONAMENTO;01/03/2021;01/03/2019;175;4',
    'EM FUNCIONAMENTO;01/03/2021;01/03/2019;180;4',
  ]);
  const report = await importAuditoriums(pool, changed, OPTIONS);
  assert.deepEqual(sums(report), [0, 1, 7, 7]);
  assert.equal(report.details['seatMaps'], 1);
  const { rows } = await pool.query(
    `select m.version, m.seat_count, m.source, m.id = a.seat_map_id as current,
       exists (select from screenings s where s.seat_map_id = m.id) as announced
     from seat_maps m join auditoriums a on a.id = m.auditorium_id where a.ancine_id = 7000001 order by version`,
  );
  assert.deepEqual(rows, [
    { version: 1, seat_count: 175, source: 'derived', current: false, announced: true },
    { version: 2, seat_count: 180, source: 'derived', current: true, announced: false },
  ]);
  assert.equal(report.details['screeningsToChange'], 1);
  const { rows: wanted } = await pool.query(
    `select s.starts_local::text as starts, m.seat_count as seats, c.state from seat_map_changes c
     join screenings s on s.id = c.screening join seat_maps m on m.id = c.seat_map_id`,
  );
  assert.deepEqual(wanted, [{ starts: '2099-01-01 00:00:00', seats: 180, state: 'wanted' }]);
});

test('[RA10] an auditorium that reopens has the layout of the seats that it declares now, also if it said so while closed', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  const seats = ['01/03/2019;175;4', '01/03/2019;170;4'] as const;
  const closing = ['7000001;11.222.333/0001-81;EM FUNCIONAMENTO', '7000001;11.222.333/0001-81;FECHADO'] as const;
  const closed = await importAuditoriums(pool, edited(t, seats, closing), OPTIONS);
  assert.deepEqual([sums(closed), closed.details['seatMaps']], [[0, 1, 7, 7], 0]);
  const open = await importAuditoriums(pool, edited(t, seats), OPTIONS);
  assert.deepEqual([sums(open), open.details['seatMaps']], [[0, 1, 7, 7], 1]);
  const { rows } = await pool.query(
    'select m.seat_count as seats, m.version from auditoriums a join seat_maps m on m.id = a.seat_map_id where a.ancine_id = 7000001',
  );
  assert.deepEqual(rows, [{ seats: 170, version: 2 }]);
  // With the seats that it had, it has the layout that it had.
  await importAuditoriums(pool, edited(t, seats, closing), OPTIONS);
  assert.equal((await importAuditoriums(pool, edited(t, seats), OPTIONS)).details['seatMaps'], 0);
});

test('[RA7] an auditorium that closes keeps its screenings, and whoever imports is told of them', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  await pool.query(`insert into films (title, minutes) values ('F', 90)`);
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota, status)
     select a.id, a.seat_map_id, 1, t, t, 'UTC', 100, 1, case when t > '2099-01-02' then 'cancelled' else 'scheduled' end
     from auditoriums a, generate_series(timestamp '2099-01-01', '2099-01-03', '1 day') as t where a.ancine_id in (7000003, 7000005)`,
  );
  const closed = edited(
    t,
    ['7000003;11.222.333/0001-81;EM FUNCIONAMENTO', '7000003;11.222.333/0001-81;FECHADO TEMPORARIAMENTE'],
    ['CINE RIO FALSO;902;EM FUNCIONAMENTO', 'CINE RIO FALSO;902;FECHADO'],
  );
  const report = await importAuditoriums(pool, closed, OPTIONS);
  assert.deepEqual(
    report.warnings
      .filter(({ kind }) => kind === 'closed-with-screenings')
      .map(({ line, column, text }) => [line, column, text]),
    [
      [4, 'SITUACAO_SALA', 'it is not in use now, and 2 screenings are announced: cancel them, or have them elsewhere'],
      [6, 'SITUACAO_COMPLEXO', 'it is closed now, and 2 screenings are announced: cancel them, or have them elsewhere'],
    ],
  );
  assert.equal((await pool.query(`select from screenings where status = 'scheduled'`)).rowCount, 4);
  const again = await importAuditoriums(pool, closed, OPTIONS);
  assert.deepEqual(
    again.warnings.filter(({ kind }) => kind === 'closed-with-screenings'),
    [],
  );
});

test('[RA8] compressed, with commas or as a workbook it is the same register', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  const text = readFileSync(REGISTER, 'utf8');
  assert.deepEqual(
    sums(await importAuditoriums(pool, temporaryFile(t, 'r.csv.gz', gzipSync(text)), OPTIONS)),
    [0, 0, 8, 7],
  );
  const header = text.slice(0, text.indexOf('\n')).split(';');
  // The rows without quotes.
  const rows = text
    .split('\n')
    .flatMap((line, at) => (at > 0 && line !== '' && !line.includes('"') ? [line.split(';')] : []));
  const commas = [header, ...rows]
    .map((cells) => cells.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(','))
    .join('\n');
  assert.deepEqual(sums(await importAuditoriums(pool, temporaryFile(t, 'c.csv', commas), OPTIONS)), [0, 0, 7, 6]);
  const wanted = REGISTER_COLUMNS.map((column) => header.indexOf(column));
  const cells = rows.map((row) =>
    wanted.map((at) => (/^[1-9]\d*$/.test(row[at] ?? '') ? Number(row[at]) : (row[at] ?? ''))),
  );
  const book = workbook({ Salas: [[...REGISTER_COLUMNS], ...cells] });
  assert.deepEqual(sums(await importAuditoriums(pool, temporaryFile(t, 'r.xlsx', book), OPTIONS)), [0, 0, 7, 6]);
});

test('[RA9] without bad rows or not at all, if that is asked for; by administrators alone', async (t) => {
  const pool = await poolFor(t);
  const whole = await importAuditoriums(pool, REGISTER, { ...OPTIONS, partial: false });
  assert.deepEqual([whole.notKept, sums(whole)], ['rejected-rows', [8, 0, 0, 7]]);
  await assert.rejects(importAuditoriums(pool, REGISTER, { ...OPTIONS, exhibitorId: 1 }), {
    name: 'FileRefused',
    message: /only administrators import it/,
  });
  assert.deepEqual(await everything(pool), [[], [], [], []]);
});

test('[RA4] a row is updated when its auditorium, its cinema or its exhibitor is; nothing else is touched', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  const cinema = await importAuditoriums(pool, edited(t, ['PRAÇA DA MATRIZ, 10', 'PRAÇA DA MATRIZ, 11']), OPTIONS);
  assert.deepEqual(
    [sums(cinema), cinema.details['cinemas'], cinema.details['auditoriums']],
    [[0, 1, 7, 7], { created: 0, updated: 1 }, { created: 0, updated: 0 }],
  );
  const text = readFileSync(REGISTER, 'utf8').replaceAll('BETA CINEMAS - ME', 'BETA CINEMAS LTDA');
  const exhibitor = await importAuditoriums(pool, temporaryFile(t, 'e.csv', text), OPTIONS);
  // The exhibitor has two auditoriums in the file, and the address of one of their cinemas is back.
  assert.deepEqual([sums(exhibitor), exhibitor.details['exhibitors']], [[0, 2, 6, 7], { created: 0, updated: 1 }]);
  const closed = await importAuditoriums(
    pool,
    edited(t, ['7000003;11.222.333/0001-81;EM FUNCIONAMENTO', '7000003;11.222.333/0001-81;FECHADO']),
    OPTIONS,
  );
  assert.equal((closed.details['auditoriums'] as { updated: number }).updated, 1);
  const { rows } = await pool.query(
    'select status, seat_map_id is not null as has_map from auditoriums where ancine_id = 7000003',
  );
  assert.deepEqual(rows, [{ status: 'closed', has_map: true }]);
});

test('[RA5] rows that are gone from the file are left as they are, and counted', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  const before = await everything(pool);
  const lines = readFileSync(REGISTER, 'utf8').split('\n');
  const report = await importAuditoriums(pool, temporaryFile(t, 'r.csv', lines.slice(0, 3).join('\n')), OPTIONS);
  assert.deepEqual([sums(report), report.details['notInFile']], [[0, 0, 2, 0], 6]);
  assert.deepEqual(await everything(pool), before);
});

test('[RA5] what people have set stays: the zone of a cinema that did not move, and a seat map that was imported', async (t) => {
  const pool = await poolFor(t);
  await importAuditoriums(pool, REGISTER, OPTIONS);
  await pool.query(`update cinemas set time_zone = 'America/Bogota' where ancine_id = 903`);
  await importFile(pool, seatmapsKind, fixture('seat-map.json'), { ...OPTIONS, settings: { auditorium: '7000001' } });
  const changed = edited(t, ['PRAÇA DA MATRIZ, 10', 'PRAÇA NOVA'], ['01/03/2019;175;4', '01/03/2019;180;4']);
  const report = await importAuditoriums(pool, changed, OPTIONS);
  assert.deepEqual([sums(report), report.details['seatMaps']], [[0, 2, 6, 7], 0]);
  assert.deepEqual(
    report.warnings.filter(({ kind }) => kind === 'plan-kept').map(({ line }) => line),
    [2],
  );
  const { rows } = await pool.query(`select time_zone, address from cinemas where ancine_id = 903`);
  assert.deepEqual(rows, [{ time_zone: 'America/Bogota', address: 'PRAÇA NOVA' }]);
  const moved = await importAuditoriums(pool, edited(t, ['OLINDA;-;PE', 'BELÉM;-;PA']), OPTIONS);
  assert.equal((moved.details['cinemas'] as { updated: number }).updated, 1);
  assert.equal(
    (await pool.query(`select time_zone from cinemas where ancine_id = 903`)).rows[0].time_zone,
    'America/Belem',
  );
});

test("yesterday's file over today's is noticed", async (t) => {
  const pool = await poolFor(t);
  const today = edited(t, ['PRAÇA DA MATRIZ, 10', 'PRAÇA NOVA']);
  const older = async (file: string) =>
    (await importAuditoriums(pool, file, OPTIONS)).warnings.filter(({ kind }) => kind === 'older-file');
  assert.equal((await older(REGISTER)).length, 0);
  assert.equal((await older(today)).length, 0);
  assert.equal((await older(today)).length, 0);
  assert.match((await older(REGISTER))[0]?.text ?? '', /^this file was imported before, and register\.csv after it/);
});

test('[RA3] a file that is not the register is refused by what it lacks, and nothing is changed', async (t) => {
  const pool = await poolFor(t);
  const refused = (content: string, message: RegExp) =>
    assert.rejects(importAuditoriums(pool, temporaryFile(t, 'x.csv', content), OPTIONS), {
      name: 'FileRefused',
      message,
    });
  await refused('a;b\n1;2\n', /is no table of auditoriums: it lacks NOME_SALA, REGISTRO_SALA,/);
  const text = readFileSync(REGISTER, 'utf8');
  await refused(text.replace('UF_COMPLEXO', 'UF'), /it lacks UF_COMPLEXO;/);
  await refused(text.replace('CNPJ_SALA', 'NOME_SALA'), /has the column NOME_SALA twice/);
  assert.deepEqual(await everything(pool), [[], [], [], []]);
  // The pool has only clean connections left.
  assert.deepEqual(sums(await importAuditoriums(pool, REGISTER, OPTIONS)), [8, 0, 0, 7]);
});

test('a register in Windows-1252 is read, with a warning', async (t) => {
  const pool = await poolFor(t);
  const file = temporaryFile(t, 'w.csv', Buffer.from(readFileSync(REGISTER, 'utf8'), 'latin1'));
  const report = await importAuditoriums(pool, file, OPTIONS);
  assert.deepEqual([sums(report), report.format.encoding], [[8, 0, 0, 7], 'windows-1252']);
  assert.equal(report.warnings[0]?.kind, 'encoding');
  assert.equal((await pool.query(`select from cinemas where name = 'CINE IPÊ AMARELO'`)).rowCount, 1);
});

test('two imports at once: one creates, the other finds everything there', async (t) => {
  const pool = await poolFor(t);
  const reports = await Promise.all([
    importAuditoriums(pool, REGISTER, OPTIONS),
    importAuditoriums(pool, REGISTER, OPTIONS),
  ]);
  assert.deepEqual(reports.map(sums).sort().reverse(), [
    [8, 0, 0, 7],
    [0, 0, 8, 7],
  ]);
});

test('progress goes from the first byte to the commit, and never back', async (t) => {
  const pool = await poolFor(t);
  const seen: [phase: string, done: number][] = [];
  await importAuditoriums(pool, REGISTER, { ...OPTIONS, onProgress: (phase, done) => seen.push([phase, done]) });
  assert.deepEqual(
    [...new Set(seen.map(([phase]) => phase))],
    ['waiting for other imports', 'reading', 'checking', 'merging', 'committing', 'committed'],
  );
  const done = seen.map(([, share]) => share);
  assert.deepEqual(
    done,
    done.toSorted((one, other) => one - other),
  );
  assert.equal(done.at(-1), 1);
});

const published = publishedFile('ancine-salas-2025-06.csv');
test('[RA3] the published register: 6,246 rows, each accounted for; again, and nothing changes', {
  skip: published === null && 'not beside the project',
}, async (t) => {
  const pool = await poolFor(t);
  const first = await importAuditoriums(pool, published ?? '', OPTIONS);
  assert.deepEqual([first.rows, sums(first)], [6246, [6210, 0, 0, 36]]);
  assert.deepEqual(
    [first.details['cinemas'], first.details['exhibitors'], first.details['seatMaps']],
    [{ created: 1918, updated: 0 }, { created: 812, updated: 0 }, 3672],
  );
  assert.equal(first.rejectedRows.filter(({ column }) => column === 'REGISTRO_SALA').length, 35);
  const before = await everything(pool);
  const second = await importAuditoriums(pool, published ?? '', OPTIONS);
  assert.deepEqual([sums(second), second.details['seatMaps']], [[0, 0, 6210, 36], 0]);
  assert.deepEqual(await everything(pool), before);
  const { rows } = await pool.query(
    `select count(*) filter (where m.seat_count <> a.seats_declared)::int as wrong, sum(m.seat_count)::int as seats
     from auditoriums a join seat_maps m on m.id = a.seat_map_id`,
  );
  assert.deepEqual(rows, [{ wrong: 0, seats: 705029 }]);
  t.diagnostic(`first import ${first.elapsedMs} ms, second ${second.elapsedMs} ms`);
});
