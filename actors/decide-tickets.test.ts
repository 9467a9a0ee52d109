import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
  begun,
  cancelPayment,
  confirm,
  type Draft,
  given,
  held,
  hold,
  lines,
  newTickets,
  RULES,
  type Stage,
  sold,
  T0,
} from '../tests/support/screening.ts';
import { SYSTEM, type VoidTicketsCommand } from './seat-command.ts';
import { FactKind } from './seat-fact.ts';
import { mineOf } from './seat-mine.ts';
import { OutcomeCode } from './seat-outcome.ts';

/** Order o1 of ana, paid by pai: tickets o1-3, o1-4, o1-5. */
function bought(): Stage {
  return given(held(2, 'ana', [3, 4, 5]), begun(2, 'o1', 'pai', lines([3, 4, 5])), sold(2, 'o1', [3, 4, 5]));
}
const cancel = (tickets?: readonly string[], buyer = 'ana'): Draft<VoidTicketsCommand> =>
  tickets === undefined ? { kind: 'cancel', buyer, order: 'o1' } : { kind: 'cancel', buyer, order: 'o1', tickets };
const checkIn = (ticket: string, gate = 'porta 1'): Draft => ({ kind: 'check-in', buyer: 'staff-7', ticket, gate });

test('[T1] cancelled tickets are void, and their seats free again', () => {
  const stage = bought();
  stage
    .when(cancel(['o1-4', 'o1-3']))
    .accepts([{ kind: FactKind.ticketsCancelled, order: 'o1', tickets: ['o1-4', 'o1-3'] }], {
      code: 0,
      kind: 'voided',
      order: 'o1',
      tickets: ['o1-4', 'o1-3'],
    })
    .happens();
  stage.when(hold('bia', [3, 4])).accepts();
  stage.when(hold('bia', [5])).refuses(OutcomeCode.seatSold, [5]);
});

test('[T1] without a list all tickets that are left are void; a refund differs by name only', () => {
  const stage = bought().does(cancel(['o1-4']));
  stage
    .when({ kind: 'refund', buyer: 'ana', order: 'o1' })
    .accepts([{ kind: FactKind.ticketsRefunded, order: 'o1', tickets: ['o1-3', 'o1-5'] }])
    .happens();
  assert.deepEqual(
    [...stage.state.tickets.values()].map((ticket) => ticket.state),
    ['refunded', 'cancelled', 'refunded'],
  );
});

test('[T2] the counts go down with the tickets', () => {
  const stage = bought().does(cancel(['o1-4']));
  assert.deepEqual(stage.state.buyers.get('pai'), { choosing: 0, paying: 0, tickets: 2 });
  assert.equal(stage.state.ticketsByType[1], 2);
  stage.does(cancel());
  assert.equal(stage.state.buyers.size, 0);
});

test('[T3] a void ticket cannot be voided again, nor can a strange or repeated one', () => {
  const stage = bought().does(cancel(['o1-4']));
  stage.when(cancel(['o1-3', 'o1-4'])).refuses(OutcomeCode.ticketVoid, [4]);
  stage.when(cancel(['o1-3', 'other'])).refuses(OutcomeCode.ticketUnknown);
  stage.when(cancel(['o1-3', 'o1-3'])).refuses(OutcomeCode.ticketUnknown);
  stage.when(cancel([])).refuses(OutcomeCode.noSeats);
  stage.does(cancel());
  stage.when(cancel()).refuses(OutcomeCode.ticketVoid, []);
});

test('[T3] a ticket of another order is unknown here', () => {
  const stage = bought().given(held(5, 'ana', [7]), begun(5, 'o2', 'ana', lines([7])), sold(5, 'o2', [7]));
  stage.when(cancel(['o2-7'])).refuses(OutcomeCode.ticketUnknown);
});

test('[T4] only a sold order has tickets to void', () => {
  given().when(cancel()).refuses(OutcomeCode.orderUnknown);
  const stage = given(held(2, 'ana', [3]), begun(2, 'o1', 'ana', lines([3])));
  stage.when(cancel()).refuses(OutcomeCode.orderState);
  stage.when(cancel(undefined, 'bia')).refuses(OutcomeCode.orderNotYours);
});

test('[T5] the order\u2019s buyers, staff and the system may void its tickets; nobody else', () => {
  const stage = bought();
  for (const buyer of ['ana', 'pai', SYSTEM]) stage.when(cancel(undefined, buyer)).accepts();
  stage.when(cancel(undefined, 'bia')).refuses(OutcomeCode.orderNotYours);
  stage.when({ ...cancel(undefined, 'staff-7'), byStaff: false }).refuses(OutcomeCode.orderNotYours);
  stage.when({ ...cancel(undefined, 'staff-7'), byStaff: true }).accepts();
});

