/** Screenings listed, shown, added, their sales closed and opened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';

test('[AD5] lists hold what is in the scope of who asks, in order, page by page', async (t) => {
  const stage = await AdminStage.create(t);
  const mine: number[] = [];
  for (const hours of [30, 33, 36]) mine.push(await stage.screening(stage.mine, hours));
  const past = await stage.screening(stage.mine, -30);
  const theirs = await stage.screening(stage.theirs);
  const idsOf = async (who: string, query = ''): Promise<number[]> => {
    const { screenings } = await stage.does(who, 'GET', `/api/admin/screenings${query}`);
    return screenings.map(({ id }: { id: number }) => id);
  };
  assert.deepEqual(await idsOf(stage.partner), mine);
  assert.deepEqual(await idsOf(`partner ${stage.mine.exhibitor}/${stage.mine.cinema + 1}`), []);
  assert.deepEqual((await idsOf('admin')).sort(), [...mine, theirs].sort());
  assert.deepEqual(await idsOf(stage.partner, '?from=2020-01-01T00:00:00Z'), [past, ...mine]);
  assert.deepEqual(await idsOf(stage.partner, `?cinema=${stage.theirs.cinema}`), []);
  assert.deepEqual((await idsOf('admin', '?q=a%20VOLTÁ')).length, 4);
  assert.deepEqual(await idsOf('admin', '?q=%25'), []);
  const first = await stage.does(stage.partner, 'GET', '/api/admin/screenings?limit=2');
  const second = await stage.does(stage.partner, 'GET', `/api/admin/screenings?limit=2&after=${first.next}`);
  assert.deepEqual(
    [...first.screenings, ...second.screenings].map(({ id }) => id),
    mine,
  );
  assert.equal(second.next, null);
  const [day] = await stage.rows<{ day: string }>(
    'select starts_local::date::text as day from screenings where id = $1',
    [past],
  );
  assert.deepEqual(await idsOf(stage.partner, `?date=${day?.day}`), [past]);
  for (const wrong of ['?after=nonsense', '?limit=201', '?date=24/12/2026', '?datee=2026-12-24'])
    assert.equal((await stage.send('admin', 'GET', `/api/admin/screenings${wrong}`)).status, 400, wrong);
});

test('[AD6] a screening is shown with its layout, who has which seat now, and what was sold', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  await stage.buys(screening, 'ana', 'order-1', [0, 1]);
  await stage.holds(screening, 'bia', [8]);
  const { screening: shown } = await stage.does(stage.partner, 'GET', `/api/admin/screenings/${screening}`);
  assert.deepEqual(
    [shown.rows, shown.seats[9]],
    [
      ['A', 'B'],
      [1, 1, 0, 'B2'],
    ],
  );
  assert.deepEqual(shown.live.status, [2, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([shown.counts, shown.seatsLeft], [{ free: 13, held: 1, sold: 2, blocked: 0 }, 13]);
  assert.deepEqual(
    [shown.tickets, shown.revenueCents, shown.cancellation],
    [{ live: 2, used: 0, cancelled: 0, refunded: 0 }, 6000, null],
  );
  // What was earned is not for the people at the gate.
  const atGate = await stage.does(`gate ${stage.mine.exhibitor}`, 'GET', `/api/admin/screenings/${screening}`);
  assert.equal(atGate.screening.revenueCents, null);
  assert.match(shown.startsAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('[AD7] sales are closed and opened for the actor and for the catalogue', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}`;
  const closed = await stage.does(stage.partner, 'POST', `${path}/close`, { why: 'a strike' });
  assert.deepEqual(closed, { screening, salesOpen: false });
  const held = await stage.says(screening, { kind: 'hold', buyer: 'ana', seats: [0] });
  const { screening: shown } = await stage.does(stage.partner, 'GET', path);
  assert.deepEqual([held.outcome.code, shown.status, shown.live.salesOpen], [41, 'closed', false]);
  // The answer is lost on its way, and said again.
  stage.failures.push(new Error('the line is cut'));
  const key = 'open-them-again-please';
  assert.equal((await stage.send(stage.partner, 'POST', `${path}/open`, { why: 'it is over' }, key)).status, 503);
  assert.equal((await stage.does(stage.partner, 'GET', path)).screening.status, 'closed');
  assert.deepEqual(await stage.does(stage.partner, 'POST', `${path}/open`, { why: 'it is over' }, key), {
    screening,
    salesOpen: true,
  });
  const again = await stage.does(stage.partner, 'GET', path);
  assert.deepEqual([again.screening.status, again.screening.live.salesOpen], ['scheduled', true]);
  const facts = await stage.rows('select kind from journal where screening = $1 and kind in (2, 3) order by version', [
    screening,
  ]);
  assert.deepEqual(facts, [{ kind: 3 }, { kind: 2 }]);
  assert.equal((await stage.send(stage.partner, 'POST', `${path}/close`, { why: 'x' })).status, 400);
});
