import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';

const WHY = 'new contract from December on';

test('[OF5] the service fee is set with a reason, kept to the hundredth of a per cent, and recorded with what it was', async (t) => {
  const stage = await AdminStage.create(t);
  const { exhibitor } = stage.mine;
  const path = `/api/admin/exhibitors/${exhibitor}`;
  const body = { serviceFeePercent: 5.29, serviceFeeCents: 49, why: WHY };
  const { exhibitor: set } = await stage.does('admin', 'PATCH', path, body);
  assert.deepEqual(set, {
    ...{ id: exhibitor, code: null, ancineId: null, name: 'Cinemas Meus', status: 'active', cinemas: 1 },
    ...{ serviceFeePercent: 5.29, serviceFeeCents: 49 },
  });
  // What is left out stays.
  const one = await stage.does(stage.partner, 'PATCH', path, { serviceFeePercent: 0, why: WHY });
  assert.deepEqual([one.exhibitor.serviceFeePercent, one.exhibitor.serviceFeeCents], [0, 49]);
  assert.deepEqual(
    await stage.rows('select service_fee_bps as bps, service_fee_cents as cents from exhibitors order by id'),
    [
      { bps: 0, cents: 49 },
      { bps: 0, cents: 0 },
    ],
  );
  const actions = await stage.rows(
    'select who, action, target, why, details, exhibitor_id::int as owner from staff_actions order by id',
  );
  const kept = { action: 'exhibitor.set-fee', target: `exhibitor:${exhibitor}`, why: WHY, owner: exhibitor };
  assert.deepEqual(actions, [
    { ...kept, who: 'key:admin', details: { before: { bps: 0, cents: 0 }, after: { bps: 529, cents: 49 } } },
    {
      ...kept,
      who: `key:partner${exhibitor}`,
      details: { before: { bps: 529, cents: 49 }, after: { bps: 0, cents: 49 } },
    },
  ]);
});

test('[OF5] every fee of two decimals is taken as it is, and what is no fee is refused with nothing changed', async (t) => {
  const stage = await AdminStage.create(t);
  const path = `/api/admin/exhibitors/${stage.mine.exhibitor}`;
  for (const serviceFeePercent of [0.01, 0.07, 0.29, 1.1, 8.15, 33.33, 99.99, 100]) {
    const { exhibitor } = await stage.does('admin', 'PATCH', path, { serviceFeePercent, why: WHY });
    assert.equal(exhibitor.serviceFeePercent, serviceFeePercent);
  }
  for (const body of [
    { serviceFeePercent: 5.123, why: WHY },
    { serviceFeePercent: -1, why: WHY },
    { serviceFeePercent: 100.01, why: WHY },
    { serviceFeeCents: 1.5, why: WHY },
    { serviceFeeCents: 100_001, why: WHY },
    { serviceFeePercent: '5', why: WHY },
    { serviceFeePercent: 5 },
    { why: WHY },
    { serviceFeePercent: 5, name: 'Other', why: WHY },
  ]) {
    const answer = await stage.send('admin', 'PATCH', path, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
  const { exhibitors } = await stage.does(stage.partner, 'GET', '/api/admin/exhibitors');
  assert.deepEqual([exhibitors[0].serviceFeePercent, exhibitors[0].serviceFeeCents], [100, 0]);
});

test('[OF6] a partner sees and sets the fee of his own exhibitor, all of it or not at all; others may not', async (t) => {
  const stage = await AdminStage.create(t);
  const { mine, theirs } = stage;
  const fee = { serviceFeePercent: 50, why: WHY };
  const path = (exhibitor: number): string => `/api/admin/exhibitors/${exhibitor}`;
  const names = async (who: string, query = ''): Promise<string[]> => {
    const { exhibitors } = await stage.does(who, 'GET', `/api/admin/exhibitors${query}`);
    return exhibitors.map(({ name }: { name: string }) => name);
  };
  assert.deepEqual(await names('admin'), ['Cinemas Deles', 'Cinemas Meus']);
  assert.deepEqual(await names('admin', '?q=DELES'), ['Cinemas Deles']);
  assert.deepEqual(await names(stage.partner), ['Cinemas Meus']);
  const first = await stage.does('admin', 'GET', '/api/admin/exhibitors?limit=1');
  assert.deepEqual(await names('admin', `?limit=1&after=${first.next}`), ['Cinemas Meus']);
  assert.equal((await stage.send(stage.partner, 'PATCH', path(theirs.exhibitor), fee)).status, 404);
  assert.equal((await stage.send('admin', 'PATCH', path(999_999), fee)).status, 404);
  const ofOneCinema = `partner ${mine.exhibitor}/${mine.cinema}`;
  const refused = await stage.send(ofOneCinema, 'PATCH', path(mine.exhibitor), fee);
  assert.deepEqual([refused.status, refused.body.code], [403, 'whole-exhibitor']);
  for (const role of ['box-office', 'gate', 'kiosk', 'reports']) {
    assert.equal((await stage.send(`${role} ${mine.exhibitor}`, 'PATCH', path(mine.exhibitor), fee)).status, 403, role);
  }
  assert.equal((await stage.send('nobody', 'PATCH', path(mine.exhibitor), fee)).status, 401);
  assert.deepEqual(await stage.rows('select distinct service_fee_bps as bps from exhibitors'), [{ bps: 0 }]);
  assert.deepEqual(await stage.rows('select from staff_actions'), []);
});
