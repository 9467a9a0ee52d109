/** What the auditor says when money and seats do not agree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BooksStage } from '../tests/support/books-stage.ts';
import { auditDatabase } from './audit.ts';
import { createPool } from './database.ts';

/** Order o1 has two tickets of 2310 each; its books, and what is said of them. */
const CASES: readonly [name: string, sql: string, message: RegExp | null][] = [
  ['taken, and the tickets are good', TAKEN(), null],
  ['taken for seats of which one went back', `${TAKEN()}; ${VOID(1)}; ${BACK(2310)}`, null],
  [
    'taken for seats that all went back, and the money is on its way',
    `${TAKEN()}; ${VOID(2)}; ${BACK(4620, 'wanted')}`,
    null,
  ],
  ['taken, and a bank took it back', `${TAKEN()}; ${VOID(2)}; ${LOST(4620)}`, null],
  ['taken for tickets that are good, and a bank took it back', `${TAKEN()}; ${LOST(4620)}`, null],
  ['taken, and a bank took more back than one ticket', `${TAKEN()}; ${VOID(1)}; ${LOST(3000)}`, null],
  [
    'taken back by a bank and sent back by us',
    `${TAKEN()}; ${VOID(2)}; ${BACK(4620)}; ${LOST(4620)}`,
    /^of order o1 -4620 cents are kept, and the tickets that they are for cost 0/,
  ],
  [
    'less taken back by a bank than is missing',
    `${TAKEN()}; ${BACK(2310)}; ${LOST(1000)}`,
    /^of order o1 1310 cents are kept, and the tickets that they are for cost 4620/,
  ],
  [
    'a ticket went back, and its money did not',
    `${TAKEN()}; ${VOID(1)}`,
    /^of order o1 4620 cents are kept, and the tickets that they are for cost 2310; nobody/,
  ],
  ['a refund failed, and nobody was told', `${TAKEN()}; ${VOID(1)}; ${BACK(2310, 'failed')}`, /4620 cents are kept/],
  [
    'a difference that a person was told of',
    `${TAKEN()}; ${VOID(1)}; update payments set case_kind = 'refund-failed'`,
    null,
  ],
  [
    'a difference that somebody is about to put right',
    `${TAKEN()}; ${VOID(1)}; update payments set due_at = now() + interval '1 minute'`,
    null,
  ],
  [
    'a difference that was due long ago',
    `${TAKEN()}; ${VOID(1)}; update payments set due_at = now() - interval '1 hour'`,
    /nobody looks after it/,
  ],
  [
    'more sent back than taken',
    `${TAKEN()}; ${VOID(2)}; ${BACK(4620)}; ${BACK(1, 'done', 2)}`,
    /^of order o1 4620 cents were taken, and 4621 sent back$/,
  ],
  [
    'taken, and no seat sold',
    `${TAKEN()}; delete from tickets`,
    /^4620 cents of order o1 were taken, and no seat was sold for them/,
  ],
  [
    'taken, and the seats only held',
    `${TAKEN()}; delete from tickets; update orders set state = 'created'`,
    /taken, and its seats are still only held/,
  ],
  [
    'sold, and only reserved',
    `update payments set phase = 'authorised', due_at = null`,
    /is reserved, and neither taken nor let go/,
  ],
  [
    'sold, and never paid',
    `update payments set phase = 'waiting', due_at = null`,
    /tickets of order o1 cost 4620 cents, and its payment is only waiting/,
  ],
  [
    'sold, and the payment is dead',
    `update payments set phase = 'cancelled', due_at = null`,
    /cost 4620 cents, and its payment is cancelled/,
  ],
  [
    'held for a dead payment',
    `delete from tickets; update orders set state = 'created'; update payments set phase = 'declined', due_at = null`,
    /its seats are still held for it/,
  ],
  [
    'another amount',
    `${TAKEN()}; update payments set amount_cents = 4619`,
    /amounts to 4620 cents, and its payment to 4619/,
  ],
  ['books of nothing', `${TAKEN()}; update payments set order_id = 'o2'`, /books of order o2, and no such order/],
];

function TAKEN(): string {
  return `update payments set phase = 'captured', captured_cents = 4620, due_at = null`;
}
function VOID(count: number): string {
  return `update tickets set state = 'refunded' where id in (select id from tickets order by id limit ${count})`;
}
function BACK(cents: number, phase = 'done', number = 1): string {
  return `insert into refunds (id, order_id, cents, phase) values ('o1.r${number}', 'o1', ${cents}, '${phase}')`;
}
function LOST(cents: number): string {
  return `insert into disputes (id, provider, order_id, cents, currency, reason, status, is_open, outcome, opened_at)
    values ('d1', 'stripe', 'o1', ${cents}, 'BRL', 'fraud', 'lost', false, 'lost', now())`;
}

for (const [name, sql, message] of CASES) {
  test(`[PB12] ${name}: ${message === null ? 'in order' : 'found'}`, async (t) => {
    const stage = await BooksStage.create(t);
    await stage.sold('o1', [0, 1]);
    await stage.rows(`update orders set amount_cents = 4620 where id = 'o1'`);
    await stage.begin('o1');
    await stage.owner.query(sql);
    const pool = createPool(stage.config, 'reader', 'test', 1);
    t.after(() => pool.end());
    const { violations, payments } = await auditDatabase(pool, { screening: stage.screening });
    // Orders of this stage were written by hand, and are in no journal: that is another rule's business.
    const found = violations.filter(({ rule }) => rule === 'money').map((violation) => violation.message);
    assert.equal(payments, 1);
    assert.equal(found.length, message === null ? 0 : 1, found.join('\n'));
    if (message !== null) assert.match(found[0] ?? '', message);
  });
}
