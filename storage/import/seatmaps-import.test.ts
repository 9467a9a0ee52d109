import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type pg from 'pg';
import { fixture, publishedFile } from '../../tests/support/fixtures.ts';
import { faultsOf, importText, sellTickets, sums, twoExhibitors } from '../../tests/support/two-exhibitors.ts';
import { loadSeatMap } from '../catalogue.ts';
import { LAYOUT_JOB } from '../layout-changes.ts';
import { lockProgramme } from '../screening-plan.ts';
import type { FileImportOptions, FileReport } from './import-report.ts';
import { seatmapsKind } from './seatmaps-kind.ts';

const PLAN = readFileSync(fixture('seat-map.json'), 'utf8');

/** Two rows of `width` seats. */
const own = (auditorium: string | number, width: number, more: object = {}): object => ({
  auditorium,
  rows: ['A', 'B'],
  seats: [0, 1].flatMap((row) => Array.from({ length: width }, (_, at) => [row, at, 0, `${'AB'[row]}${at + 1}`])),
  ...more,
});

const importing =
  (t: TestContext, pool: pg.Pool) =>
  (
    content: object | string | Buffer,
    settings: Record<string, string> = {},
    options: Partial<FileImportOptions> = {},
  ) =>
    importText(
      t,
      pool,
      seatmapsKind,
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
      {
        name: 'maps.json',
        settings,
        ...options,
      },
    );

async function versions(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select format('%s/%s %s%s', a.id, m.version, m.seat_count, case when m.id = a.seat_map_id then ' current' end) as text
     from seat_maps m join auditoriums a on a.id = m.auditorium_id order by a.id, m.version`,
  );
  return rows.map(({ text }) => text);
}

async function announce(pool: pg.Pool, auditorium: number, starts: string): Promise<void> {
  await pool.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select a.id, a.seat_map_id, 1, $2::timestamptz, $2::timestamp, 'UTC', 100, 1 from auditoriums a where a.id = $1`,
    [auditorium, starts],
  );
}

const changes = async (pool: pg.Pool): Promise<unknown[]> =>
  (await pool.query('select screening::int, seat_map_id::int as map, state from seat_map_changes order by 1, 2')).rows;

test('[SM1] many maps in one file are the next versions of their auditoriums; the same file again changes nothing', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const file = [own(7001, 5), own('s2', 4, { cinema: 'um' }), own('#3', 3)];
  const first = await run(file);
  assert.deepEqual([sums(first), faultsOf(first)], [[1, 2, 0, 0], []]);
  assert.deepEqual(await versions(pool), ['1/1 7', '1/2 10 current', '2/1 5', '2/2 8 current', '3/1 6 current']);
  const again = await run(gzipSync(JSON.stringify(file)));
  assert.deepEqual([sums(again), again.details['seatMaps']], [[0, 0, 3, 0], 0]);
  assert.equal((await versions(pool)).length, 5);
  const { rows } = await pool.query('select seat_map_id::int as id from auditoriums where id = 3');
  assert.deepEqual((await loadSeatMap(pool, rows[0].id)).seatLabels, ['A1', 'A2', 'A3', 'B1', 'B2', 'B3']);
});

test('[SM1] maps at fault and auditoriums that are not there are refused; the others are kept only if that is wanted', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const file = [
    own(7001, 5),
    own(7001, 6),
    own(99, 5),
    own('', 5),
    { ...own('#2', 5), seats: [[0, 0, 9, 'A1']] },
    own('#3', 5),
  ];
  const faults = [
    '2 auditorium: map 1 is of the same auditorium',
    "3 auditorium: there is no auditorium 99, neither in ANCINE's register nor by our own number",
    '4 auditorium: whose seat map it is does not stand in the file: write "auditorium", or say it beside the file',
    '5 -: it is no usable seat map: seats[0] is of the unknown kind 9',
  ];
  const all = await run(file);
  assert.deepEqual([all.notKept, faultsOf(all)], ['rejected-rows', faults]);
  assert.deepEqual(await versions(pool), ['1/1 7 current', '2/1 5 current']);
  const some = await run(file, {}, { partial: true });
  assert.deepEqual([some.notKept, sums(some), faultsOf(some)], [null, [1, 1, 0, 4], faults]);
});

test('[SM7] whose map it is can be said beside the file; by name and cinema an administrator makes what is missing', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  assert.deepEqual(sums(await run(PLAN, { auditorium: '7001' })), [0, 1, 0, 0]);
  const named = { name: 'Sala Nova', cinema: 'Cine Novo', timeZone: 'America/Manaus' };
  const made = await run(PLAN, named);
  assert.deepEqual(sums(made), [1, 0, 0, 0]);
  assert.deepEqual(
    (
      await pool.query(
        `select c.name, c.time_zone, a.name as room from cinemas c join auditoriums a on a.cinema_id = c.id order by a.id desc limit 1`,
      )
    ).rows,
    [{ name: 'Cine Novo', time_zone: 'America/Manaus', room: 'Sala Nova' }],
  );
  assert.deepEqual(sums(await run(PLAN, { ...named, name: 'SALA NOVA', cinema: 'cine novo' })), [0, 0, 1, 0]);
  assert.deepEqual(sums(await run(PLAN, { name: 'Sala 9', cinema: 'Cine Um' })), [1, 0, 0, 0]);
  const partner = await run(PLAN, { name: 'Sala 10', cinema: 'Cine Um' }, { exhibitorId: 2 });
  assert.deepEqual(faultsOf(partner), ['1 cinema: it is not one of your cinemas']);
  const refused = (content: object | string, settings: Record<string, string>, message: RegExp) =>
    assert.rejects(run(content, settings), { name: 'FileRefused', message });
  await refused(
    [own(7001, 5), own('#2', 5)],
    { auditorium: '7001' },
    /holds 2 seat maps: whose each one is has to stand in the file/,
  );
  await refused(PLAN, { ...named, cinema: 'Cine Outro', timeZone: 'Mars/Olympus' }, /Mars\/Olympus is no time zone/);
  await refused(PLAN, { name: 'Sala' }, /say whose seat map it is/);
  await refused('sala;lugar\n1;2\n', { auditorium: '7001' }, /lacks the form of a JSON document/);
  assert.equal((await pool.query('select from auditoriums')).rowCount, 5);
});

