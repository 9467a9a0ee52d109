/** Seats off sale and back, over a real actor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { connected } from '../../tests/support/postgres.ts';
import { adminEndpoints } from './admin-endpoints.ts';

test('[AD1] seats are blocked and unblocked by their labels, whatever the case, and the record says who and why', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}`;
  const blocked = await stage.does(stage.partner, 'POST', `${path}/seats/block`, {
    seats: ['a2', 'B8', 'A2'],
    why: 'broken chairs',
  });
  assert.deepEqual(blocked, { screening, blocked: ['A2', 'B8'] });
  const { screening: shown } = await stage.does(stage.partner, 'GET', path);
  assert.deepEqual(shown.counts, { free: 14, held: 0, sold: 0, blocked: 2 });
  assert.deepEqual([shown.live.status[1], shown.live.status[15]], [3, 3]);
  const unblocked = await stage.does('admin', 'POST', `${path}/seats/unblock`, { seats: ['b8'], why: 'mended' });
  assert.deepEqual(unblocked, { screening, unblocked: ['B8'] });
  const actions = await stage.rows(
    'select who, action, target, why, details, exhibitor_id from staff_actions order by id',
  );
  assert.deepEqual(actions, [
    {
      who: `key:${stage.partner.replace(' ', '')}`,
      action: 'seats.block',
      target: `screening:${screening}`,
      why: 'broken chairs',
      details: { cinema: stage.mine.cinema, seats: ['A2', 'B8'] },
      exhibitor_id: String(stage.mine.exhibitor),
    },
    {
      who: 'key:admin',
      action: 'seats.unblock',
      target: `screening:${screening}`,
      why: 'mended',
      details: { cinema: stage.mine.cinema, seats: ['B8'] },
      exhibitor_id: String(stage.mine.exhibitor),
    },
  ]);
});

test('[AD2] seats that cannot be had are named with the reason, and nothing is changed', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const block = `/api/admin/screenings/${screening}/seats/block`;
  await stage.buys(screening, 'ana', 'order-1', [0]);
  await stage.holds(screening, 'bia', [2]);
  const answers = [];
  for (const seats of [
    ['A1', 'A2'],
    ['A3', 'A4'],
    ['Z9', 'A5', 'z10'],
  ])
    answers.push(await stage.send('admin', 'POST', block, { seats, why: 'broken chairs' }));
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.code, body.error]),
    [
      [
        409,
        'seat-sold',
        'A1 is sold; nothing was changed. Refund the tickets first, then try again with a new Idempotency-Key.',
      ],
      [
        409,
        'seat-held',
        "A3 is in somebody's hold; nothing was changed. Try again in some minutes, with a new Idempotency-Key.",
      ],
      [400, 'seat-unknown', 'The auditorium has no seat Z9 and z10; nothing was changed.'],
    ],
  );
  assert.deepEqual(answers[2]?.body.fields, [
    { path: 'body.seats[0]', message: 'there is no seat Z9' },
    { path: 'body.seats[2]', message: 'there is no seat z10' },
  ]);
  const unblocked = await stage.send('admin', 'POST', block.replace('/block', '/unblock'), {
    seats: ['A8'],
    why: 'mended',
  });
  assert.deepEqual([unblocked.status, unblocked.body.code], [409, 'seat-not-blocked']);
  const { screening: shown } = await stage.does('admin', 'GET', `/api/admin/screenings/${screening}`);
  assert.deepEqual(shown.counts, { free: 14, held: 1, sold: 1, blocked: 0 });
  assert.deepEqual(await stage.rows('select * from staff_actions'), []);
});

test('[AD3] the same key gives the same answer and one effect, also long after', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}/seats`;
  const key = 'the-key-of-the-first-block';
  const body = { seats: ['A1'], why: 'broken chair' };
  const first = await stage.send('admin', 'POST', `${path}/block`, body, key);
  await stage.does('admin', 'POST', `${path}/unblock`, { seats: ['A1'], why: 'mended' });
  const again = await stage.send('admin', 'POST', `${path}/block`, body, key);
  assert.deepEqual([again.status, again.body, again.headers['idempotent-replay']], [200, first.body, 'true']);
  assert.equal((await stage.send('admin', 'POST', `${path}/block`, { ...body, seats: ['A2'] }, key)).status, 422);
  // Not blocked again: the repetition was no new command.
  const { screening: shown } = await stage.does('admin', 'GET', `/api/admin/screenings/${screening}`);
  assert.deepEqual([shown.counts.blocked, stage.asked], [0, ['block', 'unblock']]);
});

test('[AD4] when the actor has decided and the transaction fails, the repetition gives the same answer and one fact', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}/seats/block`;
  const key = 'a-key-that-is-sent-twice';
  const body = { seats: ['A1', 'B1'], why: 'broken chairs' };
  stage.failures.push(new Error('the line is cut'));
  assert.equal((await stage.send('admin', 'POST', path, body, key)).status, 503);
  assert.deepEqual(await stage.rows('select * from staff_actions'), []);
  const again = await stage.send('admin', 'POST', path, body, key);
  assert.deepEqual([again.status, again.body], [200, { screening, blocked: ['A1', 'B1'] }]);
  const facts = await stage.rows<{ kind: number }>('select kind from journal where screening = $1 and kind = 14', [
    screening,
  ]);
  assert.deepEqual([facts.length, (await stage.rows('select * from staff_actions')).length], [1, 1]);
});

test('[AD34] while nobody knows whether a command was done, the answer says to repeat it, and nothing is recorded', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}/seats/block`;
  const key = 'a-key-for-an-outage';
  const body = { seats: ['A1'], why: 'broken chair' };
  stage.isOwnerAway = true;
  const away = await stage.send('admin', 'POST', path, body, key);
  assert.deepEqual([away.status, away.body.code, away.headers['retry-after']], [503, 'no-answer', '1']);
  assert.deepEqual(await stage.rows('select * from staff_actions'), []);
  const shown = await stage.does('admin', 'GET', `/api/admin/screenings/${screening}`);
  assert.deepEqual([shown.screening.live, shown.screening.counts, shown.screening.seatsLeft], [null, null, 16]);
  stage.isOwnerAway = false;
  assert.equal((await stage.send('admin', 'POST', path, body, key)).status, 200);
});

test('[AD35] two do not change one screening at the same time: the second hears so at once', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}`;
  const other = await connected(t, stage.config, 'app');
  await other.query('begin; select pg_advisory_xact_lock(4243, $1)'.replace('$1', String(screening)));
  for (const [command, body] of [
    ['close', { why: 'a strike' }],
    ['cancel', { why: 'a strike' }],
    ['reschedule', { startsLocal: '2099-12-24T20:30' }],
  ] as const) {
    const busy = await stage.send('admin', 'POST', `${path}/${command}`, body);
    assert.deepEqual([busy.status, busy.body.code], [409, 'screening-busy'], command);
    // To a stranger the lock does not tell that there is something.
    const stranger = await stage.send(`partner ${stage.theirs.exhibitor}`, 'POST', `${path}/${command}`, body);
    assert.equal(stranger.status, 404, command);
  }
  await other.query('rollback');
  await stage.does('admin', 'POST', `${path}/close`, { why: 'a strike' });
});

test('[AD36] more requests at once than the pool has connections all end', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const path = `/api/admin/screenings/${screening}/seats/block`;
  const labels = Array.from({ length: 16 }, (_, at) => `${at < 8 ? 'A' : 'B'}${(at % 8) + 1}`);
  const answers = await Promise.all(
    labels.map((label) => stage.send('admin', 'POST', path, { seats: [label], why: 'broken chair' })),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    labels.map(() => 200),
  );
});

test('[AD46] the screening remembers what it refused: the sentence says that a second try needs a new key, and so it does', async (t) => {
  const stage = await AdminStage.create(t);
  const screening = await stage.screening(stage.mine);
  const hold = await stage.holds(screening, 'ana', [0]);
  const path = `/api/admin/screenings/${screening}/seats/block`;
  const body = { seats: ['A1'], why: 'broken chair' };
  const key = 'a-key-that-was-refused';
  const refused = await stage.send('admin', 'POST', path, body, key);
  assert.deepEqual([refused.status, refused.body.code], [409, 'seat-held']);
  assert.match(refused.body.error, /Try again in some minutes, with a new Idempotency-Key\.$/);
  await stage.says(screening, { kind: 'release', buyer: 'ana', hold });
  assert.equal((await stage.send('admin', 'POST', path, body, key)).body.code, 'seat-held');
  assert.equal((await stage.send('admin', 'POST', path, body)).status, 200);
  // Whatever asks an actor has it in its description.
  const described = adminEndpoints(stage.ports).filter(({ problems }) => problems?.[503] !== undefined);
  assert.ok(described.length >= 6);
  for (const { path, problems } of described) assert.match(problems?.[409] ?? '', /a new Idempotency-Key/, path);
});
