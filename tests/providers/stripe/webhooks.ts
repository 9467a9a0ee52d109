/**
 * Webhooks: signed as Stripe signs, sent at once or held for a test that wants its own order. A sender never makes the API wait,
 * gives up after a few attempts, and drops what does not fit its queue: losing webhooks is something providers do, and what the
 * reconciler is for.
 */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { StandInEvent } from './books.ts';

/** What the endpoint is subscribed to; the rest is only in GET /v1/events. */
export const SUBSCRIBED: ReadonlySet<string> = new Set(
  `payment_intent.succeeded payment_intent.payment_failed payment_intent.canceled payment_intent.amount_capturable_updated
   charge.refunded refund.created refund.updated refund.failed charge.dispute.created charge.dispute.updated charge.dispute.closed
   customer.subscription.created customer.subscription.updated customer.subscription.deleted invoice.paid
   invoice.payment_failed`.split(/\s+/),
);

export interface Delivery {
  /** How often the same event is sent, one after the other. */
  readonly times?: number;
  /** A wrong signature; a body changed after signing; rightly signed ten minutes ago. */
  readonly forge?: 'body' | 'old' | 'signature';
  /** Signed with this one alone, instead of all of the endpoint's. */
  readonly secret?: string;
}

/** Ten minutes of a busy on-sale; what comes on top is lost, and counted. */
const QUEUED_MAX = 50_000;
/** As many at once as a small server handles politely. */
const SENDERS = 8;
/** Short pauses, since a test waits for them; Stripe's own last for days. */
const RETRY_PAUSES_MS: readonly number[] = [100, 400, 1_600];
const ANSWER_WITHIN_MS = 10_000;

export class Webhooks {
  /** `hold`: events wait in the stand-in for `deliver`. */
  mode: 'hold' | 'send';
  url: string | null;
  /** Every one of them signs, as while a secret is being rotated. */
  secrets: string[];
  /** Events that were dropped: the queue was full or all attempts failed. */
  lost = 0;
  readonly #nowMs: () => number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  readonly #queue: StandInEvent[] = [];
  readonly #stop = new AbortController();
  #active = 0;

  constructor(options: { mode: 'hold' | 'send'; url: string | null; secrets: readonly string[]; nowMs: () => number }) {
    this.mode = options.mode;
    this.url = options.url;
    this.secrets = [...options.secrets];
    this.#nowMs = options.nowMs;
  }

  /** Queues `event` when it is to be sent at once and the endpoint wants its kind. */
  offer(event: StandInEvent): void {
    if (this.mode !== 'send' || this.url === null || !SUBSCRIBED.has(event.type)) return;
    if (this.#queue.length >= QUEUED_MAX) {
      this.lost += 1;
      return;
    }
    this.#queue.push(event);
    if (this.#active < SENDERS) void this.#drain();
  }

  /** Sends `event` now, whatever the mode. Returns the status of the last answer; 0 where there was none. */
  async deliver(event: StandInEvent, delivery: Delivery = {}): Promise<{ status: number }> {
    let status = 0;
    for (let time = 0; time < (delivery.times ?? 1); time += 1) status = await this.#post(event, delivery);
    return { status };
  }

  /** The header of `payload`: `t=…,v1=…` with one v1 per secret. */
  sign(payload: string, secrets: readonly string[] = this.secrets, atMs: number = this.#nowMs()): string {
    const seconds = Math.floor(atMs / 1000);
    const mac = (secret: string): string => createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
    return [`t=${seconds}`, ...secrets.map((secret) => `v1=${mac(secret)}`)].join(',');
  }

  close(): void {
    this.#stop.abort();
    this.#queue.length = 0;
    this.#agent.destroy();
  }

  async #drain(): Promise<void> {
    this.#active += 1;
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift())
      if (!(await this.#attempt(event))) this.lost += 1;
    this.#active -= 1;
  }

  async #attempt(event: StandInEvent): Promise<boolean> {
    for (const pauseMs of [...RETRY_PAUSES_MS, null]) {
      const status = await this.#post(event, {});
      if (status >= 200 && status < 300) return true;
      if (pauseMs === null || this.#stop.signal.aborted) return false;
      await pause(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
    return false;
  }

  #post(event: StandInEvent, { forge, secret }: Delivery): Promise<number> {
    const url = this.url;
    if (url === null) throw new Error('webhooks have nowhere to go: start the stand-in with webhookUrl');
    const secrets = forge === 'signature' ? ['whsec_of_somebody_else'] : secret === undefined ? this.secrets : [secret];
    const signature = this.sign(event.payload, secrets, this.#nowMs() - (forge === 'old' ? 600_000 : 0));
    const body = forge === 'body' ? event.payload.replace('"livemode": false', '"livemode": true') : event.payload;
    return new Promise((resolve) => {
      const sent = request(url, {
        method: 'POST',
        agent: this.#agent,
        timeout: ANSWER_WITHIN_MS,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'stripe-signature': signature,
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        },
      });
      sent.on('timeout', () => sent.destroy());
      sent.on('error', () => resolve(0));
      sent.on('response', (response) => {
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', () => resolve(0));
        response.resume();
      });
      sent.end(body);
    });
  }
}
