import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import { ENDING_MAX, paymentsAt } from './payment-port.ts';

test('[PD44] after an outage a bounded number of overdue payments is ended at once, each once; the others are told to come again', async () => {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const run = (order: string): Promise<object> => {
    asked.push(order);
    return new Promise((resolve) => waiting.push(() => resolve({ did: [], left: { do: 'nothing' }, record: null })));
  };
  const payments = paymentsAt({ run } as unknown as PaymentDesk, () => {});
  const ends = Array.from({ length: ENDING_MAX }, (_, order) => payments.end(`order-${order}`));
  assert.equal(await payments.end('order-0'), 'later');
  assert.equal(await payments.end('one too many'), 'later');
  assert.equal(asked.length, ENDING_MAX);
  for (const answers of waiting.splice(0)) answers();
  assert.deepEqual(new Set(await Promise.all(ends)), new Set(['unknown']));
  const next = payments.end('one too many');
  waiting.pop()?.();
  assert.equal(await next, 'unknown');
});
