/** A cancelled screening is wound up by its job, whatever interrupts it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode, type Refused } from '../actors/seat-outcome.ts';
import { SILENT_LOG } from '../storage/log.ts';
import { AdminStage } from '../tests/support/admin-stage.ts';
import {
  type CancellationCommand,
  type CancellationPorts,
  CancellationStuck,
  cancelScreeningTask,
  windUp,
} from './screening-cancellation.ts';

/** One of two. */
const BY_HAND = { why: 'at the counter', tickets: ['order-1-2'] };

const never = new AbortController().signal;

interface Booking {
  readonly screening: number;
  readonly path: string;
}

/** Six orders of two buyers, one ticket of them used; one order in payment, and one hold. */
async function booked(stage: AdminStage): Promise<Booking> {
  const screening = await stage.screening(stage.mine);
  for (let at = 0; at < 6; at++)
    await stage.buys(screening, at < 4 ? 'ana' : 'bia', `order-${at}`, [at * 2, at * 2 + 1]);
  await stage.does('admin', 'POST', '/api/admin/tickets/order-5-10/check-in', { gate: 'gate 1' });
  await stage.pays(screening, 'carla', 'order-9', [12]);
  await stage.holds(screening, 'dora', [13]);
  return { screening, path: `/api/admin/screenings/${screening}` };
}

async function jobsOf(stage: AdminStage): Promise<{ screening: number; key: string }[]> {
  const rows = await stage.rows<{ payload: { screening: number; key: string } }>(
    `select payload from poltrona_jobs._private_jobs as j
       join poltrona_jobs._private_tasks as t on t.id = j.task_id where t.identifier = 'cancel-screening'`,
  );
  return rows.map(({ payload }) => payload);
}

/** What the request left for the job. */
async function jobOf(stage: AdminStage): Promise<{ screening: number; key: string }> {
  const [job, ...others] = await jobsOf(stage);
  assert.ok(job !== undefined && others.length === 0, 'there is not one job');
  return job;
}

/** The engine's ports; `hook` may throw instead of a command or after it. */
function ports(
  stage: AdminStage,
  hook: (command: CancellationCommand, when: 'before' | 'after') => void = () => {},
): CancellationPorts {
  return {
    pool: stage.app,
    ask: async (screening, command) => {
      hook(command, 'before');
      const answer = await stage.ports.ask(screening, command);
      hook(command, 'after');
      return answer;
    },
  };
}

const REFUNDS = `select body from journal where screening = $1 and kind = 12 order by version`;

test('[AD16] a rehearsal of a cancellation tells how many orders, tickets, people and cents, and changes nothing', async (t) => {
  const stage = await AdminStage.create(t);
  const { screening, path } = await booked(stage);
  const told = {
    screening,
    orders: 6,
    tickets: 11,
    people: 2,
    refundCents: 33_000,
    currency: 'BRL',
    ticketsUsed: 1,
    paying: 1,
  };
  const rehearsal = await stage.does(stage.partner, 'POST', `${path}/cancel`, { why: 'a flood', dryRun: true });
  assert.deepEqual(rehearsal, { ...told, dryRun: true });
  assert.equal((await stage.does('admin', 'GET', path)).screening.status, 'scheduled');
  assert.deepEqual(await stage.rows(`select * from staff_actions where action = 'screening.cancel'`), []);
  const answer = await stage.send(stage.partner, 'POST', `${path}/cancel`, { why: 'a flood' });
  assert.deepEqual([answer.status, answer.body], [202, { ...told, dryRun: false }]);
  const { screening: shown } = await stage.does(stage.partner, 'GET', path);
  const { at: _, ...cancellation } = shown.cancellation;
  assert.deepEqual(
    [shown.status, cancellation],
    [
      'cancelled',
      { who: `key:${stage.partner.replace(' ', '')}`, why: 'a flood', orders: 6, done: 0, paying: 1, ticketsUsed: 1 },
    ],
  );
  for (const command of ['open', 'close', 'reschedule']) {
    const body = { why: 'a flood', ...(command === 'reschedule' ? { startsLocal: '2099-01-01T20:00' } : {}) };
    const refused = await stage.send('admin', 'POST', `${path}/${command}`, body);
    assert.deepEqual([refused.status, refused.body.code], [409, 'screening-cancelled'], command);
  }
});

