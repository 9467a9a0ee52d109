import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  begin,
  begun,
  cancelPayment,
  confirm,
  given,
  givenHall,
  HALL,
  held,
  hold,
  lines,
  newTickets,
  RULES,
  type Stage,
  sold,
  T0,
} from '../tests/support/screening.ts';
import { InvariantViolation } from './assert.ts';
import { TRIES_MAX } from './decide-payment.ts';
import { SYSTEM, TicketType } from './seat-command.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import { nextDeadlineMs, paymentsDue, SeatStatus } from './seat-state.ts';

const HOLD_DUE = T0 + RULES.holdTtlMs;
const PAYMENT_DUE = T0 + RULES.paymentTtlMs;
const closed = { kind: FactKind.salesClosed } as const;

/** ana's hold 2 on seats 3 and 4, order o1 in payment. */
function paying(): Stage {
  return given(held(2, 'ana', [3, 4]), begun(2, 'o1', 'ana', lines([3, 4])));
}
/** …and sold: order o1 with two tickets. */
function soldOut(): Stage {
  return paying().given(sold(2, 'o1', [3, 4]));
}

test('[P1] a payment begins for the whole hold, with the order\u2019s lines and its own deadline', () => {
  const stage = given(held(2, 'ana', [3, 4]));
  stage.when(begin('ana', 2, 'o1', lines([4, 3]))).accepts([begun(2, 'o1', 'ana', lines([4, 3]))], {
    code: 0,
    kind: 'payment',
    order: 'o1',
    hold: 2,
    amountCents: 6_000,
    deadlineMs: PAYMENT_DUE,
  });
});

test('[P1] a hold that is unknown cannot be paid', () => {
  given()
    .when(begin('ana', 7, 'o1', lines([3])))
    .refuses(OutcomeCode.holdUnknown);
});

test('[P2] there is exactly one line for each seat of the hold', () => {
  const stage = given(held(2, 'ana', [3, 4]));
  stage.when(begin('ana', 2, 'o1', lines([3]))).refuses(OutcomeCode.linesMismatch, [4]);
  stage.when(begin('ana', 2, 'o1', [])).refuses(OutcomeCode.linesMismatch, [3, 4]);
  stage.when(begin('ana', 2, 'o1', lines([3, 4, 5]))).refuses(OutcomeCode.linesMismatch, [5]);
  stage.when(begin('ana', 2, 'o1', lines([3, 3]))).refuses(OutcomeCode.linesMismatch, [4, 3]);
  stage.when(begin('ana', 2, 'o1', lines([3, 4, 4]))).refuses(OutcomeCode.linesMismatch, [4]);
  stage.when(begin('ana', 2, 'o1', lines([3, 99_999]))).refuses(OutcomeCode.linesMismatch, [4, 99_999]);
});

test('[P2] a price or a type that no server sends stops the actor', () => {
  const stage = given(held(2, 'ana', [3]));
  for (const line of [{ priceCents: -1 }, { priceCents: 1.5 }, { priceCents: Number.NaN }, { type: 0 }, { type: 6 }]) {
    const wrong = { seat: 3, type: 1, priceCents: 3_000, ...line } as ReturnType<typeof lines>[number];
    assert.throws(() => stage.when(begin('ana', 2, 'o1', [wrong])), InvariantViolation, JSON.stringify(line));
  }
});

test('[P3] [I3] the payer\u2019s tickets, bought and in payment, stay within the limit, whoever held the seats', () => {
  const stage = given(held(2, 'ana', [0, 1, 2, 3, 4, 5]), begun(2, 'o1', 'pai', lines([0, 1, 2, 3, 4, 5])));
  stage.given(held(4, 'bia', [8, 9, 10, 11, 12]));
  stage
    .when(begin('bia', 4, 'o2', lines([8, 9, 10, 11, 12]), 'pai'))
    .refuses(OutcomeCode.buyerLimit, [8, 9, 10, 11, 12]);
  stage.given(sold(2, 'o1', [0, 1, 2, 3, 4, 5]));
  stage.when(begin('bia', 4, 'o2', lines([8, 9, 10, 11, 12]), 'pai')).refuses(OutcomeCode.buyerLimit);
  stage.does({ kind: 'release', buyer: 'bia', hold: 4, seats: [12] });
  stage.when(begin('bia', 4, 'o2', lines([8, 9, 10, 11]), 'pai')).accepts();
});

