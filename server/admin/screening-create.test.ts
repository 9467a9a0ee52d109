/** Screenings added by hand: what is checked, and what is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { connected } from '../../tests/support/postgres.ts';

const PATH = '/api/admin/screenings';
const START = '2099-12-24T20:30:00';

async function priced(stage: AdminStage): Promise<void> {
  const table = await stage.id(
    `insert into price_tables (exhibitor_id, code, name, content_hash) values ($1, 'main', 'Main', 'x') returning id`,
    [stage.mine.exhibitor],
  );
  await stage.rows(
    `insert into price_rules (price_table_id, position, projection, seat_kind, price_cents) values
       ($1, 1, null, null, 2500), ($1, 2, '3D', null, 3500), ($1, 3, '3D', 1, 8000)`,
    [table],
  );
}

test('[AD8] a screening is added with instant, quota and prices computed, once for one key', async (t) => {
  const stage = await AdminStage.create(t);
  await priced(stage);
  const body = {
    auditorium: stage.mine.auditorium,
    film: stage.film,
    startsLocal: START,
    projection: '3D',
    code: 'S-1',
  };
  const key = 'create-it-once-and-only-once';
  const answer = await stage.send(stage.partner, 'POST', PATH, body, key);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const { screening } = answer.body;
  assert.deepEqual(
    [screening.startsAt, screening.startsLocal, screening.priceCents, screening.seatPrices, screening.halfQuota],
    ['2099-12-24T23:30:00.000Z', START, 3500, { 1: 8000 }, 7],
  );
  assert.deepEqual((await stage.send(stage.partner, 'POST', PATH, body, key)).body, answer.body);
  assert.equal((await stage.rows('select * from screenings')).length, 1);
  assert.deepEqual(await stage.rows('select action, target, exhibitor_id from staff_actions'), [
    { action: 'screening.create', target: `screening:${screening.id}`, exhibitor_id: String(stage.mine.exhibitor) },
  ]);
  // It is at once on sale.
  assert.equal((await stage.says(screening.id, { kind: 'hold', buyer: 'ana', seats: [0] })).outcome.code, 0);
});

test('[AD9] what is wrong with a new screening is told, all of it, and nothing is added', async (t) => {
  const stage = await AdminStage.create(t);
  await priced(stage);
  const room = stage.mine.auditorium;
  const bare = await stage.id(
    `insert into auditoriums (cinema_id, name, status) values ($1, 'Sala 2', 'closed') returning id`,
    [stage.mine.cinema],
  );
  const body = { auditorium: room, film: stage.film, startsLocal: START };
  const refused = async (change: object): Promise<unknown[]> => {
    const answer = await stage.send(stage.partner, 'POST', PATH, { ...body, ...change });
    return [answer.status, answer.body.code, ...(answer.body.fields ?? []).map(({ path }: { path: string }) => path)];
  };
  const no = 'screening-refused';
  assert.deepEqual(await refused({ auditorium: bare, film: 999 }), [409, no, 'body.auditorium', 'body.film']);
  assert.deepEqual(await refused({ startsLocal: '2020-01-01T10:00' }), [409, no, 'body.startsLocal']);
  assert.deepEqual(await refused({ auditorium: stage.theirs.auditorium }), [404, 'not-found']);
  assert.deepEqual(await refused({ startsLocal: '2099-12-24T20:30:00Z' }), [400, 'invalid', 'body.startsLocal']);
  assert.deepEqual(await refused({ startsLocal: '2099-02-30T20:30' }), [400, 'invalid', 'body.startsLocal']);
  const window = { salesFrom: '2099-12-24T10:00:00Z', salesUntil: '2099-12-24T09:00:00Z' };
  assert.deepEqual(await refused(window), [409, no, 'body.salesFrom']);
  assert.deepEqual(await refused({ pricecents: 1 }), [400, 'invalid', 'body']);
  assert.deepEqual(await stage.rows('select * from screenings'), []);
  const { screening } = await stage.does(stage.partner, 'POST', PATH, { ...body, code: 'S-1' });
  // 100 minutes and 15 of cleaning: taken from 20:30 to 22:25.
  for (const startsLocal of ['2099-12-24T18:36:00', START, '2099-12-24T22:24:00'])
    assert.deepEqual(await refused({ startsLocal }), [409, no, 'body.startsLocal'], startsLocal);
  assert.deepEqual((await refused({ startsLocal: '2099-12-25T20:30', code: 'S-1' })).slice(0, 2), [409, no]);
  await stage.does(stage.partner, 'POST', PATH, { ...body, startsLocal: '2099-12-24T22:25' });
  await stage.does(stage.partner, 'POST', PATH, { ...body, startsLocal: '2099-12-24T18:35' });
  // A cancelled one gives its time free.
  await stage.rows(`update screenings set status = 'cancelled' where id = $1`, [screening.id]);
  await stage.does(stage.partner, 'POST', PATH, body);
  await stage.rows('delete from price_rules');
  assert.deepEqual((await refused({ startsLocal: '2099-12-25T20:30' })).slice(0, 2), [409, no]);
  const sold = { salesFrom: '2099-12-20T12:00:00Z', salesUntil: '2099-12-26T00:00:00Z' };
  const last = await stage.does(stage.partner, 'POST', PATH, {
    ...body,
    ...sold,
    startsLocal: '2099-12-25T20:30',
    priceCents: 4200,
  });
  assert.deepEqual([last.screening.salesFrom, last.screening.priceCents], ['2099-12-20T12:00:00.000Z', 4200]);
});

test('[AD10] a wall time that the clocks leave out is refused, and one that they show twice without its offset', async (t) => {
  const stage = await AdminStage.create(t);
  await stage.rows(`update cinemas set time_zone = 'America/New_York' where id = $1`, [stage.mine.cinema]);
  const body = { auditorium: stage.mine.auditorium, film: stage.film, priceCents: 3000 };
  const gap = await stage.send('admin', 'POST', PATH, { ...body, startsLocal: '2099-03-08T02:30:00' });
  assert.match(gap.body.error, /clocks are put forward/);
  const twice = await stage.send('admin', 'POST', PATH, { ...body, startsLocal: '2099-11-01T01:30:00' });
  assert.match(twice.body.error, /clocks are put back/);
  assert.deepEqual([gap.status, twice.status], [409, 409]);
  const second = { ...body, startsLocal: '2099-11-01T01:30:00', utcOffset: '-05:00' };
  const { screening } = await stage.does('admin', 'POST', PATH, second);
  assert.deepEqual([screening.startsLocal, screening.startsAt], ['2099-11-01T01:30:00', '2099-11-01T06:30:00.000Z']);
  const path = `${PATH}/${screening.id}/reschedule`;
  for (const startsLocal of ['2098-03-09T02:30', '2098-11-02T01:30']) {
    const moved = await stage.send('admin', 'POST', path, { startsLocal });
    assert.deepEqual([moved.status, moved.body.fields[0].path], [400, 'body.startsLocal']);
  }
});

test('[AD11] while an import holds the programme, whoever adds a screening hears so instead of waiting', async (t) => {
  const stage = await AdminStage.create(t);
  const importing = await connected(t, stage.config, 'app');
  await importing.query(`begin; select pg_advisory_xact_lock(hashtext('poltrona.programme'))`);
  const body = { auditorium: stage.mine.auditorium, film: stage.film, startsLocal: START, priceCents: 3000 };
  const key = 'while-an-import-runs';
  const busy = await stage.send('admin', 'POST', PATH, body, key);
  assert.deepEqual([busy.status, busy.body.code, busy.headers['retry-after']], [409, 'programme-busy', '2']);
  await importing.query('rollback');
  assert.equal((await stage.send('admin', 'POST', PATH, body, key)).status, 201);
});
