/** Disputes of which no webhook told, found by the daily look; on a real database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Provider } from '../../actors/payment/payment.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { listDisputes } from '../../storage/payments/disputes.ts';
import { BooksStage } from '../../tests/support/books-stage.ts';
import { disputeTasks } from './dispute-lookup.ts';
import { type DisputeSight, type ProviderDesk, ProviderUnknown } from './provider-port.ts';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');

function sightOf(id: string, more: Partial<DisputeSight> = {}): DisputeSight {
  return {
    ...{ id, payment: 'CAP-o1', cents: 4_620, currency: 'BRL', reason: 'UNAUTHORISED', status: 'OPEN', outcome: null },
    ...{ isOpen: true, dueMs: null, openedMs: NOW_MS - 3_600_000 },
    ...more,
  };
}

test('[PP18] disputes that no webhook told are found each day, and how those in the books have ended', async (t) => {
  const stage = await BooksStage.create(t);
  for (const order of ['o1', 'o2']) {
    await stage.paying(order);
    await stage.begin(order, { provider: 'paypal' });
    await stage.rows(`update payments set capture_id = 'CAP-' || order_id where order_id = $1`, [order]);
  }
  const disputes = new Map(
    [sightOf('PP-D-1'), sightOf('PP-D-9', { payment: 'CAP-foreign' })].map((one) => [one.id, one]),
  );
  let listed = [...disputes.keys()];
  const looked: string[] = [];
  const adapter = {
    listDisputesSince: async (sinceMs: number, each: (id: string) => boolean) => {
      assert.equal(sinceMs, NOW_MS - 7 * 86_400_000);
      for (const id of listed) each(id);
    },
    lookDispute: async (id: string) => {
      looked.push(id);
      const found = disputes.get(id);
      if (found === undefined) throw new ProviderUnknown('status 500');
      return found;
    },
  } as unknown as ProviderDesk;
  const adapters = new Map<Provider, ProviderDesk>([
    ['paypal', adapter],
    ['sandbox', {} as ProviderDesk],
  ]);
  const { tasks, recurring } = disputeTasks({ pool: stage.app, adapters, nowMs: () => NOW_MS });
  assert.deepEqual([tasks.length, recurring.map(({ task }) => task)], [1, ['look-up-disputes-paypal']]);
  const run = () =>
    tasks[0]?.run({}, { signal: new AbortController().signal, log: SILENT_LOG, attempt: 1, isLastAttempt: false });
  const inBooks = async () =>
    (await listDisputes(stage.app, { limit: 10 })).map(({ id, order, status, outcome }) => [
      id,
      order,
      status,
      outcome,
    ]);
  const version = async () =>
    (await stage.rows<{ version: number }>(`select version from payments where order_id = 'o1'`))[0]?.version;

  await run();
  assert.deepEqual(await inBooks(), [['PP-D-1', 'o1', 'OPEN', null]]);
  const { rows } = await stage.app.query(`select is_disputed as "isDisputed" from payments order by order_id`);
  assert.deepEqual(rows, [{ isDisputed: true }, { isDisputed: false }]);
  // What is known already changes nothing.
  const before = await version();
  await run();
  assert.equal(await version(), before);
  // Too old to be listed, it is looked at as long as it is open.
  listed = [];
  disputes.set('PP-D-1', sightOf('PP-D-1', { status: 'RESOLVED', outcome: 'lost', isOpen: false }));
  await run();
  assert.deepEqual(await inBooks(), [['PP-D-1', 'o1', 'RESOLVED', 'lost']]);
  looked.length = 0;
  listed = ['PP-D-1'];
  await run();
  assert.deepEqual(looked, [], 'what has ended is not asked for');
  listed = ['PP-D-2'];
  await assert.rejects(async () => run(), ProviderUnknown, 'the job is tried again');
});