test('[P3] a seat counts for its holder until it is in payment, then for its payer', () => {
  const stage = given(held(2, 'ana', [0, 1]));
  assert.deepEqual([...stage.state.buyers], [['ana', { choosing: 2, paying: 0, tickets: 0 }]]);
  stage.does(begin('ana', 2, 'o1', lines([0, 1]), 'pai'));
  assert.deepEqual([...stage.state.buyers], [['pai', { choosing: 0, paying: 2, tickets: 0 }]]);
  stage.does(
    cancelPayment('ana', 'o1', true),
    begin('ana', 2, 'o2', lines([0, 1]), 'pai'),
    confirm('ana', 'o2', [0, 1]),
  );
  assert.deepEqual([...stage.state.buyers], [['pai', { choosing: 0, paying: 0, tickets: 2 }]]);
});

test('[P4] [I5] a hold in payment never expires by the clock', () => {
  const stage = paying().at(HOLD_DUE + 86_400_000);
  stage.when({ kind: 'expire', buyer: SYSTEM }).accepts([]);
  stage.when(hold('bia', [3])).refuses(OutcomeCode.seatHeld, [3]);
  stage.when({ kind: 'best-available', buyer: 'bia', count: 8, accessible: false }).accepts();
  assert.equal(nextDeadlineMs(stage.state), null);
});

test('[P5] the orders whose payment deadline has passed are known', () => {
  const stage = paying();
  assert.deepEqual(paymentsDue(stage.state, PAYMENT_DUE - 1), []);
  assert.deepEqual(paymentsDue(stage.state, PAYMENT_DUE), ['o1']);
  stage.does(confirm('ana', 'o1', [3, 4]));
  assert.deepEqual(paymentsDue(stage.state, PAYMENT_DUE), []);
});

test('[P6] a begun order that begins again gets the same answer and no fact', () => {
  const stage = given(held(2, 'ana', [3, 4])).does(begin('ana', 2, 'o1', lines([3, 4])));
  const answer = {
    code: 0,
    kind: 'payment',
    order: 'o1',
    hold: 2,
    amountCents: 6_000,
    deadlineMs: PAYMENT_DUE,
  } as const;
  stage
    .at(PAYMENT_DUE + 1)
    .when(begin('ana', 2, 'o1', lines([4, 3])))
    .repeats(answer);
  stage.given(sold(2, 'o1', [3, 4]), closed);
  stage.when(begin('ana', 2, 'o1', lines([3, 4]))).repeats(answer);
});

test('[P6] with today\u2019s prices, too: the order keeps those with which it began', () => {
  const dearer = lines([3, 4]).map((line) => ({ ...line, priceCents: 9_999 }));
  const verdict = paying()
    .when(begin('ana', 2, 'o1', dearer))
    .repeats();
  assert.equal('amountCents' in verdict.decision.outcome && verdict.decision.outcome.amountCents, 6_000);
});

test('[P6] an order is not another order', () => {
  for (const stage of [paying().given(held(4, 'ana', [6])), soldOut().given(held(5, 'ana', [6]))]) {
    stage.when(begin('bia', 2, 'o1', lines([3, 4]))).refuses(OutcomeCode.orderNotYours);
    stage.when(begin('ana', 4, 'o1', lines([3, 4]))).refuses(OutcomeCode.orderState);
    stage.when(begin('ana', 2, 'o1', lines([3, 4]), 'pai')).refuses(OutcomeCode.orderState);
    stage.when(begin('ana', 2, 'o1', lines([3]))).refuses(OutcomeCode.linesMismatch, [4]);
    stage.when(begin('ana', 2, 'o1', lines([3, 4], TicketType.courtesy))).refuses(OutcomeCode.linesMismatch, [3, 4]);
  }
});

test('[P7] a confirmed order is sold: one ticket a seat, at the prices of its lines', () => {
  const tickets = newTickets('o1', [4, 3]);
  const stage = given(
    held(2, 'ana', [3, 4]),
    begun(2, 'o1', 'ana', [...lines([3]), ...lines([4], TicketType.courtesy)]),
  );
  stage
    .when(confirm('ana', 'o1', [4, 3]))
    .accepts([{ kind: FactKind.sold, order: 'o1', hold: 2, tickets }], {
      code: 0,
      kind: 'sold',
      order: 'o1',
      tickets: [
        { ...tickets[0]!, type: TicketType.courtesy, priceCents: 3_000 },
        { ...tickets[1]!, type: TicketType.full, priceCents: 3_000 },
      ],
    })
    .happens();
  assert.deepEqual([...stage.state.seatStatus].slice(3, 5), [SeatStatus.sold, SeatStatus.sold]);
  assert.equal(stage.state.holds.size, 0);
});