test('[T6] a ticket is let in once; the second time it is told when', () => {
  const stage = bought().at(T0 + 7_200_000);
  stage
    .when(checkIn('o1-4'))
    .accepts([{ kind: FactKind.checkedIn, ticket: 'o1-4', gate: 'porta 1' }], {
      code: 0,
      kind: 'checked-in',
      ticket: 'o1-4',
      seat: 4,
    })
    .happens();
  const { outcome } = stage
    .at(T0 + 7_200_900)
    .when(checkIn('o1-4', 'porta 2'))
    .refuses(OutcomeCode.ticketUsed, [4]).decision;
  assert.equal('atMs' in outcome && outcome.atMs, T0 + 7_200_000);
});

test('[T7] void and unknown tickets are not let in', () => {
  const stage = bought().does(cancel(['o1-4']));
  stage.when(checkIn('o1-4')).refuses(OutcomeCode.ticketVoid, [4]);
  stage.when(checkIn('nothing')).refuses(OutcomeCode.ticketUnknown);
});

test('[T8] a used ticket can be neither cancelled nor refunded, and stops the whole order from it', () => {
  const stage = bought().does(checkIn('o1-4'));
  for (const kind of ['cancel', 'refund'] as const) {
    stage.when({ kind, buyer: 'ana', order: 'o1', tickets: ['o1-3', 'o1-4'] }).refuses(OutcomeCode.ticketUsed, [4]);
    stage.when({ kind, buyer: 'ana', order: 'o1' }).refuses(OutcomeCode.ticketUsed, [4]);
    stage.when({ kind, buyer: 'ana', order: 'o1', tickets: ['o1-3', 'o1-5'] }).accepts();
  }
});

test('[T9] a seat that was given back is sold again, and each ticket stays what it is', () => {
  const stage = bought().does(cancel(['o1-4']), hold('bia', [4]));
  const id = stage.state.version;
  stage.does(begin('bia', id, 'o2', lines([4])), confirm('bia', 'o2', [4]));
  stage.when(checkIn('o1-4')).refuses(OutcomeCode.ticketVoid);
  stage.when(checkIn('o2-4')).accepts();
});

test('[T10] what is mine: open holds and the tickets that are not void', () => {
  const stage = bought().does(cancel(['o1-4']), checkIn('o1-5'), hold('ana', [8]), hold('bia', [9]));
  const holdId = stage.state.version - 1;
  const query = { kind: 'mine', requestId: 'q', buyer: 'ana', payer: 'pai', atMs: T0 } as const;
  const deadlineMs = T0 + RULES.holdTtlMs;
  const tickets = newTickets('o1', [3, 5]).map((ticket) => ({ ...ticket, type: 1, priceCents: 3_000 }));
  assert.deepEqual(mineOf(stage.state, query), {
    code: 0,
    kind: 'mine',
    holds: [{ hold: holdId, seats: [8], deadlineMs, paying: false }],
    orders: [{ order: 'o1', tickets }],
  });
  assert.deepEqual(mineOf(stage.state, { ...query, atMs: deadlineMs }).holds, []);
  stage.does(begin('ana', holdId, 'o2', lines([8])));
  assert.deepEqual(
    mineOf(stage.state, { ...query, atMs: deadlineMs }).holds.map((one) => one.paying),
    [true],
  );
  stage.does(cancelPayment('ana', 'o2', false), cancel(['o1-3']));
  assert.deepEqual(mineOf(stage.state, query).holds, []);
});

test('[GI5] an order is told to the device that held it and the payer together; a hold to the device', () => {
  const ordered = given(held(2, 'device', [3]), begun(2, 'o1', 'ana', lines([3])), sold(2, 'o1', [3]));
  const stage = ordered.does(hold('device', [8]));
  const seen = (buyer: string, payer: string) => {
    const { holds, orders } = mineOf(stage.state, { kind: 'mine', requestId: '', buyer, payer, atMs: T0 });
    return [holds.length, orders.map(({ order }) => order)];
  };
  assert.deepEqual(seen('device', 'ana'), [1, ['o1']]);
  // Whoever knows the token; whoever says that the CPF is his.
  assert.deepEqual(seen('device', 'device'), [1, []]);
  assert.deepEqual(seen('device', 'bia'), [1, []]);
  assert.deepEqual(seen('another', 'ana'), [0, []]);
  assert.deepEqual(seen('ana', 'ana'), [0, []]);
});
