/** OAuth 2.0 with client credentials: tokens that expire and can be revoked; every other call needs one. */
import { randomBytes } from 'node:crypto';
import type { RawAnswer, RawRequest } from '../raw-server.ts';

export class PayPalTokens {
  readonly #basic: string;
  readonly #lifeSeconds: number;
  readonly #nowMs: () => number;
  /** When each ends. Ended ones stay and are refused: they are few. */
  readonly #endsMs = new Map<string, number>();

  constructor(clientId: string, clientSecret: string, lifeSeconds: number, nowMs: () => number) {
    this.#basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    this.#lifeSeconds = lifeSeconds;
    this.#nowMs = nowMs;
  }

  /** Answers `POST /v1/oauth2/token`. */
  grant({ headers, text }: RawRequest): RawAnswer {
    if (headers.authorization !== this.#basic) {
      return json(401, { error: 'invalid_client', error_description: 'Client Authentication failed' });
    }
    if (new URLSearchParams(text).get('grant_type') !== 'client_credentials') {
      return json(400, { error: 'unsupported_grant_type', error_description: 'unsupported grant_type' });
    }
    const token = `A21AA${randomBytes(48).toString('base64url')}`;
    this.#endsMs.set(token, this.#nowMs() + this.#lifeSeconds * 1000);
    return json(200, {
      scope: 'https://uri.paypal.com/services/payments/payment/authcapture',
      access_token: token,
      token_type: 'Bearer',
      app_id: 'APP-80W284485P519543T',
      expires_in: this.#lifeSeconds,
      nonce: randomBytes(16).toString('base64url'),
    });
  }

  /** Whether `authorization` is a bearer token of ours whose time is not over. */
  isValid(authorization: string | undefined): boolean {
    if (authorization === undefined || !authorization.startsWith('Bearer ')) return false;
    return (this.#endsMs.get(authorization.slice('Bearer '.length)) ?? 0) > this.#nowMs();
  }

  /** Forgets all tokens, as PayPal does when the secret is changed. */
  revokeAll(): void {
    this.#endsMs.clear();
  }
}

const json = (status: number, body: object): RawAnswer => ({ status, body: JSON.stringify(body) });
