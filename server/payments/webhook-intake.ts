/**
 * Webhooks as they come in: verified, stored, acknowledged; applied a moment later. Anybody may send anything here, so that only so
 * many are verified at once, and nothing of what they say is believed beyond which object is to be looked at. A webhook that is
 * refused or lost comes again by itself for days; one that was acknowledged is in the database.
 *
 * What waits here to be applied is only a shortcut: it is bounded, and whatever does not fit, fails, or dies with the thread is taken
 * by the sweep from the table (workers/payments/payment-sweep.ts). It waits a moment on purpose: most events tell of what a
 * purchase under way is about to write down itself.
 */
import type { Provider } from '../../actors/payment/payment.ts';
import { type StoredEvent, storedForm } from '../../workers/payments/event-applier.ts';
import { type ProviderDesk, ProviderUnknown } from '../../workers/payments/provider-port.ts';
import { Problem } from '../api/problem.ts';

/** Of a body: events quote whole objects, of some kilobytes. */
export const WEBHOOK_BYTES_MAX = 262_144;
/**
 * Of each provider, verified at once on a thread; what comes beyond is asked to come again. PayPal's may want a certificate first:
 * whoever makes those wait must not keep Stripe's out.
 */
export const VERIFYING_MAX = 32;
/** Waiting to be applied on a thread: some seconds of a great on-sale, a hundred bytes each. */
export const WAITING_MAX = 2_000;
/** Applied at once: few, since buyers use the same database. */
export const APPLYING_MAX = 4;
/** How long an event waits for the purchase that it tells of, milliseconds. */
export const APPLY_AFTER_MS = 1_500;

export interface WebhookPorts {
  readonly adapters: ReadonlyMap<Provider, Pick<ProviderDesk, 'verifyWebhook'>>;
  /** 'known': it came before. */
  store(event: StoredEvent): Promise<'new' | 'known'>;
  /** Applies it and notes what came of it. Never rejects. */
  apply(event: StoredEvent): Promise<void>;
  nowMs(): number;
  /** Calls back once, later; resolves to what takes that back. */
  after(delayMs: number, callback: () => void): () => void;
}

export class WebhookIntake {
  readonly #ports: WebhookPorts;
  readonly #verifying = new Map<Provider, number>();
  #applying = 0;
  #isStopped = false;
  readonly #waiting: { readonly event: StoredEvent; readonly fromMs: number }[] = [];
  #cancelTimer: (() => void) | null = null;
  readonly #underWay = new Set<Promise<void>>();

  constructor(ports: WebhookPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves when it is in the database.
   * @throws Problem 400 for what is not the provider's, 404 for a provider that is off, 503 for what cannot be known now
   */
  async receive(
    provider: Provider,
    header: (name: string) => string | undefined,
    body: Uint8Array,
  ): Promise<'new' | 'known'> {
    const adapter = this.#ports.adapters.get(provider);
    if (adapter === undefined) throw Problem.notFound('such provider here');
    const verifying = this.#verifying.get(provider) ?? 0;
    if (verifying >= VERIFYING_MAX) throw later('Too many webhooks at once; send it again.');
    this.#verifying.set(provider, verifying + 1);
    let event: StoredEvent;
    try {
      const verified = await adapter.verifyWebhook(header, body);
      if (verified === null) {
        throw new Problem(400, 'not-verified', 'This webhook was not signed for this installation, or is too old.');
      }
      event = storedForm(verified);
    } catch (cause) {
      if (!(cause instanceof ProviderUnknown)) throw cause;
      throw later('Whether this webhook is genuine cannot be found out now; send it again.');
    } finally {
      this.#verifying.set(provider, (this.#verifying.get(provider) ?? 1) - 1);
    }
    const stored = await this.#ports.store(event);
    // What is known is being applied, or waits for the sweep.
    if (stored === 'new') this.#push(event);
    return stored;
  }

  /** How many wait to be applied. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when what is under way has ended; the sweep takes the rest. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#waiting.length = 0;
    await Promise.allSettled(this.#underWay);
  }

  #push(event: StoredEvent): void {
    if (this.#isStopped || this.#waiting.length >= WAITING_MAX) return;
    this.#waiting.push({ event, fromMs: this.#ports.nowMs() + APPLY_AFTER_MS });
    this.#next();
  }

  #next(): void {
    const nowMs = this.#ports.nowMs();
    while (this.#applying < APPLYING_MAX) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      if (first.fromMs > nowMs) {
        this.#wakeIn(first.fromMs - nowMs);
        return;
      }
      this.#waiting.shift();
      this.#begin(first.event);
    }
  }

  #wakeIn(delayMs: number): void {
    this.#cancelTimer ??= this.#ports.after(delayMs, () => {
      this.#cancelTimer = null;
      this.#next();
    });
  }

  #begin(event: StoredEvent): void {
    this.#applying++;
    const applied = this.#ports.apply(event).finally(() => {
      this.#applying--;
      this.#underWay.delete(applied);
      if (!this.#isStopped) this.#next();
    });
    this.#underWay.add(applied);
  }
}

function later(sentence: string): Problem {
  return new Problem(503, 'busy', sentence, [], { 'retry-after': '5' });
}