test('[AD17] the job closes sales, refunds each order once and tells each buyer once, also when it runs again', async (t) => {
  const stage = await AdminStage.create(t);
  const { screening, path } = await booked(stage);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  const job = await jobOf(stage);
  const logged: unknown[] = [];
  const log = { ...SILENT_LOG, info: (details: object) => void logged.push(details) };
  const task = cancelScreeningTask(ports(stage));
  await task.run(task.payload.parse(job), { signal: never, log, attempt: 1, isLastAttempt: false });
  assert.deepEqual(logged, [{ screening, refunded: 6 }]);
  assert.equal(await windUp(ports(stage), job, never), 0);
  const { screening: shown } = await stage.does('admin', 'GET', path);
  assert.deepEqual(shown.tickets, { live: 0, used: 1, cancelled: 0, refunded: 11 });
  assert.deepEqual([shown.cancellation.orders, shown.cancellation.done, shown.live.salesOpen], [6, 6, false]);
  assert.equal((await stage.rows(REFUNDS, [screening])).length, 6);
  const messages = await stage.rows(
    `select recipient, params from messages where kind = 'screening-cancelled' order by recipient`,
  );
  assert.deepEqual(messages, [
    { recipient: 'ana', params: { screening } },
    { recipient: 'bia', params: { screening } },
  ]);
  // Nobody can buy any more, whoever holds seats.
  const { outcome } = await stage.says(screening, { kind: 'hold', buyer: 'eva', seats: [0] });
  assert.equal(outcome.code, 41);
});

test('[AD18] a payment that ends well after the cancellation is refunded when the job comes back', async (t) => {
  const stage = await AdminStage.create(t);
  const { screening, path } = await booked(stage);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  const job = await jobOf(stage);
  await stage.rows('delete from poltrona_jobs._private_jobs');
  await windUp(ports(stage), job, never);
  assert.deepEqual(await jobOf(stage), job, 'the job does not come back');
  const { outcome } = await stage.says(screening, {
    kind: 'confirm',
    buyer: 'carla',
    order: 'order-9',
    tickets: [{ seat: 12, ticket: 'late', code: 'LATE234567' }],
  });
  assert.equal(outcome.code, 0);
  await stage.rows('delete from poltrona_jobs._private_jobs');
  assert.equal(await windUp(ports(stage), job, never), 1);
  assert.deepEqual(await jobsOf(stage), [], 'it comes back without a reason');
  assert.deepEqual(await stage.rows(`select state from tickets where id = 'late'`), [{ state: 'refunded' }]);
  assert.equal((await stage.rows(`select * from messages where recipient = 'carla'`)).length, 1);
});

test('[AD19] a job that is interrupted after any of its commands is finished by the next one, and nobody is refunded or told twice', async (t) => {
  const stage = await AdminStage.create(t);
  const { screening, path } = await booked(stage);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  const job = await jobOf(stage);
  // Each run gets one command further: its answer is lost when the actor has done it, or it never gets there.
  let runs = 0;
  for (let isDone = false; !isDone; runs++) {
    assert.ok(runs < 40, 'it does not end');
    let left = 1 + (runs >> 1);
    const hook = (_command: CancellationCommand, when: 'before' | 'after'): void => {
      if (left < 0 || (when === (runs % 2 === 0 ? 'before' : 'after') && left-- === 0)) {
        throw new Error('the node is killed');
      }
    };
    await windUp(ports(stage, hook), job, never).then(
      () => {
        isDone = true;
      },
      (cause: Error) => assert.match(cause.message, /the node is killed$/),
    );
  }
  assert.ok(runs > 1, 'it was never interrupted');
  const { screening: shown } = await stage.does('admin', 'GET', path);
  assert.deepEqual(shown.tickets, { live: 0, used: 1, cancelled: 0, refunded: 11 });
  assert.equal((await stage.rows(REFUNDS, [screening])).length, 6);
  assert.equal((await stage.rows('select * from messages')).length, 2);
});

test('[AD20] an owner that does not answer makes the job stop, and what was done stays done', async (t) => {
  const stage = await AdminStage.create(t);
  const { path } = await booked(stage);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  const job = await jobOf(stage);
  let asked = 0;
  const stuck: CancellationPorts = {
    pool: stage.app,
    ask: (screening, command) =>
      ++asked > 3 ? Promise.resolve({ outcome: { code: 21 } }) : stage.ports.ask(screening, command),
  };
  await assert.rejects(windUp(stuck, job, never), CancellationStuck);
  // Somebody refunds one by hand meanwhile; a stopping node lets go at once.
  await stage.does('admin', 'POST', '/api/admin/orders/order-4/refund', { why: 'at the counter' });
  await assert.rejects(windUp(ports(stage), job, AbortSignal.abort(new Error('stopping'))), /stopping/);
  assert.equal(await windUp(ports(stage), job, never), 3);
  assert.deepEqual((await stage.does('admin', 'GET', path)).screening.tickets.live, 0);
});

