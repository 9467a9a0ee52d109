/** Each answer as a client reads it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import { T0 } from '../tests/support/screening.ts';
import { answerMessage } from './answer-message.ts';
import { encodeFrame } from './protocol/codec.ts';
import { ServerOp } from './protocol/opcodes.ts';
import { decodeServerFrame, type Received } from './protocol/server-frame.ts';

/** What the client makes of `answer`, given at version 12 by a clock at T0. */
function received(answer: Answer): Received | undefined {
  const decoded = decodeServerFrame(encodeFrame([answerMessage('request-0123456789', answer, 12, T0, 7)]));
  assert.ok(decoded.ok, 'the client does not understand it');
  return decoded.messages[0];
}

const ticket = { ticket: 't'.repeat(21), code: 'ABCD234567', seat: 3, type: 2, priceCents: 1_500 };

test('[G17] a hold: its seats, and the time that is left', () => {
  const body = { kind: 'held', hold: 9, seats: [3, 4], msLeft: 480_000 } as const;
  const answer = received({ code: 0, kind: 'hold', hold: 9, seats: [3, 4], deadlineMs: T0 + 480_000 });
  assert.deepEqual(answer, { op: ServerOp.answer, requestId: 'request-0123456789', code: 0, version: 12, body });
});

test('[G17] no time is left of a deadline that has passed, never less than none', () => {
  const answer = received({ code: 0, kind: 'hold', hold: 9, seats: [3], deadlineMs: T0 - 1 });
  assert.ok(answer?.op === ServerOp.answer && answer.body.kind === 'held');
  assert.equal(answer.body.msLeft, 0);
});

test('[G17] a release, a sale, and what has nothing to tell', () => {
  const bodies = (
    [
      { code: 0, kind: 'released', hold: 9, seats: [3] },
      { code: 0, kind: 'sold', order: 'order-1', tickets: [ticket] },
      { code: 0, kind: 'done' },
      { code: 0, kind: 'checked-in', ticket: 't', seat: 3 },
      { code: 0, kind: 'voided', order: 'order-1', tickets: ['t'] },
      { code: 0, kind: 'payment', order: 'order-1', hold: 9, amountCents: 1, deadlineMs: T0 },
    ] as const
  ).map((answer) => {
    const message = received(answer);
    return message?.op === ServerOp.answer ? message.body : null;
  });
  assert.deepEqual(bodies, [
    { kind: 'released', hold: 9, seats: [3] },
    { kind: 'sold', order: 'order-1', tickets: [ticket] },
    { kind: 'done' },
    { kind: 'done' },
    { kind: 'done' },
    { kind: 'done' },
  ]);
});

test('[PC1] a ticket’s category and fee, where there are any; none reads as 0', () => {
  const sold = (more: object): unknown => {
    const message = received({ code: 0, kind: 'sold', order: 'order-1', tickets: [{ ...ticket, ...more }] });
    return message?.op === ServerOp.answer && message.body.kind === 'sold' ? message.body.tickets[0] : null;
  };
  assert.deepEqual(sold({}), ticket);
  assert.deepEqual(sold({ category: 3, feeCents: 75 }), { ...ticket, category: 3, feeCents: 75 });
  assert.deepEqual(sold({ category: 3 }), { ...ticket, category: 3, feeCents: 0 });
  assert.deepEqual(sold({ feeCents: 75 }), { ...ticket, category: 0, feeCents: 75 });
});

test('[SB2] a refusal that waits for the buyer names the order', () => {
  const message = received({ code: OutcomeCode.authenticationNeeded, order: 'order-1' });
  assert.ok(message?.op === ServerOp.answer);
  assert.deepEqual([message.code, message.body], [33, { kind: 'refused', seats: [], order: 'order-1' }]);
});

test('[G17] every refusal: its code, and the seats that are the reason', () => {
  for (const code of Object.values(OutcomeCode)) {
    if (code === OutcomeCode.accepted) continue;
    const message = received(code === OutcomeCode.seatHeld ? { code, seats: [3, 4] } : { code });
    assert.ok(message?.op === ServerOp.answer);
    assert.deepEqual(
      [message.code, message.body],
      [code, { kind: 'refused', seats: code === OutcomeCode.seatHeld ? [3, 4] : [] }],
    );
  }
});

test('[G17] what is mine: by screening instead of a request id, holds with their phase, orders with their tickets', () => {
  const mine = received({
    code: 0,
    kind: 'mine',
    holds: [
      { hold: 9, seats: [3], deadlineMs: T0 + 1_000, paying: false },
      { hold: 11, seats: [4, 5], deadlineMs: T0 + 2_000, paying: true },
    ],
    orders: [{ order: 'order-1', tickets: [ticket] }],
  });
  assert.deepEqual(mine, {
    op: ServerOp.mine,
    screening: 7,
    holds: [
      { hold: 9, seats: [3], msLeft: 1_000, paying: false },
      { hold: 11, seats: [4, 5], msLeft: 2_000, paying: true },
    ],
    orders: [{ order: 'order-1', tickets: [ticket] }],
  });
});
