/** What stands against a line of the programme: other screenings, tickets sold, the past, other people's cinemas. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { faultsOf, importText, sellTickets, sums, twoExhibitors } from '../../tests/support/two-exhibitors.ts';
import { moveScreening } from '../admin/screening-changes.ts';
import type { FileImportOptions } from './import-report.ts';
import { screeningsKind } from './screenings-kind.ts';
import type { TableKind } from './table-kind.ts';

const HEADER = 'sala;filme;inicio;idioma;projecao;preco;codigo';

const importing =
  (t: TestContext, pool: pg.Pool) =>
  (lines: readonly string[], options: Partial<FileImportOptions> = {}, header = HEADER) =>
    importText(t, pool, screeningsKind, [header, ...lines, ''].join('\n'), options);

test('[SI9] screenings that overlap in one auditorium are refused, with the line or the screening that is there', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  await run(['7001;Filme;2099-12-24T20:00;;;30;']);
  const lines = [
    '7001;Filme;2099-12-24T21:54;;;30;',
    '7001;Filme;2099-12-24T21:55;;;30;',
    '7001;Outro;2099-12-24T23:00;;;30;',
    '#2;Outro;2099-12-24T21:00;;;30;',
  ];
  const faults = [
    '2 inicio: Sala 1 is taken until 2099-12-24 21:55 by screening 1 ("Filme", 2099-12-24 20:00)',
    '4 inicio: Sala 1 is taken until 2099-12-24 23:50 by line 3 ("Filme", 2099-12-24 21:55)',
  ];
  const all = await run(lines);
  assert.deepEqual([all.notKept, sums(all), faultsOf(all)], ['rejected-rows', [2, 0, 0, 2], faults]);
  assert.equal((await pool.query('select from screenings')).rowCount, 1);
  const some = await run(lines, { partial: true });
  assert.deepEqual([some.notKept, sums(some), faultsOf(some)], [null, [2, 0, 0, 2], faults]);
  assert.equal((await pool.query('select from screenings')).rowCount, 3);
});

test('[SI9] a cancelled screening gives its time free, and is not brought back by the file that still lists it', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const lines = ['7001;Filme;2099-12-24T20:00;;;30;', '7001;Filme;2099-12-25T20:00;;;30;X'];
  await run(lines);
  await pool.query(`update screenings set status = 'cancelled'`);
  const again = await run(lines);
  assert.deepEqual(
    [sums(again), again.warnings.map(({ kind }) => kind)],
    [
      [0, 0, 2, 0],
      ['stays-cancelled', 'stays-cancelled'],
    ],
  );
  assert.deepEqual(faultsOf(await run(['7001;Filme;2099-12-25T21:00;;;30;X'])), [
    '2 -: screening 2 was cancelled: a new one needs a code of its own',
  ]);
  const other = await run(['7001;Outro;2099-12-24T20:00;;;30;', '7001;Filme;2099-12-25T20:00;;;30;Y']);
  assert.deepEqual([sums(other), faultsOf(other)], [[2, 0, 0, 0], []]);
});

test('[SI10] a move that fails gives nothing free', async (t) => {
  const { pool, shard } = await twoExhibitors(t);
  const run = importing(t, pool);
  await run(['7001;Filme;2099-12-24T10:00;;;30;A', '7001;Filme;2099-12-24T14:00;;;30;B']);
  await sellTickets(shard, 2, 2);
  const report = await run(
    ['7001;Filme;2099-12-24T10:00;;;30;C', '7001;Filme;2099-12-24T14:00;;;30;A', '7001;Filme;2099-12-24T18:00;;;30;B'],
    { partial: true },
  );
  assert.deepEqual(faultsOf(report), [
    '2 inicio: Sala 1 is taken until 2099-12-24 11:55 by screening 1 ("Filme", 2099-12-24 10:00)',
    '3 inicio: Sala 1 is taken until 2099-12-24 15:55 by screening 2 ("Filme", 2099-12-24 14:00)',
    '4 inicio: screening 2 has 2 tickets sold: reschedule or cancel it with "poltrona screenings …"',
  ]);
});

test('[SI11] with tickets sold or an order in payment, film, start, language, projection and price stay', async (t) => {
  const { pool, shard } = await twoExhibitors(t);
  const run = importing(t, pool);
  const header = `${HEADER};modalidade;vendas até`;
  const lines = ['10', '13', '16', '19'].map((hour) => `7001;Filme;2099-12-24T${hour}:00;dub;2D;30;${hour};A;`);
  await run(lines, {}, header);
  await sellTickets(shard, 1, 2);
  await sellTickets(shard, 2, 0);
  await sellTickets(shard, 3, 1);
  await sellTickets(shard, 4, 0);
  await shard.query(`update orders set state = 'expired' where screening = 4`);
  const changed = await run(
    [
      '7001;Outro;2099-12-24T10:00;dub;2D;30;10;A;',
      '7001;Filme;2099-12-24T13:00;leg;2D;30;13;A;',
      '7001;Filme;2099-12-24T16:00;dub;2D;31;16;A;',
      '7001;Outro;2099-12-24T19:30;leg;3D;31;19;A;',
    ],
    { partial: true },
    header,
  );
  const told = (line: number, column: string, what: string): string =>
    `${line} ${column}: screening ${line - 1} has ${what}: reschedule or cancel it with "poltrona screenings …"`;
  assert.deepEqual(
    [sums(changed), faultsOf(changed)],
    [
      [0, 1, 0, 3],
      [told(2, 'filme', '2 tickets sold'), told(3, 'idioma', 'an order in payment'), told(4, 'preco', '1 ticket sold')],
    ],
  );
  // What no buyer was promised may change all the same.
  const harmless = await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;10;B;2099-12-24 09:00'], {}, header);
  assert.deepEqual([sums(harmless), faultsOf(harmless)], [[0, 1, 0, 0], []]);
});

test('[SI11] a ticket that is sold while the file is imported counts too: nothing of the import is kept', async (t) => {
  const { pool, shard } = await twoExhibitors(t);
  await importing(t, pool)(['7001;Filme;2099-12-24T10:00;;;30;A', '7001;Filme;2099-12-24T14:00;;;30;B']);
  const sellingMeanwhile: TableKind = {
    ...screeningsKind,
    merge: async (work) => {
      const details = await screeningsKind.merge(work);
      await sellTickets(shard, 1, 1);
      return details;
    },
  };
  const lines = [
    '7001;Filme;2099-12-24T14:00;;;30;A',
    '7001;Filme;2099-12-24T10:00;;;30;B',
    '7001;Filme;2099-12-24T18:00;;;30;C',
  ];
  await assert.rejects(importText(t, pool, sellingMeanwhile, [HEADER, ...lines].join('\n')), {
    name: 'FileRefused',
    message: /^line 2 changes screening 1, and a ticket for it was sold while it was imported: nothing was kept/,
  });
  const { rows } = await pool.query(`select to_char(starts_local, 'HH24') as hour from screenings order by id`);
  assert.deepEqual(
    rows.map(({ hour }) => hour),
    ['10', '14'],
  );
});

test('[SI12] a price that nobody has paid follows the price tables; one that somebody has paid, or that a file named, stays', async (t) => {
  const { pool, shard } = await twoExhibitors(t);
  await pool.query(`insert into price_tables (exhibitor_id, code, name, content_hash) values (1, 'x', 'x', 'x')`);
  await pool.query(`insert into price_rules (price_table_id, position, price_cents) values (1, 1, 3000)`);
  const run = importing(t, pool);
  const lines = ['7001;Filme;2099-12-24T10:00', '7001;Filme;2099-12-24T13:00'];
  await run(lines, {}, 'sala;filme;inicio');
  await run(['7001;Filme;2099-12-24T16:00;;;25;']);
  await sellTickets(shard, 2, 1);
  await pool.query('update price_rules set price_cents = 3500');
  const again = await run([...lines, '7001;Filme;2099-12-24T16:00'], {}, 'sala;filme;inicio');
  assert.deepEqual([sums(again), faultsOf(again)], [[0, 1, 2, 0], []]);
  const { rows } = await pool.query('select price_cents as cents from screenings order by id');
  assert.deepEqual(
    rows.map(({ cents }) => cents),
    [3500, 3000, 2500],
  );
});

test('[SI13] what has begun stays as it is; a file may list it, and correct its modality', async (t) => {
  const { pool } = await twoExhibitors(t);
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     values (1, 1, 1, '2020-12-24T23:00Z', '2020-12-24T20:00', 'America/Sao_Paulo', 3000, 3)`,
  );
  const run = importing(t, pool);
  const header = 'sala;filme;inicio;modalidade;preco';
  assert.deepEqual(sums(await run(['7001;Filme;2020-12-24T20:00;A;30'], {}, header)), [0, 0, 1, 0]);
  assert.deepEqual(sums(await run(['7001;Filme;2020-12-24T20:00;B;30'], {}, header)), [0, 1, 0, 0]);
  const dearer = await run(
    ['7001;Filme;2020-12-24T20:00;B;31', '7001;Outro;2020-12-24T20:00;B;30'],
    { partial: true },
    header,
  );
  assert.deepEqual(faultsOf(dearer), [
    '2 preco: screening 1 has begun: it stays as it is',
    '3 inicio: line 2 starts at the same moment in the same auditorium',
  ]);
  await pool.query(`update auditoriums set status = 'closed' where id = 1`);
  assert.deepEqual(sums(await run(['7001;Filme;2020-12-24T20:00;B;30'], {}, header)), [0, 0, 1, 0]);
});

test('[SI14] a partner announces screenings in his own cinemas; of others he hears only that they are not his', async (t) => {
  const { pool } = await twoExhibitors(t);
  const lines = [
    '7001;Filme;2099-12-24T20:00;;;30;',
    '#3;Filme;2099-12-24T20:00;;;30;',
    '99;Filme;2099-12-24T20:00;;;30;',
  ];
  const run = importing(t, pool);
  const beta = await run(lines, { exhibitorId: 2, partial: true });
  assert.deepEqual(faultsOf(beta), [
    '2 sala: it is not one of your cinemas',
    '3 sala: Sala 1 has no seat map yet: import one first',
    '4 sala: it is not one of your cinemas',
  ]);
  const named = await run(
    ['Cine Um;Sala 1;Filme;2099-12-24T20:00;30'],
    { exhibitorId: 2 },
    'cinema;sala;filme;inicio;preco',
  );
  assert.deepEqual(faultsOf(named), ['2 cinema: it is not one of your cinemas']);
  const manager = await run(lines.slice(0, 1), { exhibitorId: 1, cinemaIds: [2] });
  assert.deepEqual(faultsOf(manager), ['2 sala: it is not one of your cinemas']);
  assert.deepEqual(sums(await run(lines.slice(0, 1), { exhibitorId: 1, cinemaIds: [1] })), [1, 0, 0, 0]);
});

test('[SI15] a change of the programme never touches the seat map or the quota of a screening', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  await run(['7001;Filme;2099-12-24T10:00;dub;2D;30;A']);
  await pool.query(
    `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash) values (1, 2, 'imported', 9, '{}', 'c')`,
  );
  await pool.query('update auditoriums set seat_map_id = 3 where id = 1');
  await run(['7001;Outro;2099-12-24T10:00;leg;2D;31;A', '7001;Outro;2099-12-24T14:00;leg;2D;31;B']);
  const { rows } = await pool.query('select seat_map_id::int as map, half_quota as quota from screenings order by id');
  assert.deepEqual(rows, [
    { map: 1, quota: 3 },
    { map: 3, quota: 4 },
  ]);
});

test('[SI17] the last look at tickets sold is taken when the report is written: only the commit comes after it', async (t) => {
  const { pool } = await twoExhibitors(t);
  const seen: unknown[] = [];
  const looking: TableKind = {
    ...screeningsKind,
    last: async (client) => {
      const { rows } = await client.query('select status, report is not null as told from imports');
      seen.push(...rows);
      return screeningsKind.last?.(client);
    },
  };
  const text = [HEADER, '7001;Filme;2099-12-24T14:00;;;30;A'].join('\n');
  assert.equal((await importText(t, pool, looking, text, { dryRun: true })).notKept, 'rehearsal');
  assert.deepEqual(seen, []);
  await importText(t, pool, looking, text);
  assert.deepEqual(seen, [{ status: 'done', told: true }]);
});

test('[SI18] a screening that a person moved stays there, although the file still tells the start that was announced', async (t) => {
  const { pool, shard } = await twoExhibitors(t);
  const run = importing(t, pool);
  const lines = ['7001;Filme;2099-12-24T10:00;;;30;', '7001;Filme;2099-12-24T14:00;;;30;B'];
  await run(lines);
  const client = await pool.connect();
  await moveScreening(client, 1, '2099-12-24T10:30');
  await moveScreening(client, 2, '2099-12-24T17:00');
  await moveScreening(client, 2, '2099-12-25T14:00');
  client.release();
  await sellTickets(shard, 1, 2);
  const again = await run(lines);
  assert.deepEqual(
    [sums(again), faultsOf(again), again.warnings.map(({ line, column, text }) => `${line} ${column}: ${text}`)],
    [
      [0, 0, 2, 0],
      [],
      [
        '2 inicio: screening 1 was moved by hand to 2099-12-24 10:30, and stays there',
        '3 inicio: screening 2 was moved by hand to 2099-12-25 14:00, and stays there',
      ],
    ],
  );
  // Another film at the time that was left is a new screening; and another start for the code moves it again.
  const other = await run(['7001;Outro;2099-12-24T14:00;;;30;', '7001;Filme;2099-12-26T14:00;;;30;B']);
  assert.deepEqual([sums(other), faultsOf(other)], [[1, 1, 0, 0], []]);
  const { rows } = await pool.query(
    `select to_char(starts_local, 'DD HH24:MI') as at, announced_at is null as free from screenings order by id`,
  );
  assert.deepEqual(rows, [
    { at: '24 10:30', free: false },
    { at: '26 14:00', free: true },
    { at: '24 14:00', free: true },
  ]);
});

test('[SI18] one that was moved and then cancelled stays cancelled', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const lines = ['7001;Filme;2099-12-24T10:00;;;30;'];
  await run(lines);
  const client = await pool.connect();
  await moveScreening(client, 1, '2099-12-24T11:00');
  client.release();
  await pool.query(`update screenings set status = 'cancelled'`);
  const again = await run(lines);
  assert.deepEqual([sums(again), again.warnings.map(({ kind }) => kind)], [[0, 0, 1, 0], ['stays-cancelled']]);
});

test('[SI18] moved back by hand, it is an unmoved one again', async (t) => {
  const { pool } = await twoExhibitors(t);
  await importing(t, pool)(['7001;Filme;2099-12-24T10:00;;;30;']);
  const client = await pool.connect();
  for (const start of ['2099-12-24T11:00', '2099-12-24T10:00']) await moveScreening(client, 1, start);
  client.release();
  assert.deepEqual((await pool.query('select announced_at from screenings')).rows, [{ announced_at: null }]);
});

test('[SI19] a withdrawn film takes no new screening, and a file may still list those that are there', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const lines = ['7001;Outro;2099-12-24T10:00;;;30;', '7001;Filme;2099-12-24T14:00;;;30;'];
  await run(lines);
  await pool.query(`update films set status = 'withdrawn' where id = 2`);
  const again = await run(lines);
  assert.deepEqual([sums(again), faultsOf(again)], [[0, 0, 2, 0], []]);
  const more = await run(['7001;Outro;2099-12-24T14:00;;;30;', '7001;Outro;2099-12-24T18:00;;;30;'], { partial: true });
  assert.deepEqual(faultsOf(more), ['2 filme: "Outro" was withdrawn', '3 filme: "Outro" was withdrawn']);
});

test('[IM60] the report tells of each line what became of it, of a rehearsal too', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const hour = (at: number, price = 30): string =>
    `7001;Filme;2099-12-24T${String(at).padStart(2, '0')}:00;;;${price};`;
  await run([hour(2), hour(8), hour(11)]);
  const report = await run([hour(2), hour(5), hour(8, 31), hour(11, 31), hour(14), hour(17), hour(17)], {
    dryRun: true,
  });
  assert.deepEqual(
    [sums(report), report.createdLines, report.updatedLines, report.rejectedRows.map(({ line }) => line)],
    [
      [3, 2, 1, 1],
      [
        [3, 3],
        [6, 7],
      ],
      [[4, 5]],
      [8],
    ],
  );
});