test('[P7] there is exactly one new ticket for each seat of the order', () => {
  const stage = paying();
  stage.when(confirm('ana', 'o1', [3])).refuses(OutcomeCode.linesMismatch, [4]);
  stage.when(confirm('ana', 'o1', [3, 4, 5])).refuses(OutcomeCode.linesMismatch, [5]);
  const twice = newTickets('o1', [3, 4]).map((ticket) => ({ ...ticket, ticket: 'same' }));
  assert.throws(() => stage.when({ kind: 'confirm', buyer: 'ana', order: 'o1', tickets: twice }), InvariantViolation);
});

test('[P8] a late confirmation sells: while the hold is paying, money wins over the clock', () => {
  paying()
    .at(PAYMENT_DUE + 3_600_000)
    .when(confirm('ana', 'o1', [3, 4]))
    .accepts();
});

test('[P8] closed sales never refuse a confirmation', () => {
  paying()
    .given(closed)
    .when(confirm('ana', 'o1', [3, 4]))
    .accepts();
});

test('[P9] an order that is sold and confirmed again gets its first tickets, even new ones were drawn', () => {
  const stage = paying().does(confirm('ana', 'o1', [3, 4]));
  const first = stage.when(confirm('ana', 'o1', [3, 4])).repeats().decision.outcome;
  const others = newTickets('later', [3, 4]);
  const again = stage.when({ kind: 'confirm', buyer: 'ana', order: 'o1', tickets: others }).repeats().decision.outcome;
  assert.deepEqual(again, first);
});

test('[P9] refunded tickets are part of that answer: it says what was sold', () => {
  const stage = soldOut().given({ kind: FactKind.ticketsRefunded, order: 'o1', tickets: ['o1-3', 'o1-4'] });
  const { outcome } = stage.when(confirm('ana', 'o1', [3, 4])).repeats().decision;
  assert.equal('tickets' in outcome && outcome.tickets.length, 2);
});

test('[P10] a declined payment gives the hold back to its buyer, with fresh time', () => {
  const stage = paying().at(HOLD_DUE + 5_000);
  const deadlineMs = HOLD_DUE + 5_000 + RULES.retryTtlMs;
  stage
    .when(cancelPayment('ana', 'o1', true))
    .accepts([{ kind: FactKind.paymentCancelled, order: 'o1', hold: 2, deadlineMs }], {
      code: 0,
      kind: 'hold',
      hold: 2,
      seats: [3, 4],
      deadlineMs,
    })
    .happens();
  assert.equal(nextDeadlineMs(stage.state), deadlineMs);
  stage.when(begin('ana', 2, 'o2', lines([3, 4]))).accepts();
});

test('[P10] an extension that was used stays used', () => {
  const stage = given(held(2, 'ana', [3]), { kind: FactKind.extended, hold: 2, deadlineMs: HOLD_DUE });
  stage.does(begin('ana', 2, 'o1', lines([3])), cancelPayment('ana', 'o1', true));
  stage.when({ kind: 'extend', buyer: 'ana', hold: 2 }).refuses(OutcomeCode.extensionsUsedUp);
});

test('[P11] a payment that is over frees its seats', () => {
  const stage = paying();
  stage
    .when(cancelPayment(SYSTEM, 'o1', false))
    .accepts([{ kind: FactKind.paymentCancelled, order: 'o1', hold: 2, deadlineMs: null }], {
      code: 0,
      kind: 'released',
      hold: 2,
      seats: [3, 4],
    })
    .happens();
  assert.equal(stage.state.buyers.size, 0);
  stage.when(hold('bia', [3, 4])).accepts();
  stage.when(confirm('ana', 'o1', [3, 4])).refuses(OutcomeCode.orderUnknown);
  stage.when(cancelPayment('ana', 'o1', false)).refuses(OutcomeCode.orderUnknown);
});