test('[SM8] a new layout is wanted for the screenings to come, and changes none of them', async (t) => {
  const { pool, shard, owner } = await twoExhibitors(t);
  const run = importing(t, pool);
  for (const starts of ['2020-01-01T20:00', '2099-01-01T20:00', '2099-01-02T20:00', '2099-01-03T20:00'])
    await announce(pool, 1, starts);
  await announce(pool, 2, '2099-01-01T20:00');
  await pool.query(`update screenings set status = 'cancelled' where id = 4`);
  await sellTickets(shard, 3, 2);
  const report: FileReport = await run(own(7001, 5));
  const { seatMaps, screeningsToChange, screeningsWithOrders } = report.details;
  assert.deepEqual([seatMaps, screeningsToChange, screeningsWithOrders], [1, 2, 1]);
  assert.deepEqual(
    report.warnings.map(({ kind }) => kind),
    ['layout-conflicts'],
  );
  assert.deepEqual(await changes(pool), [
    { screening: 2, map: 3, state: 'wanted' },
    { screening: 3, map: 3, state: 'wanted' },
  ]);
  assert.deepEqual((await pool.query('select distinct seat_map_id::int as map from screenings order by 1')).rows, [
    { map: 1 },
    { map: 2 },
  ]);
  const { rows: jobs } = await owner.query('select task_identifier as task from poltrona_jobs.jobs');
  assert.deepEqual(jobs, [{ task: LAYOUT_JOB }]);
  // The next version supersedes it; a rehearsal wants nothing.
  await run(own(7001, 4), {}, { dryRun: true });
  await run(own(7001, 3));
  assert.deepEqual(await changes(pool), [
    { screening: 2, map: 3, state: 'superseded' },
    { screening: 2, map: 5, state: 'wanted' },
    { screening: 3, map: 3, state: 'superseded' },
    { screening: 3, map: 5, state: 'wanted' },
  ]);
});

test('[SM8] a screening that is being made meanwhile is not overlooked', async (t) => {
  const { pool } = await twoExhibitors(t);
  const making = await pool.connect();
  await making.query('begin');
  await lockProgramme(making);
  let isOver = false;
  const report = importing(
    t,
    pool,
  )(own(7001, 5)).finally(() => {
    isOver = true;
  });
  // It is at the lock when it shows there.
  const waiting = () => making.query(`select from pg_locks where locktype = 'advisory' and not granted`);
  while (!isOver && (await waiting()).rowCount === 0);
  await making.query(
    `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select 1, seat_map_id, 1, '2099-01-01', '2099-01-01', 'UTC', 100, 1 from auditoriums where id = 1`,
  );
  await making.query('commit');
  making.release();
  assert.equal((await report).details['screeningsToChange'], 1);
});

test('[SM8] back to the layout that the screenings have: nothing is wanted any more', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  await run(own(7001, 5));
  await announce(pool, 1, '2099-01-01T20:00');
  await run(own(7001, 4));
  const back = await run(own(7001, 5));
  assert.equal(back.details['screeningsToChange'], 0);
  assert.deepEqual(await changes(pool), [{ screening: 1, map: 4, state: 'superseded' }]);
});

test('[SM9] control characters in the names of a file are cleaned; a map at fault makes no cinema and no auditorium', async (t) => {
  const { pool } = await twoExhibitors(t);
  const run = importing(t, pool);
  const named = await run([own('s2\u0000', 4, { cinema: ' u\u200bm\u0000' }), own('\u0000', 4)], {}, { partial: true });
  assert.deepEqual(sums(named), [0, 1, 0, 1]);
  assert.match(faultsOf(named)[0] ?? '', /^2 auditorium: whose seat map it is does not stand in the file/);
  const broken = { ...own('x', 4), seats: [[0, 0, 9, 'A1']] };
  const count = async () =>
    (await pool.query('select from cinemas c full join auditoriums a on a.cinema_id = c.id')).rowCount;
  const before = await count();
  const refused = await run(broken, { name: 'Sala Nova', cinema: 'Cine Novo' }, { partial: true });
  assert.deepEqual([sums(refused), await count()], [[0, 0, 0, 1], before]);
});

const published = publishedFile('ingresso-seatmap2-165.json');
test('[SM7] the published seat map is imported whole', {
  skip: published === null && 'not beside the project',
}, async (t) => {
  const { pool } = await twoExhibitors(t);
  assert.deepEqual(sums(await importing(t, pool)(readFileSync(published ?? ''), { auditorium: '7001' })), [0, 1, 0, 0]);
  assert.deepEqual((await versions(pool))[1], '1/2 165 current');
});
