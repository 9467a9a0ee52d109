import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { faultsOf, importText, sums, twoExhibitors } from '../../tests/support/two-exhibitors.ts';
import { workbook } from '../../tests/support/workbooks.ts';
import type { FileImportOptions } from './import-report.ts';
import { screeningsKind } from './screenings-kind.ts';

type Options = Partial<FileImportOptions>;
const HEADER = 'sala;filme;inicio;idioma;projecao;preco;codigo';

const importing =
  (t: TestContext, pool: pg.Pool) =>
  (lines: readonly string[], options: Options = {}, header = HEADER) =>
    importText(t, pool, screeningsKind, [header, ...lines, ''].join('\n'), options);

async function screenings(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select id::int, code, auditorium_id::int as room, film_id::int as film, to_char(starts_local, 'MM-DD HH24:MI') as starts,
       language, projection, price_cents as cents from screenings order by id`,
  );
  return rows;
}

test('[SI1] a line is a screening; the same file again writes nothing', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const lines = [
    '7001;B0000000000001;24/12/2099 20:30;LEG;3d;R$ 32,50;S1',
    '#2;Outro;2099-12-24T20:30;nacional;IMAX;30;S2',
  ];
  const first = await run(lines);
  assert.deepEqual([sums(first), first.notKept, faultsOf(first)], [[2, 0, 0, 0], null, []]);
  assert.deepEqual(await screenings(pool), [
    { id: 1, code: 'S1', room: 1, film: 1, starts: '12-24 20:30', language: 'leg', projection: '3D', cents: 3250 },
    { id: 2, code: 'S2', room: 2, film: 2, starts: '12-24 20:30', language: 'nac', projection: 'IMAX', cents: 3000 },
  ]);
  const { rows } = await pool.query(
    'select starts_at, starts_local::text, time_zone, half_quota, seat_map_id::int from screenings where id = 1',
  );
  assert.deepEqual(rows, [
    {
      ...{ starts_at: new Date('2099-12-24T23:30Z'), starts_local: '2099-12-24 20:30:00' },
      ...{ time_zone: 'America/Sao_Paulo', half_quota: 3, seat_map_id: 1 },
    },
  ]);
  const before = (await pool.query('select *, xmin from screenings order by id')).rows;
  assert.deepEqual(sums(await run(lines)), [0, 0, 2, 0]);
  assert.deepEqual((await pool.query('select *, xmin from screenings order by id')).rows, before);
});

test('[SI1] a workbook and a JSON list are the same file', async (t) => {
  const { pool } = await twoExhibitors(t);
  await importing(t, pool)(['7001;Filme;2099-12-24T20:30;LEG;3D;32,50;S1']);
  const day = (Date.UTC(2099, 11, 24) - Date.UTC(1899, 11, 30)) / 86_400_000;
  const cells = { Sala: 7001, Filme: 'FILME', Idioma: 'Legendado', Projeção: '3D', Preço: 32.5, Código: 'S1' };
  const book = workbook({
    Programação: [
      [...Object.keys(cells), 'Data', 'Horário'],
      [...Object.values(cells), { day, shown: 'date' }, { day: 20.5 / 24, shown: 'time' }],
    ],
  });
  const other = async (name: string, content: string | Buffer): Promise<unknown> => {
    const report = await importText(t, pool, screeningsKind, content, { name });
    return [report.format.format, sums(report), faultsOf(report)];
  };
  assert.deepEqual(await other('p.xlsx', book), ['xlsx', [0, 0, 1, 0], []]);
  const json = JSON.stringify([{ ...cells, Início: '2099-12-24T20:30:00' }]);
  assert.deepEqual(await other('p.json', json), ['json', [0, 0, 1, 0], []]);
});

test('[SI2] an auditorium is told by registration, or with its cinema by code, name or ours; a film by number, code or title', async (t) => {
  const { pool } = await twoExhibitors(t);
  await pool.query(`insert into films (title, minutes, code) values ('Gêmeo', 90, 'g1'), ('Gêmeo', 95, 'g2')`);
  await pool.query(`insert into cinemas (name, time_zone) values ('CINE UM', 'UTC')`);
  const run = importing(t, pool);
  const header = 'complexo,sala,filme,inicio,preco';
  const good = await run(
    [
      '901,Sala 2,filme,2099-12-24T10:00,30',
      'um,s2,cpb B0000000000001,2099-12-24T13:00,30',
      'um,SALA 1,B0000000000001,2099-12-24T13:00,30',
      '#1,#2,#2,2099-12-24T16:00,30',
      ',7001,g2,2099-12-24T16:00,30',
    ].map((line) => line.replace('cpb ', '')),
    {},
    header,
  );
  assert.deepEqual([sums(good), faultsOf(good)], [[5, 0, 0, 0], []]);
  const bad = await run(
    [
      'Cine Um,Sala 2,Filme,2099-12-25T10:00,30',
      'Cine Nenhum,Sala 2,Filme,2099-12-25T10:00,30',
      '901,Sala 9,Filme,2099-12-25T10:00,30',
      ',Sala 2,Filme,2099-12-25T10:00,30',
      ',424242,Gêmeo,2099-12-25T10:00,30',
      ',7001,B9999999999999,2099-12-25T10:00,30',
      '902,Sala 1,Filme,2099-12-25T10:00,30',
    ],
    {},
    header,
  );
  assert.equal(bad.notKept, 'rejected-rows');
  assert.deepEqual(faultsOf(bad), [
    '2 complexo: 2 cinemas are called "Cine Um": write ANCINE\'s registration or the code',
    '3 complexo: there is no cinema "Cine Nenhum": write ANCINE\'s registration, its code or its exact name',
    '4 sala: that cinema has no auditorium "Sala 9": write its registration, its code or its exact name',
    '5 sala: "Sala 2" is no registration: name its cinema too, or write ANCINE\'s number or ours',
    '6 filme: 2 films are called "Gêmeo": write the CPB, the ROE or the code',
    "6 sala: there is no auditorium 424242, neither in ANCINE's register nor by our own number",
    '7 filme: there is no film with the number B9999999999999: import it first',
    '8 sala: Sala 1 has no seat map yet: import one first',
  ]);
});

test('[SI2] a closed auditorium and a withdrawn film take no screening', async (t) => {
  const { pool } = await twoExhibitors(t);
  await pool.query(
    `update auditoriums set status = 'closed' where id = 1; update films set status = 'withdrawn' where id = 2`,
  );
  const report = await importing(t, pool)(['7001;Filme;2099-12-24T10:00;;;30;', '#2;Outro;2099-12-24T10:00;;;30;']);
  assert.deepEqual(faultsOf(report), ['2 sala: Sala 1 is closed', '3 filme: "Outro" was withdrawn']);
  assert.deepEqual(await screenings(pool), []);
});

test('[SI3] a start that is none, and one in the past, is refused with its line', async (t) => {
  const { pool } = await twoExhibitors(t);
  const header = 'auditorium;film;date;time;price';
  const report = await importing(t, pool)(
    [
      '7001;Filme;31/02/2099;20:30;30',
      '7001;Filme;24/12/2099;25:10;30',
      '7001;Filme;;20:30;30',
      '7001;Filme;24/12/2020;20:30;30',
    ],
    {},
    header,
  );
  assert.deepEqual(
    report.rejectedRows.map(({ line, column }) => [line, column]),
    [
      [2, 'date'],
      [3, 'time'],
      [4, 'date'],
      [5, 'time'],
    ],
  );
  assert.match(report.rejectedRows[3]?.reason ?? '', /^2020-12-24 20:30 is in the past$/);
  await assert.rejects(importing(t, pool)(['7001;Filme;24/12/2099'], {}, 'auditorium;film;date'), {
    name: 'FileRefused',
    message: /a column starts, or the two columns date and time/,
  });
});

test('[SI4] a wall time that the clock skips or shows twice is refused, unless the offset tells which', async (t) => {
  const { pool } = await twoExhibitors(t);
  await pool.query(`update cinemas set time_zone = 'America/New_York' where id = 1`);
  const run = importing(t, pool);
  const of = (...starts: readonly string[]): string[] => starts.map((start) => `7001;Filme;${start};;;30;`);
  const bad = await run(of('2099-03-08T02:30', '2099-11-01T01:30', '2099-11-01T22:30-04:00'), { partial: true });
  assert.deepEqual(faultsOf(bad), [
    '2 inicio: there is no 02:30 that day in America/New_York: the clocks are put forward',
    '3 inicio: there are two 01:30 that day in America/New_York, the clocks are put back: write the offset too, as in 2099-11-01T01:30-02:00',
    "4 inicio: at that moment the clocks of America/New_York show 2099-11-01 21:30: write the cinema's own time",
  ]);
  const good = await run(of('2099-11-01T01:30-05:00', '2099-11-01T22:30-05:00'));
  assert.deepEqual([sums(good), faultsOf(good)], [[2, 0, 0, 0], []]);
  const { rows } = await pool.query('select starts_at, starts_local::text as local from screenings order by starts_at');
  assert.deepEqual(rows, [
    { starts_at: new Date('2099-11-01T06:30Z'), local: '2099-11-01 01:30:00' },
    { starts_at: new Date('2099-11-02T03:30Z'), local: '2099-11-01 22:30:00' },
  ]);
});

test('[SI5] a price that the file does not name is what the price tables ask for, by seat kind, weekday, hour and projection', async (t) => {
  const { pool } = await twoExhibitors(t);
  await pool.query(`
    insert into price_tables (exhibitor_id, cinema_id, code, name, content_hash)
      values (1, null, 'all', 'all', 'x'), (1, 1, 'own', 'own', 'x'), (2, null, 'other', 'other', 'x');
    insert into price_rules (price_table_id, position, weekdays, from_time, until_time, projection, seat_kind, price_cents) values
      (1, 1, 127, '00:00', '24:00', null, null, 1000), (2, 1, 127, '17:00', '24:00', null, null, 3000),
      (2, 2, 96, '17:00', '24:00', null, null, 3600), (2, 3, 127, '17:00', '24:00', '3D', null, 4000),
      (2, 4, 127, '17:00', '24:00', null, 1, 8000), (3, 1, 127, '00:00', '24:00', null, null, 1)`);
  const run = importing(t, pool);
  const header = 'sala;filme;inicio;projecao';
  // 24/12/2099 is a Thursday, the 26th a Saturday.
  const lines = [
    '7001;Filme;2099-12-24T20:30;2D',
    '7001;Filme;2099-12-24T14:00;2D',
    '7001;Filme;2099-12-26T20:30;2D',
    '7001;Filme;2099-12-25T20:30;3D',
  ];
  assert.deepEqual(sums(await run(lines, {}, header)), [4, 0, 0, 0]);
  const { rows } = await pool.query(
    'select price_cents as cents, seat_prices as kinds, price_table_id::int as by from screenings order by id',
  );
  assert.deepEqual(rows, [
    { cents: 1000, kinds: null, by: 1 },
    { cents: 3000, kinds: { 1: 8000 }, by: 2 },
    { cents: 4000, kinds: { 1: 8000 }, by: 2 },
    { cents: 3600, kinds: { 1: 8000 }, by: 2 },
  ]);
  // Ids follow the starts, so that lists by id and by time agree where they can.
  assert.deepEqual(
    (await pool.query(`select to_char(starts_local, 'DD HH24') as at from screenings order by id`)).rows.map(
      ({ at }) => at,
    ),
    ['24 14', '24 20', '25 20', '26 20'],
  );
});

test('[SI5] the prices of many rows are those of full_price_cents', async (t) => {
  const { pool } = await twoExhibitors(t);
  await pool.query(`
    select setseed(0.42);
    insert into price_tables (exhibitor_id, cinema_id, code, name, content_hash, valid_from, valid_until, status)
      select 1, case when i % 3 = 0 then 1 end, i, i, 'x', case when i % 2 = 0 then date '2099-01-01' + i else '-infinity' end,
        case when i % 4 = 0 then date '2099-01-25' else 'infinity' end, case when i = 5 then 'withdrawn' else 'active' end
      from generate_series(1, 7) i;
    insert into price_rules (price_table_id, position, weekdays, from_time, until_time, projection, seat_kind, price_cents)
      select t.id, i, 1 + floor(random() * 127), make_time(floor(random() * 12)::int, 0, 0), make_time(13 + floor(random() * 10)::int, 0, 0),
        (array[null, null, '2D', '3D'])[1 + floor(random() * 4)], (array[null, null, null, 0, 1, 3])[1 + floor(random() * 6)],
        1000 + floor(random() * 1000)
      from price_tables t, generate_series(1, 6) i`);
  const lines = Array.from({ length: 240 }, (_, n) => {
    const day = String(1 + (n >> 3)).padStart(2, '0');
    return `${n % 2 === 0 ? '7001' : '#2'};Filme;2099-01-${day}T${String(1 + 3 * (n & 7)).padStart(2, '0')}:00;${n % 3 === 0 ? '3D' : '2D'}`;
  });
  const report = await importing(t, pool)(lines, { partial: true }, 'sala;filme;inicio;projecao');
  assert.ok(report.created > 100, `${report.created} of 240 have a price`);
  for (const { reason } of report.rejectedRows) assert.match(reason, /^it has no price/);
  const { rows } = await pool.query(
    `select count(*)::int as wrong from screenings s join auditoriums a on a.id = s.auditorium_id, generate_series(0, 5) as kind
     where coalesce((s.seat_prices ->> kind::text)::int, s.price_cents) is distinct from
       coalesce(full_price_cents(a.cinema_id, s.starts_local, s.projection, kind::smallint), s.price_cents)`,
  );
  assert.deepEqual(rows, [{ wrong: 0 }]);
  const { rows: left } = await pool.query(
    `select count(*)::int as priced from unnest($1::timestamp[]) as at where full_price_cents(1, at, '2D', 0::smallint) is null`,
    [report.rejectedRows.map(({ reason }) => /for (\S+ \S+),/.exec(reason)?.[1])],
  );
  assert.ok(left[0].priced > 0);
});

test('[SI6] a key that the file has twice is refused the second time, by the line of the first', async (t) => {
  const { pool } = await twoExhibitors(t);
  const report = await importing(
    t,
    pool,
  )([
    '7001;Filme;2099-12-24T10:00;;;30;A',
    '7001;Filme;2099-12-24T14:00;;;30;A',
    '7001;Outro;2099-12-24T10:00;;;30;B',
    '#2;Filme;2099-12-24T10:00;;;30;A',
  ]);
  assert.deepEqual(faultsOf(report), [
    '3 codigo: line 2 has this code for the same auditorium',
    '4 inicio: line 2 starts at the same moment in the same auditorium',
  ]);
});

test('[SI7] a code moves its screening to another start; without tickets everything of it may change', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;A', '7001;Filme;2099-12-24T14:00;dub;2D;30;B']);
  const moved = await run(['7001;Outro;2099-12-24T14:00;leg;3D;35;A', '7001;Filme;2099-12-24T10:00;dub;2D;30;B']);
  assert.deepEqual([sums(moved), faultsOf(moved), moved.details], [[0, 2, 0, 0], [], { moved: 2 }]);
  assert.deepEqual(await screenings(pool), [
    { id: 1, code: 'A', room: 1, film: 2, starts: '12-24 14:00', language: 'leg', projection: '3D', cents: 3500 },
    { id: 2, code: 'B', room: 1, film: 1, starts: '12-24 10:00', language: 'dub', projection: '2D', cents: 3000 },
  ]);
});

test('[SI7] a row of screenings that all move by one place, forth and back', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const at = (hours: readonly number[]): string[] => {
    return hours.map((hour, index) => `7001;Filme;2099-12-24T${hour}:00;dub;2D;30;${'ABC'[index]}`);
  };
  const hours = async (): Promise<string> => {
    const { rows } = await pool.query(`select to_char(starts_local, 'HH24') as hour from screenings order by code`);
    return rows.map(({ hour }) => hour).join(' ');
  };
  await run(at([10, 13, 16]));
  assert.deepEqual(sums(await run(at([13, 16, 19]))), [0, 3, 0, 0]);
  assert.equal(await hours(), '13 16 19');
  assert.deepEqual(sums(await run(at([10, 13, 16]))), [0, 3, 0, 0]);
  assert.deepEqual(sums(await run(at([16, 10, 13]))), [0, 3, 0, 0]);
  assert.equal(await hours(), '16 10 13');
});

test('[SI7] a line without a code is about the start; one that gets a code keeps its screening', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;']);
  assert.deepEqual(sums(await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;A'])), [0, 1, 0, 0]);
  assert.deepEqual(sums(await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;'])), [0, 0, 1, 0]);
  const other = await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;B']);
  assert.deepEqual(faultsOf(other), [
    '2 inicio: Sala 1 is taken until 2099-12-24 11:55 by screening 1 ("Filme", 2099-12-24 10:00)',
  ]);
});

test('[SI8] what the file has no column for stays; a blank cell stands for the usual', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const header = 'sala;filme;inicio;idioma;modalidade;preco;vendas de';
  await run(['7001;Filme;2099-12-24T10:00;leg;B;30;2099-12-20 10:00'], {}, header);
  assert.deepEqual(sums(await run(['7001;Filme;2099-12-24T10:00'], {}, 'sala;filme;inicio')), [0, 0, 1, 0]);
  assert.deepEqual(sums(await run(['7001;Filme;2099-12-24T10:00;;;30;'], {}, header)), [0, 1, 0, 0]);
  const { rows } = await pool.query('select language, modality, sales_from, price_cents as cents from screenings');
  assert.deepEqual(rows, [{ language: 'dub', modality: 'A', sales_from: null, cents: 3000 }]);
  const late = await run(['7001;Filme;2099-12-24T10:00;dub;A;30;2099-12-24 10:00'], {}, header);
  assert.deepEqual(faultsOf(late), ['2 vendas de: sales would not begin before they end']);
});