test('[P12] a card that is always declined does not hold seats for ever', () => {
  const stage = given(held(2, 'ana', [3]));
  for (let attempt = 1; attempt < TRIES_MAX; attempt++) {
    stage.does(begin('ana', 2, `o${attempt}`, lines([3])), cancelPayment('ana', `o${attempt}`, true));
  }
  stage.does(begin('ana', 2, 'last', lines([3])));
  const { facts } = stage.when(cancelPayment('ana', 'last', true)).accepts().decision;
  assert.deepEqual(facts, [{ kind: FactKind.paymentCancelled, order: 'last', hold: 2, deadlineMs: null }]);
});

test('[P13] an order that was cancelled cannot begin again', () => {
  const stage = paying().does(cancelPayment('ana', 'o1', true));
  stage.when(begin('ana', 2, 'o1', lines([3, 4]))).refuses(OutcomeCode.orderState);
  stage.when(confirm('ana', 'o1', [3, 4])).refuses(OutcomeCode.orderUnknown);
  stage.does(begin('ana', 2, 'o2', lines([3, 4])), cancelPayment('ana', 'o2', false));
  stage.when(begin('ana', 2, 'o1', lines([3, 4]))).refuses(OutcomeCode.holdUnknown);
});

test('[P14] an order that is sold cannot be cancelled as a payment', () => {
  soldOut()
    .when(cancelPayment('ana', 'o1', true))
    .refuses(OutcomeCode.orderState);
  soldOut()
    .when(cancelPayment(SYSTEM, 'o1', false))
    .refuses(OutcomeCode.orderState);
});

test('[P15] holder, payer and the system may end a payment; nobody else', () => {
  const stage = given(held(2, 'ana', [3]), begun(2, 'o1', 'pai', lines([3])));
  for (const buyer of ['ana', 'pai', SYSTEM]) {
    stage.when(confirm(buyer, 'o1', [3])).accepts();
    stage.when(cancelPayment(buyer, 'o1', true)).accepts();
  }
  stage.when(confirm('bia', 'o1', [3])).refuses(OutcomeCode.orderNotYours);
  stage.when(cancelPayment('bia', 'o1', true)).refuses(OutcomeCode.orderNotYours);
  stage.given(sold(2, 'o1', [3]));
  stage.when(confirm('bia', 'o1', [3])).refuses(OutcomeCode.orderNotYours);
  stage.when(cancelPayment('bia', 'o1', true)).refuses(OutcomeCode.orderNotYours);
});

test('[Q1] with policy \u201climit\u201d no more half-price tickets than the quota, those in payment counted in', () => {
  const half = TicketType.halfInQuota;
  const stage = given(held(2, 'ana', [0, 1]), held(3, 'bia', [2, 3]));
  stage.does(begin('ana', 2, 'o1', lines([0, 1], half)));
  stage.when(begin('bia', 3, 'o2', lines([2, 3], half))).refuses(OutcomeCode.quotaExhausted, [2, 3]);
  stage.when(begin('bia', 3, 'o2', [...lines([2], half), ...lines([3])])).accepts();
  stage.does(confirm('ana', 'o1', [0, 1]));
  stage.when(begin('bia', 3, 'o2', lines([2, 3], half))).refuses(OutcomeCode.quotaExhausted);
});

test('[Q2] with policy \u201cexceed\u201d the quota is a floor', () => {
  const stage = givenHall(HALL, { halfPolicy: 'exceed', halfQuota: 0 }).given(held(1, 'ana', [0, 1]));
  stage.when(begin('ana', 1, 'o1', lines([0, 1], TicketType.halfInQuota))).accepts();
});

test('[Q3] half price outside the quota does not count in it', () => {
  const stage = givenHall(HALL, { halfQuota: 0 }).given(held(1, 'ana', [0, 1]));
  stage.when(begin('ana', 1, 'o1', lines([0, 1], TicketType.halfOutsideQuota))).accepts();
});

test('[Q4] a cancelled payment and a refunded ticket give their part of the quota back', () => {
  const half = TicketType.halfInQuota;
  const stage = givenHall(HALL, { halfQuota: 1 }).given(held(1, 'ana', [0]), held(2, 'bia', [1]));
  stage.does(begin('ana', 1, 'o1', lines([0], half)), cancelPayment('ana', 'o1', true));
  stage.does(begin('ana', 1, 'o2', lines([0], half)), confirm('ana', 'o2', [0]));
  stage.when(begin('bia', 2, 'o3', lines([1], half))).refuses(OutcomeCode.quotaExhausted);
  stage.does({ kind: 'refund', buyer: 'ana', order: 'o2' });
  stage.when(begin('bia', 2, 'o3', lines([1], half))).accepts();
});