test('[AD33] a cancellation whose transaction fails has left nothing, and its repetition cancels once', async (t) => {
  const stage = await AdminStage.create(t);
  const { path } = await booked(stage);
  const key = 'cancel-it-only-once';
  stage.failures.push(new Error('the line is cut'));
  assert.equal((await stage.send('admin', 'POST', `${path}/cancel`, { why: 'a flood' }, key)).status, 503);
  const { screening: shown } = await stage.does('admin', 'GET', path);
  assert.deepEqual([shown.status, shown.cancellation, await jobsOf(stage)], ['scheduled', null, []]);
  const first = await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' }, key);
  assert.deepEqual(await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' }, key), first);
  assert.equal((await stage.rows(`select * from staff_actions where action = 'screening.cancel'`)).length, 1);
  // A job for a screening that is not cancelled has nothing to do.
  const job = await jobOf(stage);
  const other = await stage.screening(stage.mine, 40);
  await stage.buys(other, 'ana', 'order-20', [0]);
  assert.equal(await windUp(ports(stage), { ...job, screening: other }, never), 0);
  assert.equal((await stage.rows(`select * from tickets where state <> 'live' and screening = ${other}`)).length, 0);
});

test('[AD37] an order that cannot be refunded stops none behind it, and the job does not end well while a ticket of a cancelled screening is live', async (t) => {
  const stage = await AdminStage.create(t);
  const { path } = await booked(stage);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  const job = await jobOf(stage);
  const refusing = (order: string, code: Refused['code']): CancellationPorts => ({
    pool: stage.app,
    ask: async (screening, command) => {
      if (command.kind !== 'refund' || command.order !== order) return stage.ports.ask(screening, command);
      if (code === OutcomeCode.failed) throw new Error('the line is cut');
      return { outcome: { code } as Refused };
    },
  });
  // One order at once: those behind the first are not even asked before it is answered.
  await assert.rejects(windUp(refusing('order-0', OutcomeCode.orderState), job, never, 1), {
    name: 'CancellationStuck',
    message: '1 of 6 orders could not be refunded; the first: order order-0 was not refunded: outcome 52',
  });
  const left = `select id, state from tickets where state not in ('used', 'refunded') order by id`;
  const both = [
    { id: 'order-0-0', state: 'live' },
    { id: 'order-0-1', state: 'live' },
  ];
  assert.deepEqual(await stage.rows(left), both);
  await assert.rejects(windUp(refusing('order-0', OutcomeCode.failed), job, never), /; the first: the line is cut$/);
  // Said to be void, and live in the tables all the same: nobody may take that for done.
  await assert.rejects(windUp(refusing('order-0', OutcomeCode.ticketVoid), job, never), CancellationStuck);
  assert.deepEqual(await stage.rows(left), both);
  assert.equal(await windUp(ports(stage), job, never), 1);
  assert.deepEqual(await stage.rows(left), []);
});

test('[AD38] when one ticket of an order is let in or given back while the job runs, the rest of the order is refunded all the same', async (t) => {
  const stage = await AdminStage.create(t);
  const { screening, path } = await booked(stage);
  await stage.does('admin', 'POST', `${path}/cancel`, { why: 'a flood' });
  const job = await jobOf(stage);
  const quicker = new Map([
    ['order-0', () => stage.says(screening, { kind: 'check-in', buyer: 'key:1', ticket: 'order-0-0', gate: 'gate 1' })],
    ['order-1', () => stage.does('admin', 'POST', '/api/admin/orders/order-1/refund', BY_HAND)],
  ]);
  const racing: CancellationPorts = {
    pool: stage.app,
    ask: async (screening, command) => {
      const order = command.kind === 'refund' ? command.order : '';
      const act = quicker.get(order);
      quicker.delete(order);
      await act?.();
      return stage.ports.ask(screening, command);
    },
  };
  assert.equal(await windUp(racing, job, never), 6);
  assert.equal(quicker.size, 0);
  const states = await stage.rows<{ id: string; state: string }>(
    `select id, state from tickets where order_id in ('order-0', 'order-1') order by id`,
  );
  assert.deepEqual(
    states.map(({ id, state }) => `${id} ${state}`),
    ['order-0-0 used', 'order-0-1 refunded', 'order-1-2 refunded', 'order-1-3 refunded'],
  );
  assert.equal((await stage.rows(`select * from messages where kind = 'screening-cancelled'`)).length, 2);
});
