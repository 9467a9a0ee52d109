/** A screening gets another start: who is asked, who is told, and what moves along. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { tellNewStart } from '../../workers/screening-move.ts';

const never = new AbortController().signal;

async function planned(stage: AdminStage): Promise<{ id: number; path: string }> {
  const { screening } = await stage.does('admin', 'POST', '/api/admin/screenings', {
    auditorium: stage.mine.auditorium,
    film: stage.film,
    startsLocal: '2099-12-24T20:30',
    priceCents: 3000,
    salesFrom: '2020-01-01T00:00:00Z',
    salesUntil: '2099-12-24T23:00:00Z',
  });
  return { id: screening.id, path: `/api/admin/screenings/${screening.id}` };
}

async function moves(stage: AdminStage): Promise<Parameters<typeof tellNewStart>[1][]> {
  const rows = await stage.rows<{ payload: Parameters<typeof tellNewStart>[1] }>(
    `select payload from poltrona_jobs._private_jobs as j
       join poltrona_jobs._private_tasks as t on t.id = j.task_id where t.identifier = 'tell-new-start' order by j.id`,
  );
  return rows.map(({ payload }) => payload);
}

test('[AD21] a moved screening takes the end of its sales along, and its tickets stay', async (t) => {
  const stage = await AdminStage.create(t);
  const { id, path } = await planned(stage);
  await stage.buys(id, 'ana', 'order-1', [0, 1]);
  await stage.buys(id, 'bia', 'order-2', [2]);
  // With one CPF, and two to be told.
  await stage.rows(`update orders set contact = buyer, buyer = 'payer-1'`);
  const refused = await stage.send(stage.partner, 'POST', `${path}/reschedule`, { startsLocal: '2099-12-24T21:00' });
  assert.deepEqual([refused.status, refused.body.fields[0].path], [400, 'body.why']);
  const body = { startsLocal: '2099-12-24T21:00', why: 'late delivery' };
  const rehearsal = await stage.does(stage.partner, 'POST', `${path}/reschedule`, { ...body, dryRun: true });
  const before = { startsAt: '2099-12-24T23:30:00.000Z', startsLocal: '2099-12-24T20:30:00' };
  const after = { startsAt: '2099-12-25T00:00:00.000Z', startsLocal: '2099-12-24T21:00:00' };
  assert.deepEqual(rehearsal, { screening: id, dryRun: true, ...after, before, tickets: 3, people: 2 });
  assert.equal((await stage.does('admin', 'GET', path)).screening.startsAt, before.startsAt);
  const key = 'move-it-only-once';
  stage.failures.push(new Error('the line is cut'));
  assert.equal((await stage.send(stage.partner, 'POST', `${path}/reschedule`, body, key)).status, 503);
  assert.deepEqual(
    [await moves(stage), (await stage.does('admin', 'GET', path)).screening.startsAt],
    [[], before.startsAt],
  );
  const moved = await stage.does(stage.partner, 'POST', `${path}/reschedule`, body, key);
  assert.deepEqual(moved, { ...rehearsal, dryRun: false });
  assert.deepEqual(await stage.does(stage.partner, 'POST', `${path}/reschedule`, body, key), moved);
  const { screening } = await stage.does('admin', 'GET', path);
  assert.deepEqual(
    [screening.startsAt, screening.startsLocal, screening.salesFrom, screening.salesUntil, screening.tickets.live],
    [after.startsAt, after.startsLocal, '2020-01-01T00:00:00.000Z', '2099-12-24T23:30:00.000Z', 3],
  );
  const [move, ...others] = await moves(stage);
  assert.deepEqual([move?.from, move?.to, others], [before.startsLocal, after.startsLocal, []]);
});

test('[AD22] everybody with a ticket is told once for each move, and who was paying when it moved is waited for', async (t) => {
  const stage = await AdminStage.create(t);
  const { id, path } = await planned(stage);
  await stage.buys(id, 'ana', 'order-1', [0]);
  await stage.buys(id, 'ana', 'order-2', [1]);
  await stage.pays(id, 'bia', 'order-3', [2]);
  await stage.does('admin', 'POST', `${path}/reschedule`, { startsLocal: '2099-12-24T21:00', why: 'late delivery' });
  const [move] = await moves(stage);
  assert.ok(move !== undefined);
  assert.equal(await tellNewStart(stage.app, move, never), 1);
  assert.equal((await moves(stage)).length, 1, 'the job comes back once, under its key');
  await stage.says(id, {
    kind: 'confirm',
    buyer: 'bia',
    order: 'order-3',
    tickets: [{ seat: 2, ticket: 'late', code: 'LATE234567' }],
  });
  await stage.rows('delete from poltrona_jobs._private_jobs');
  assert.equal(await tellNewStart(stage.app, move, never), 2);
  assert.deepEqual(await moves(stage), []);
  const params = { screening: id, from: '2099-12-24T20:30:00', to: '2099-12-24T21:00:00' };
  assert.deepEqual(await stage.rows('select kind, recipient, params from messages order by recipient'), [
    { kind: 'screening-rescheduled', recipient: 'ana', params },
    { kind: 'screening-rescheduled', recipient: 'bia', params },
  ]);
  await stage.does('admin', 'POST', `${path}/reschedule`, { startsLocal: '2099-12-24T22:00', why: 'later still' });
  const [again] = await moves(stage);
  // The first job comes late, when the screening has been moved again: it would tell a time that is not true any more.
  assert.equal(await tellNewStart(stage.app, move, never), 0);
  assert.equal(await tellNewStart(stage.app, again!, never), 2);
  assert.equal((await stage.rows('select * from messages')).length, 4);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  assert.equal(await tellNewStart(stage.app, again!, never), 0);
});

test('[AD23] a screening does not move into the past, into another one, or when it has begun; into its own time it may', async (t) => {
  const stage = await AdminStage.create(t);
  const { path } = await planned(stage);
  await stage.does('admin', 'POST', '/api/admin/screenings', {
    auditorium: stage.mine.auditorium,
    film: stage.film,
    startsLocal: '2099-12-24T23:00',
    priceCents: 3000,
  });
  const refused = async (startsLocal: string, where = path): Promise<unknown[]> => {
    const answer = await stage.send('admin', 'POST', `${where}/reschedule`, { startsLocal, why: 'to try' });
    return [answer.status, answer.body.code];
  };
  assert.deepEqual(await refused('2020-12-24T20:30'), [400, 'invalid']);
  assert.deepEqual(await refused('2099-12-24T21:06'), [409, 'auditorium-taken']);
  await stage.rows(`update auditoriums set status = 'closed'`);
  assert.deepEqual(await refused('2099-12-26T20:30'), [409, 'auditorium-closed']);
  await stage.rows(`update auditoriums set status = 'active'`);
  const begun = await stage.screening(stage.mine, -1);
  assert.deepEqual(await refused('2099-12-26T20:30', `/api/admin/screenings/${begun}`), [409, 'screening-begun']);
  // Sales from noon until half an hour after the start: an earlier day would end them before they begin.
  await stage.rows(`update screenings set sales_from = '2099-12-24T15:00:00Z' where sales_until is not null`);
  assert.deepEqual(await refused('2099-12-20T20:30'), [409, 'sales-window']);
  assert.equal((await refused('2099-12-24T21:05'))[0], 200);
  assert.deepEqual(await refused('2099-12-24T21:05'), [200, undefined]);
  const [, ...more] = await stage.rows(`select * from staff_actions where action = 'screening.reschedule'`);
  assert.equal(more.length, 1);
});
