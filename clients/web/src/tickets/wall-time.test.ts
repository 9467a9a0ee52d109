import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysBetween, wallTime } from './wall-time.ts';

test('[WT2] an instant is written by the clock of the cinema, whatever zone the device is in', () => {
  assert.equal(wallTime('2026-12-24T23:30:00.000Z', 'America/Sao_Paulo'), '2026-12-24T20:30:00');
  assert.equal(wallTime('2026-12-24T02:00:00.000Z', 'America/Rio_Branco'), '2026-12-23T21:00:00');
  assert.equal(wallTime('2026-12-25T03:00:00.000Z', 'America/Sao_Paulo'), '2026-12-25T00:00:00');
});

test('[WT2] days are counted by the calendar, not by hours', () => {
  assert.equal(daysBetween('2026-12-24T23:50:00', '2026-12-25T00:10:00'), 1);
  assert.equal(daysBetween('2026-12-24T00:10:00', '2026-12-24T23:50:00'), 0);
  assert.equal(daysBetween('2026-12-24T00:10:00', '2026-12-23T23:50:00'), -1);
});
