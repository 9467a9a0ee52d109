import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuyerOrder, BuyerTicket } from '../../storage/tickets/buyer-orders.ts';
import { type CancelPolicy, cancellable } from './cancel-policy.ts';

const STARTS_MS = Date.UTC(2026, 11, 24, 23, 30);
const DAYS_END_MS = Date.UTC(2026, 11, 20, 3);
const POLICY: CancelPolicy = { days: 7, minutesBefore: 60 };
const HOUR_MS = 3_600_000;

type Judged = Parameters<typeof cancellable>[0];

function order(change: Partial<Judged> = {}, status: BuyerOrder['screening']['status'] = 'scheduled'): Judged {
  return {
    state: 'sold',
    tickets: [{ state: 'live' } as BuyerTicket],
    screening: { startsAt: new Date(STARTS_MS).toISOString(), status } as BuyerOrder['screening'],
    daysEndAt: new Date(STARTS_MS + HOUR_MS).toISOString(),
    ...change,
  };
}

test('[OT9] tickets can be given back until the last minutes before the start, or until the days are over, whichever comes first', () => {
  const lateMs = STARTS_MS - HOUR_MS;
  assert.deepEqual(cancellable(order(), POLICY, lateMs - 1), { untilMs: lateMs, why: null });
  assert.deepEqual(cancellable(order(), POLICY, lateMs), { untilMs: lateMs, why: 'too-late' });
  const early = order({ daysEndAt: new Date(DAYS_END_MS).toISOString() });
  assert.deepEqual(cancellable(early, POLICY, DAYS_END_MS - 1), { untilMs: DAYS_END_MS, why: null });
  assert.deepEqual(cancellable(early, POLICY, DAYS_END_MS), { untilMs: DAYS_END_MS, why: 'too-long-ago' });
  assert.equal(cancellable(early, POLICY, STARTS_MS).why, 'too-late');
});

test('[OT9] never after the start, whatever the configuration', () => {
  const policy = { days: 365, minutesBefore: 0 };
  assert.equal(cancellable(order(), policy, STARTS_MS - 1).why, null);
  assert.equal(cancellable(order(), policy, STARTS_MS).why, 'too-late');
});

test('[OT9] what is not sold, has no live ticket, or is cancelled anyway is not given back', () => {
  const why = (judged: Judged): string | null => cancellable(judged, POLICY, 0).why;
  for (const state of ['created', 'authorised', 'refused', 'expired'] as const)
    assert.equal(why(order({ state, tickets: [] })), 'not-sold');
  for (const state of ['used', 'cancelled', 'refunded'] as const)
    assert.equal(why(order({ tickets: [{ state } as BuyerTicket] })), 'no-live-ticket');
  assert.equal(why(order({ state: 'refunded', tickets: [] })), 'no-live-ticket');
  assert.equal(why(order({}, 'cancelled')), 'screening-cancelled');
  assert.equal(why(order({}, 'closed')), null);
});
