/**
 * The events of the stand-in and their way to the shop. Events are kept whether or not they are delivered: 'hold' lets a test
 * deliver them in the order it likes, twice, forged or never; 'send' delivers at once and again after a short pause when the
 * shop does not say 2xx, and never holds up the API. Signed as PayPal's: RSA-SHA256 over
 * `transmission id|time|webhook id|CRC32 of the body`, at each delivery (a signature costs more than the rest of a request).
 */
import { createVerify, type KeyObject, randomUUID, sign, X509Certificate } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { CERTIFICATE_PEM, foreignKey, SIGNING_KEY } from './paypal-certificate.ts';
import { PayPalPost } from './paypal-post.ts';
import { newId } from './paypal-state.ts';

export interface PayPalEvent {
  readonly id: string;
  readonly event_type: string;
  readonly resource: Readonly<Record<string, unknown>>;
  /** The body, byte for byte what is signed. */
  readonly payload: string;
  /** How often the shop said 2xx to it. */
  accepted: number;
}

export interface Delivery {
  /** How often, one after the other; 1. */
  readonly times?: number;
  /** 'signature': with another key; 'body': an amount changed after signing; 'old': a transmission of last year; 'certificate': a foreign address for it. */
  readonly forge?: 'signature' | 'body' | 'old' | 'certificate';
}

const RESOURCE_TYPES: readonly (readonly [prefix: string, type: string, version: string])[] = [
  ['CHECKOUT.ORDER.', 'checkout-order', '2.0'],
  ['PAYMENT.AUTHORIZATION.', 'authorization', '2.0'],
  ['PAYMENT.CAPTURE.REFUNDED', 'refund', '2.0'],
  ['PAYMENT.REFUND.', 'refund', '2.0'],
  ['PAYMENT.CAPTURE.', 'capture', '2.0'],
  ['CUSTOMER.DISPUTE.', 'dispute', '1.0'],
];
/** Pauses between attempts of 'send'. PayPal tries for three days; a test that needs that delivers by hand. */
const RETRY_PAUSES_MS = [50, 250, 1000];
/** A benchmark's events are not looked at afterwards; the oldest make room. */
const EVENTS_MAX = 20_000;
const EVENTS_DROPPED = 5_000;
/** Deliveries under way at once; the rest wait in line. PayPal's own number is not told. */
const SENDING_MAX = 32;
/** A line longer than this is a shop that takes none: what comes then is not sent, as a webhook that got lost. */
const WAITING_MAX = 20_000;

const signAsync = promisify<string, Buffer, KeyObject, Buffer>(sign);

export class PayPalWebhooks {
  readonly events: PayPalEvent[] = [];
  readonly webhookId: string;
  mode: 'hold' | 'send';
  url: string | undefined;
  readonly #nowMs: () => number;
  readonly #certUrl: () => string;
  readonly #waiting: PayPalEvent[] = [];
  readonly #post = new PayPalPost();
  /** Ends the pauses between attempts. */
  readonly #stop = new AbortController();
  #sending = 0;

  /** @param certUrl Where the certificate lies: the stand-in's own address, known when it listens. */
  constructor(options: {
    webhookId: string;
    url: string | undefined;
    mode: 'hold' | 'send';
    nowMs: () => number;
    certUrl: () => string;
  }) {
    this.webhookId = options.webhookId;
    this.url = options.url;
    this.mode = options.mode;
    this.#nowMs = options.nowMs;
    this.#certUrl = options.certUrl;
  }

