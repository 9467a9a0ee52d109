/** Webhooks through the real router, with adapters that believe what they are told and a table that is a map. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';
import { Seals } from '../../storage/sealing.ts';
import type { StoredEvent } from '../../workers/payments/event-applier.ts';
import { type ProviderEvent, ProviderUnknown } from '../../workers/payments/provider-port.ts';
import { ApiRouter } from '../api/router.ts';
import { isWebhook, webhookEndpoints } from './webhook-endpoints.ts';
import {
  APPLY_AFTER_MS,
  APPLYING_MAX,
  VERIFYING_MAX,
  WAITING_MAX,
  WEBHOOK_BYTES_MAX,
  WebhookIntake,
} from './webhook-intake.ts';

function eventOf(id: string): ProviderEvent {
  return {
    provider: 'stripe',
    id,
    type: 't',
    createdMs: 1,
    about: { kind: 'payment', order: `order of ${id}`, object: null },
  };
}

function stageOf() {
  const stage = {
    stored: new Map<string, StoredEvent>(),
    applied: [] as string[],
    nowMs: 1_000,
    timer: null as { readonly delayMs: number; readonly callback: () => void } | null,
    isAway: false,
    verify: async (body: string): Promise<ProviderEvent | null> => (body === 'forged' ? null : eventOf(body)),
    apply: async (_event: StoredEvent): Promise<void> => {},
    lines: [] as string[],
    intake: null as unknown as WebhookIntake,
    router: null as unknown as ApiRouter,
    async says(body: string, headers: Record<string, string> = {}, provider = 'stripe') {
      const response = await stage.router.answer({
        method: 'POST',
        path: `/api/webhooks/${provider}`,
        query: new URLSearchParams(),
        remoteAddress: '203.0.113.7',
        header: (name) => headers[name],
        body: Buffer.from(body),
      });
      return { status: response?.status, headers: response?.headers, body: JSON.parse(String(response?.body ?? '{}')) };
    },
    /** So much later. */
    async wait(ms: number): Promise<void> {
      stage.nowMs += ms;
      const { timer } = stage;
      stage.timer = null;
      timer?.callback();
      await settled();
    },
  };
  const adapter = {
    verifyWebhook: (_header: (name: string) => string | undefined, body: Uint8Array) =>
      stage.verify(Buffer.from(body).toString()),
  };
  stage.intake = new WebhookIntake({
    adapters: new Map<Provider, typeof adapter>([
      ['stripe', adapter],
      ['sandbox', adapter],
    ]),
    store: async (event) => {
      if (stage.isAway) throw new Error('the database is away');
      const isKnown = stage.stored.has(event.id);
      stage.stored.set(event.id, event);
      return isKnown ? 'known' : 'new';
    },
    apply: async (event) => {
      await stage.apply(event);
      stage.applied.push(event.id);
    },
    nowMs: () => stage.nowMs,
    after: (delayMs, callback) => {
      stage.timer = { delayMs, callback };
      return () => {
        stage.timer = null;
      };
    },
  });
  const nothing = {} as pg.Pool;
  stage.router = new ApiRouter({
    endpoints: webhookEndpoints(stage.intake, ['stripe', 'paypal']),
    pools: { app: nothing, accounts: nothing },
    seals: new Seals(Buffer.alloc(32, 9)),
    origins: ['https://shop.example'],
    authenticate: () => Promise.resolve({ kind: 'visitor' }),
    addressOf: () => '203.0.113.7',
    log: (message) => void stage.lines.push(message),
  });
  return stage;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

test('[PE3] a webhook is stored and acknowledged, and applied a moment later; the same one again changes nothing', async () => {
  const stage = stageOf();
  const first = await stage.says('evt_1');
  assert.deepEqual([first.status, first.body], [200, { received: true, known: false }]);
  assert.deepEqual([stage.applied, stage.timer?.delayMs], [[], APPLY_AFTER_MS]);
  const again = await stage.says('evt_1');
  assert.deepEqual([again.status, again.body], [200, { received: true, known: true }]);
  await stage.wait(APPLY_AFTER_MS);
  assert.deepEqual(stage.applied, ['evt_1']);
  assert.equal(stage.stored.get('evt_1')?.order, 'order of evt_1');
});

test('[PE4] what is not signed for us is refused, and so is a provider that is off; neither is stored', async () => {
  const stage = stageOf();
  const forged = await stage.says('forged');
  assert.deepEqual([forged.status, forged.body.code], [400, 'not-verified']);
  assert.equal((await stage.says('evt_1', {}, 'paypal')).status, 404);
  assert.equal((await stage.says('evt_1', { origin: 'https://elsewhere.example' })).status, 403);
  assert.equal(stage.stored.size, 0);
});

test('[PE4] where nobody knows whether it is genuine, or the database is away, it is asked for again', async () => {
  const stage = stageOf();
  stage.verify = () => Promise.reject(new ProviderUnknown('timeout'));
  const unknown = await stage.says('evt_1');
  assert.deepEqual([unknown.status, unknown.headers?.['retry-after']], [503, '5']);
  stage.verify = async (body) => eventOf(body);
  stage.isAway = true;
  assert.equal((await stage.says('evt_1')).status, 503);
  stage.isAway = false;
  assert.equal((await stage.says('evt_1')).status, 200);
  assert.deepEqual(stage.lines, ['an API request failed']);
});

test('[PE4] only so many are verified at once; the others are asked to come again', async () => {
  const stage = stageOf();
  const opens: (() => void)[] = [];
  stage.verify = async (body) => {
    await new Promise<void>((resolve) => void opens.push(resolve));
    return eventOf(body);
  };
  const asked = Array.from({ length: VERIFYING_MAX }, (_, index) => stage.says(`evt_${index}`));
  await settled();
  assert.equal((await stage.says('evt_more')).status, 503);
  const other = stage.intake.receive('sandbox', () => undefined, Buffer.from('evt_other'));
  await settled();
  assert.equal(opens.length, VERIFYING_MAX + 1, 'each provider has as many of its own');
  for (const open of opens) open();
  assert.deepEqual(new Set((await Promise.all(asked)).map(({ status }) => status)), new Set([200]));
  assert.equal(await other, 'new');
  stage.verify = async (body) => eventOf(body);
  assert.equal((await stage.says('evt_more')).status, 200);
});

test('[PE3] some are applied at a time; what finds the queue full is stored all the same, for the sweep', async () => {
  const stage = stageOf();
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  stage.apply = () => gate;
  for (let index = 0; index < WAITING_MAX + 3; index++) await stage.says(`evt_${index}`);
  assert.deepEqual([stage.intake.waiting, stage.stored.size], [WAITING_MAX, WAITING_MAX + 3]);
  await stage.wait(APPLY_AFTER_MS);
  assert.deepEqual([stage.intake.waiting, stage.applied.length], [WAITING_MAX - APPLYING_MAX, 0]);
  const stopped = stage.intake.stop();
  open();
  await stopped;
  assert.deepEqual([stage.intake.waiting, stage.applied.length], [0, APPLYING_MAX]);
});

test('[PE3] long bodies are for these paths alone', () => {
  const { router } = stageOf();
  assert.equal(router.bodyBytesMax('POST', '/api/webhooks/stripe'), WEBHOOK_BYTES_MAX);
  assert.deepEqual(
    ['/api/webhooks/stripe', '/api/webhooks/paypal', '/api/webhooks/stripe/', '/api/webhooks/other'].map(isWebhook),
    [true, true, false, false],
  );
});
