/** The public keys of the tickets' codes, for gates of whoever: a JWK Set (RFC 7517). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { matchesEtag } from '../search/search-etag.ts';
import type { OrderPorts } from './order-ports.ts';

export const TICKET_KEYS_PATH = '/.well-known/poltrona-ticket-keys.json';

/** Half the time between a key's publication and its first signature (storage/tickets/ticket-keys.ts): nobody is late with it. */
const CACHE_SECONDS = 300;

export function ticketKeysEndpoint(ports: Pick<OrderPorts, 'signer'>): Endpoint {
  return endpoint({
    method: 'GET',
    path: TICKET_KEYS_PATH,
    tag: 'Tickets',
    summary: 'Public keys of the QR codes',
    description:
      'Ed25519. Also those that sign soon, and those that do not sign any more but whose codes are good. `kid` is the key id in ' +
      'the code, in decimal.',
    access: { kind: 'public' },
    answer: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('OKP'),
          crv: z.literal('Ed25519'),
          kid: z.string(),
          x: z.string(),
          use: z.literal('sig'),
        }),
      ),
    }),
    handle: async ({ header }) => {
      const keys = await ports.signer.publicKeys();
      const text = JSON.stringify({ keys });
      const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
      const headers = {
        'cache-control': `public, max-age=${CACHE_SECONDS}`,
        etag,
        // A gate of somebody else's page may ask as well: there is no secret in it.
        'access-control-allow-origin': '*',
      };
      if (matchesEtag(header('if-none-match'), etag)) return { status: 304, headers, body: { keys: [] } };
      return { headers, text, body: { keys: [...keys] } };
    },
  });
}
