import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentsSurvey } from '../../storage/payments/payments-survey.ts';
import { PaymentMetrics } from './payment-metrics.ts';

test('[RC12] counts are made when somebody asks, not more often than every few seconds, and old ones are not told', async () => {
  let nowMs = 0;
  let counted = 0;
  let answer: Promise<PaymentsSurvey> | null = null;
  const survey = { open: 3, oldestDueSeconds: 2.5, failing: 1, cases: 0, events: 7 };
  const metrics = new PaymentMetrics(
    () => {
      counted++;
      return answer ?? Promise.resolve(survey);
    },
    () => nowMs,
  );
  const asked = async (): Promise<string[]> => {
    const values = metrics.values().map(({ name, values: [sample] }) => `${name} ${sample?.value}`);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return values;
  };
  assert.deepEqual([await asked(), counted], [[], 1]);
  assert.deepEqual(await asked(), [
    ...['poltrona_payments_open 3', 'poltrona_payments_overdue_seconds 2.5', 'poltrona_payments_failing 1'],
    ...['poltrona_payments_cases 0', 'poltrona_payment_events_waiting 7'],
  ]);
  assert.equal(counted, 1);
  nowMs += 5_000;
  answer = Promise.reject(new Error('away'));
  await asked();
  assert.deepEqual([await asked(), counted], [[], 2]);
  nowMs += 5_000;
  answer = null;
  await asked();
  assert.equal((await asked()).length, 5);
});
