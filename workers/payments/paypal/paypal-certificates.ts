/**
 * The certificates with which PayPal signs its webhooks, by the addresses that the webhooks name. Anybody can name an address: only
 * exactly PayPal's own are asked, over TLS, which is what makes what lies there PayPal's; only so many in a minute, because whoever
 * invents addresses on PayPal's host makes us ask. One that was good is kept, and asked for again each day, so that it can be
 * withdrawn; that is no invented address's to prevent: it has a count of its own, and while no answer comes the kept one is good.
 */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { ProviderUnknown } from '../provider-port.ts';
import { fetchText } from './paypal-fetch.ts';

export interface CertificateRules {
  readonly environment: 'live' | 'sandbox';
  readonly apiUrl: string;
  readonly nowMs: () => number;
  readonly deadlineMs: number;
}

/** PayPal's certificates lie on either name of its API. What is signed for the sandbox means nothing to a shop that moves money. */
const ORIGINS = {
  live: ['https://api.paypal.com', 'https://api-m.paypal.com'],
  sandbox: [
    'https://api.sandbox.paypal.com',
    'https://api-m.sandbox.paypal.com',
    'https://api.paypal.com',
    'https://api-m.paypal.com',
  ],
} as const;
const PATH = /^\/v1\/notifications\/certs\/[A-Za-z0-9-]{1,128}$/;
/** The name that PayPal's own libraries look for; a stand-in has one of its own behind the first word. */
const SIGNER = /(?:^|\n)CN=messageverificationcerts\.([a-z0-9.-]+)(?:\n|$)/i;
const PAYPAL = /^(?:[a-z0-9-]+\.)*paypal\.com$/i;
/** A certificate and its issuers, as PEM. */
const BYTES_MAX = 32_768;
/** PayPal signs with one at a time, and with two while one takes the place of another. */
const KEPT_MAX = 8;
const KEPT_MS = 86_400_000;
/** After a day, how long until a kept one is asked for again when no answer came. */
const REFRESH_PAUSE_MS = 60_000;
/** Of addresses where nothing good was found yet. */
const FETCHES_PER_MINUTE_MAX = 12;
/** Where nothing good lies is not asked again for so long; PayPal repeats a webhook for days. */
const MISSED_MS = 600_000;
/** More than can be asked for in that time; beyond it the oldest is forgotten, and may be asked for again. */
const MISSED_MAX = 256;
const RSA_BITS_MIN = 2_048;

export class PaypalCertificates {
  readonly #rules: CertificateRules;
  readonly #origins: readonly string[];
  readonly #isStandIn: boolean;
  /** Insertion order is age. */
  readonly #kept = new Map<string, { readonly certificate: X509Certificate; askAgainMs: number }>();
  /** Until when; insertion order is age. */
  readonly #missed = new Map<string, number>();
  readonly #fetching = new Map<string, Promise<X509Certificate | null>>();
  #minute = { beganMs: 0, fetches: 0 };

  constructor(rules: CertificateRules) {
    this.#rules = rules;
    const { origin } = new URL(rules.apiUrl);
    this.#isStandIn = !ORIGINS.sandbox.some((each) => each === origin);
    this.#origins = this.#isStandIn ? [origin] : ORIGINS[rules.environment];
  }

  /**
   * The public key at an address. Null: not an address of PayPal's, or nothing that is valid now lies there.
   * @throws ProviderUnknown when that cannot be found out now
   */
  async keyAt(address: string): Promise<KeyObject | null> {
    if (!this.#isAllowed(address)) return null;
    const certificate = await this.#at(address);
    if (certificate === null || !this.#isValid(certificate)) return null;
    return certificate.publicKey;
  }

  #isAllowed(address: string): boolean {
    if (!URL.canParse(address)) return false;
    const url = new URL(address);
    // Compared as a whole: the host is not part of a longer one, and nothing is hidden in a user, a port or a query.
    return this.#origins.some((origin) => address === origin + url.pathname) && PATH.test(url.pathname);
  }

  async #at(address: string): Promise<X509Certificate | null> {
    const nowMs = this.#rules.nowMs();
    const kept = this.#kept.get(address);
    if (kept !== undefined) {
      if (nowMs < kept.askAgainMs) return kept.certificate;
      // Whoever comes meanwhile goes on with what is kept.
      kept.askAgainMs = nowMs + REFRESH_PAUSE_MS;
      return await this.#refreshed(address, kept.certificate);
    }
    if (nowMs < (this.#missed.get(address) ?? 0)) return null;
    const underWay = this.#fetching.get(address);
    if (underWay !== undefined) return await underWay;
    this.#countFetch();
    const fetching = this.#fetch(address).finally(() => this.#fetching.delete(address));
    this.#fetching.set(address, fetching);
    return await fetching;
  }

  async #refreshed(address: string, kept: X509Certificate): Promise<X509Certificate | null> {
    try {
      return await this.#fetch(address);
    } catch (cause) {
      // Nobody said that it was withdrawn; until its own last day it is as good as yesterday.
      if (!(cause instanceof ProviderUnknown) || !this.#isValid(kept)) throw cause;
      return kept;
    }
  }

  /** @throws ProviderUnknown beyond the bound: PayPal sends again, and finds the certificate kept or the minute over */
  #countFetch(): void {
    const nowMs = this.#rules.nowMs();
    if (nowMs - this.#minute.beganMs >= 60_000) this.#minute = { beganMs: nowMs, fetches: 0 };
    if (this.#minute.fetches >= FETCHES_PER_MINUTE_MAX) throw new ProviderUnknown('too-many-certificates');
    this.#minute.fetches++;
  }

  async #fetch(address: string): Promise<X509Certificate | null> {
    const { status, text } = await fetchText(address, { bytesMax: BYTES_MAX, deadlineMs: this.#rules.deadlineMs });
    if (status >= 500 || status === 429) throw new ProviderUnknown(`status ${status}`);
    const certificate = status === 200 ? parsed(text) : null;
    this.#kept.delete(address);
    this.#missed.delete(address);
    // One that is PayPal's and has ended would only take the place of a good one.
    if (certificate === null || !this.#isValid(certificate)) {
      put(this.#missed, address, this.#rules.nowMs() + MISSED_MS, MISSED_MAX);
      return null;
    }
    put(this.#kept, address, { certificate, askAgainMs: this.#rules.nowMs() + KEPT_MS }, KEPT_MAX);
    return certificate;
  }

  #isValid({ subject, validFrom, validTo, publicKey }: X509Certificate): boolean {
    const nowMs = this.#rules.nowMs();
    const signer = SIGNER.exec(subject)?.[1];
    if (signer === undefined || !(this.#isStandIn || PAYPAL.test(signer))) return false;
    if (!(Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validTo))) return false;
    return (
      publicKey.asymmetricKeyType === 'rsa' && (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN
    );
  }
}

/** The oldest goes for what is beyond the bound. */
function put<Value>(map: Map<string, Value>, address: string, value: Value, most: number): void {
  map.set(address, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** The first one: those behind it are its issuers'. Null: no certificate. */
function parsed(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}
