/** Which days are offered, and which of them is today. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateOf, dayRow, nearnessOf, plusDays, todayIn } from './programme-days.ts';

test('[WF4] today is the day of the cinema, whatever the phone says', () => {
  const nowMs = Date.UTC(2026, 11, 25, 2, 30);
  assert.equal(todayIn('America/Sao_Paulo', nowMs), '2026-12-24');
  assert.equal(todayIn('America/Noronha', nowMs), '2026-12-25');
  assert.equal(todayIn('America/Rio_Branco', Date.UTC(2026, 11, 25, 4, 59)), '2026-12-24');
  assert.equal(todayIn('Nowhere/Land', nowMs), '2026-12-24');
});

test('[WF4] the row has so many days from today on, over months and leap days, and the one that is looked at', () => {
  assert.deepEqual(dayRow('2026-12-30', 4, null), ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']);
  assert.deepEqual(dayRow('2028-02-28', 3, '2028-02-29'), ['2028-02-28', '2028-02-29', '2028-03-01']);
  assert.deepEqual(dayRow('2026-12-30', 2, '2027-02-10'), ['2026-12-30', '2026-12-31', '2027-02-10']);
  assert.deepEqual(dayRow('2026-12-30', 2, '2026-01-01'), ['2026-12-30', '2026-12-31'], 'what is past is not offered');
  assert.equal(plusDays('2026-03-01', -1), '2026-02-28');
});

test('[WF4] today and tomorrow have names', () => {
  assert.equal(nearnessOf('2026-12-31', '2026-12-31'), 'today');
  assert.equal(nearnessOf('2027-01-01', '2026-12-31'), 'tomorrow');
  assert.equal(nearnessOf('2027-01-02', '2026-12-31'), 'later');
});

test('[WF5] a date of an address is one, or none', () => {
  assert.equal(dateOf('2026-12-24'), '2026-12-24');
  for (const text of [undefined, '', '2026-02-30', '24/12/2026', '2026-13-01', '2026-12-24T20:00'])
    assert.equal(dateOf(text), null, text);
});
