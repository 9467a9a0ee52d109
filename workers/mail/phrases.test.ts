/** Durations as they are said in letters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as en from './phrases-en.ts';
import * as pt from './phrases-pt.ts';

test('[OC13] what is promised is said to the minute, what is left of a link is rounded', () => {
  const said = [1, 90, 120, 121, 130, 150, 1440, 1441, 2880, 2940, 10_080];
  assert.deepEqual(said.map(pt.exactDuration), [
    ...['1 minuto', '90 minutos', '2 horas', '2 horas e 1 minuto', '2 horas e 10 minutos', '2 horas e 30 minutos'],
    ...['24 horas', '24 horas e 1 minuto', '2 dias', '49 horas', '7 dias'],
  ]);
  assert.deepEqual(said.map(en.exactDuration), [
    ...[
      '1 minute',
      '90 minutes',
      '2 hours',
      '2 hours and 1 minute',
      '2 hours and 10 minutes',
      '2 hours and 30 minutes',
    ],
    ...['24 hours', '24 hours and 1 minute', '2 days', '49 hours', '7 days'],
  ]);
  assert.deepEqual([pt.duration(1_441), en.duration(1_441)], ['24 horas', '24 hours']);
});
