/**
 * Is a webhook PayPal's? PayPal signs the transmission's id and time, our webhook's id, and a CRC32 of the body, with RSA and SHA-256.
 * A CRC32 is no seal: whoever has seen one true transmission can send another body with the same checksum under its signature. So a
 * verified webhook is only worth a look: it names what is to be fetched (paypal-event.ts), and its age is bounded.
 *
 * PayPal offers to verify for us (POST verify-webhook-signature). That would be a request to PayPal for each webhook, forged ones included,
 * and the same CRC32.
 */
import { verify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ProviderEvent } from '../provider-port.ts';
import type { PaypalCertificates } from './paypal-certificates.ts';
import { eventOf } from './paypal-event.ts';

export interface WebhookRules {
  readonly webhookId: string;
  readonly certificates: PaypalCertificates;
  readonly nowMs: () => number;
}

/** PayPal repeats what was not taken for three days; whether with the first time or a new one it does not say. */
const AGE_MS_MAX = 4 * 86_400_000;
/** How far PayPal's clock may be before ours. */
const AHEAD_MS_MAX = 300_000;
/** Its ids are of 36 letters, its signatures of 344, its addresses of some 80. */
const HEADER_LENGTH_MAX = 1_024;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Null: not PayPal's, not for our webhook, too old, or not understood. `header` by its lower-case name; `body` exactly as it came.
 * @throws ProviderUnknown when the certificate cannot be had now
 */
export async function verifiedEvent(
  header: (name: string) => string | undefined,
  body: Uint8Array,
  { webhookId, certificates, nowMs }: WebhookRules,
): Promise<ProviderEvent | null> {
  const read = (name: string): string | null => {
    const value = header(name);
    return value !== undefined && value !== '' && value.length <= HEADER_LENGTH_MAX ? value : null;
  };
  const id = read('paypal-transmission-id');
  const time = read('paypal-transmission-time');
  const signature = read('paypal-transmission-sig');
  const address = read('paypal-cert-url');
  if (id === null || time === null || signature === null || address === null) return null;
  // The one that PayPal uses. A header must not choose the strength of its own check.
  if (read('paypal-auth-algo') !== 'SHA256withRSA' || !BASE64.test(signature)) return null;
  if (!isRecent(time, nowMs())) return null;
  const key = await certificates.keyAt(address);
  if (key === null) return null;
  const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64'))) return null;
  return eventOf(body);
}

function isRecent(time: string, nowMs: number): boolean {
  const atMs = TIME.test(time) ? Date.parse(time) : Number.NaN;
  return atMs > nowMs - AGE_MS_MAX && atMs <= nowMs + AHEAD_MS_MAX;
}