  /** Something happened: keeps the event, and sends it unless they are held. */
  emit(type: string, resource: object, base: string): PayPalEvent {
    const [, resourceType = 'unknown', resourceVersion = '2.0'] =
      RESOURCE_TYPES.find(([prefix]) => type.startsWith(prefix)) ?? [];
    const id = `WH-${newId()}-${newId()}`;
    const payload = JSON.stringify({
      id,
      event_version: '1.0',
      create_time: new Date(this.#nowMs()).toISOString(),
      resource_type: resourceType,
      resource_version: resourceVersion,
      event_type: type,
      summary: `${type.toLowerCase().replaceAll('.', ' ')}`,
      resource,
      links: [
        { href: `${base}/v1/notifications/webhooks-events/${id}`, rel: 'self', method: 'GET' },
        { href: `${base}/v1/notifications/webhooks-events/${id}/resend`, rel: 'resend', method: 'POST' },
      ],
    });
    const event: PayPalEvent = {
      id,
      event_type: type,
      resource: resource as PayPalEvent['resource'],
      payload,
      accepted: 0,
    };
    if (this.events.length >= EVENTS_MAX) this.events.splice(0, EVENTS_DROPPED);
    this.events.push(event);
    if (this.mode === 'send' && this.url !== undefined) this.send(event);
    return event;
  }

  /** Sends `event` when its turn comes, without anybody waiting for it. */
  send(event: PayPalEvent): void {
    if (this.#waiting.length >= WAITING_MAX) return;
    this.#waiting.push(event);
    if (this.#sending < SENDING_MAX) void this.#work();
  }

  /**
   * Delivers now. @returns The last answer's status; 0: nobody answered.
   * @throws Error when there is no address to deliver to.
   */
  async deliver(event: PayPalEvent, { times = 1, forge }: Delivery = {}): Promise<{ status: number }> {
    if (this.url === undefined) throw new Error('no webhookUrl: nowhere to deliver to');
    let status = 0;
    for (let time = 0; time < times; time++) {
      const headers = await this.transmissionOf(event, forge);
      const body = forge === 'body' ? tampered(event.payload) : event.payload;
      status = await this.#post.post(this.url, headers, body);
      if (status >= 200 && status < 300) event.accepted += 1;
    }
    return { status };
  }

  /** The headers of one transmission of `event`, signed. */
  async transmissionOf(event: PayPalEvent, forge?: Delivery['forge']): Promise<Record<string, string>> {
    const ageMs = forge === 'old' ? 365 * 24 * 3600_000 : 0;
    const id = randomUUID();
    const time = new Date(this.#nowMs() - ageMs).toISOString().replace(/\.\d+Z$/, 'Z');
    const key = forge === 'signature' ? foreignKey() : SIGNING_KEY;
    const message = `${id}|${time}|${this.webhookId}|${crc32(event.payload)}`;
    const signature = await signAsync('RSA-SHA256', Buffer.from(message), key);
    return {
      'content-type': 'application/json',
      'user-agent': 'PayPal/AUHD-1.0-1',
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': signature.toString('base64'),
      'paypal-cert-url': forge === 'certificate' ? 'https://api.paypal.com.example/certs/CERT-1' : this.#certUrl(),
      'paypal-auth-algo': 'SHA256withRSA',
    };
  }

  /**
   * What `POST /v1/notifications/verify-webhook-signature` answers.
   * @param rawEvent The event exactly as the caller wrote it: the checksum is over bytes, and a reserialised event has others.
   */
  isGenuine(claim: Readonly<Record<string, unknown>>, rawEvent: string): boolean {
    if (claim['webhook_id'] !== this.webhookId || claim['cert_url'] !== this.#certUrl()) return false;
    if (claim['auth_algo'] !== 'SHA256withRSA') return false;
    const message = `${claim['transmission_id']}|${claim['transmission_time']}|${this.webhookId}|${crc32(rawEvent)}`;
    const { publicKey } = new X509Certificate(CERTIFICATE_PEM);
    return createVerify('RSA-SHA256').update(message).verify(publicKey, String(claim['transmission_sig']), 'base64');
  }

  /** Ends what is under way; what waits is dropped. */
  close(): void {
    this.#waiting.length = 0;
    this.#stop.abort();
    this.#post.close();
  }

  async #work(): Promise<void> {
    this.#sending += 1;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      await this.#sendUntilAccepted(event);
    }
    this.#sending -= 1;
  }

  async #sendUntilAccepted(event: PayPalEvent): Promise<void> {
    for (const pauseMs of [...RETRY_PAUSES_MS, null]) {
      if (this.#stop.signal.aborted || this.mode === 'hold') return;
      const { status } = await this.deliver(event);
      if ((status >= 200 && status < 300) || pauseMs === null) return;
      await pause(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}

/** The same event about other money: what a forger would want to change. */
function tampered(payload: string): string {
  const changed = payload.replace(/"value":"(\d)/, (_all, digit: string) => `"value":"${(Number(digit) % 9) + 1}`);
  return changed === payload ? payload.replace('"id":"', '"id":"X') : changed;
}
