/**
 * Idempotency-Key: same key, same answer; another content, 422; still running, 409. The handler runs inside the transaction
 * that also keeps its answer, so that a crash leaves both or neither.
 *
 * Only answers below 400 are kept here: a refusal changed nothing, and the reason for it may be gone when the request is
 * repeated. What a handler asks of an actor is outside of the transaction, and idempotent by its own request id, which is derived
 * from the key: the actor remembers its refusals as well, so that one of these stays with its key, and trying again needs a new
 * one. That sentence is the refusing endpoint's to say.
 *
 * Of what was asked only a keyed hash is kept: a body may hold a CPF or a password, and a plain hash could be tried out.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { claimKey, findAnswer, type KeptAnswer, keepAnswer } from '../../storage/idempotency.ts';
import type { Seals } from '../../storage/sealing.ts';
import type { HttpResponse } from '../socket/socket-port.ts';
import { Problem } from './problem.ts';
import { inProblemTransaction } from './problem-transaction.ts';

const KEY = /^[\x21-\x7e]{8,128}$/;

export interface OnceOnlyRequest {
  readonly pool: pg.Pool;
  readonly seals: Seals;
  /** Who asks: another one's key is another key. */
  readonly scope: string;
  readonly key: string;
  /** Method, path and query. */
  readonly target: string;
  /** SHA-256 of the body (body-digest.ts). */
  readonly digest: string;
}

/** @throws Problem 400 */
export function checkedKey(key: string | undefined): string {
  if (key === undefined)
    throw new Problem(
      400,
      'no-idempotency-key',
      'Send an Idempotency-Key: a random text that stays the same when you repeat this request.',
    );
  if (!KEY.test(key))
    throw new Problem(
      400,
      'invalid-idempotency-key',
      'The Idempotency-Key must have 8 to 128 visible ASCII characters.',
    );
  return key;
}

/** A request id for a command to an actor: the same for a repetition, another one for everybody else. 22 characters and the suffix. */
export function requestIdOf(scope: string, key: string, suffix: string): string {
  return `${createHash('sha256').update(`${scope}\n${key}`).digest('base64url').slice(0, 22)}${suffix}`;
}

/** What is kept of an answer, sealed as one: a cookie, and the body, which may hold a key that is shown once. */
interface Sealed {
  readonly cookie?: string;
  readonly body: string;
}

/**
 * @throws Problem 409 while the same request is running, 422 for another one with this key, and what `work` throws: then its
 * transaction is undone and the key is free again.
 */
export function onceOnly(
  request: OnceOnlyRequest,
  work: (client: pg.ClientBase) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  return inProblemTransaction(request.pool, (client) => answerOnce(request, client, work));
}

/**
 * The answer of a request that was done before; null when it was not, or is still running. For a look before the work that
 * `prepare` is.
 * @throws Problem 422 for another one with this key.
 */
export async function answerOfBefore(request: OnceOnlyRequest): Promise<HttpResponse | null> {
  const found = await findAnswer(request.pool, request.scope, request.key, hashOf(request));
  if (found === null) return null;
  if (found.is === 'other-content') throw keyReused();
  return opened(request, found.answer);
}

async function answerOnce(
  request: OnceOnlyRequest,
  client: pg.ClientBase,
  work: (client: pg.ClientBase) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { seals, scope, key } = request;
  const hash = hashOf(request);
  const claimed = await claimKey(client, scope, key, hash);
  switch (claimed.is) {
    case 'running':
      throw new Problem(409, 'still-running', 'The same request is still running; ask again in a moment.', [], {
        'retry-after': '1',
      });
    case 'other-content':
      throw keyReused();
    case 'answered':
      return opened(request, claimed.answer);
    case 'fresh': {
      const response = await work(client);
      // Thrown, so that the transaction is undone as well.
      if (response.status >= 400)
        throw new Error(`a once-only handler answered ${response.status} instead of throwing`);
      const { 'set-cookie': cookie, ...headers } = response.headers ?? {};
      const kept: Sealed = {
        ...(cookie === undefined ? {} : { cookie }),
        body: Buffer.from(response.body ?? '').toString(),
      };
      await keepAnswer(client, scope, key, hash, {
        status: response.status,
        headers,
        body: seals.seal('idempotent-answer', Buffer.from(JSON.stringify(kept)), contextOf(request)),
      });
      return response;
    }
  }
}

function opened(request: OnceOnlyRequest, { status, headers, body }: KeptAnswer): HttpResponse {
  const text = request.seals.open('idempotent-answer', body, contextOf(request)).toString();
  const kept = JSON.parse(text) as Sealed;
  const cookie = kept.cookie === undefined ? {} : { 'set-cookie': kept.cookie };
  return { status, headers: { ...headers, ...cookie, 'idempotent-replay': 'true' }, body: kept.body };
}

function hashOf({ seals, target, digest }: OnceOnlyRequest): Buffer {
  return seals.hmac('idempotent-answer', `${target}\n${digest}`);
}

function contextOf({ scope, key }: OnceOnlyRequest): string {
  return `${scope}\n${key}`;
}

function keyReused(): Problem {
  return new Problem(422, 'key-reused', 'This Idempotency-Key was used for another request; take a new one.');
}
