import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { forgetOldKeys } from '../../storage/idempotency.ts';
import { Seals } from '../../storage/sealing.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import type { HttpResponse } from '../socket/socket-port.ts';
import { answerOfBefore, checkedKey, type OnceOnlyRequest, onceOnly, requestIdOf } from './once-only.ts';
import { jsonResponse, Problem } from './problem.ts';

const BODY = '{"a":1}';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function stage(t: TestContext): Promise<{ request: OnceOnlyRequest; pool: pg.Pool; config: DatabaseConfig }> {
  const config = await testDatabase(t);
  const pool = createPool(config, 'accounts', 'test', 4);
  t.after(() => pool.end());
  const seals = new Seals(new Uint8Array(32).fill(3));
  return {
    config,
    pool,
    request: { pool, seals, scope: 'user:1', key: 'a-good-key', target: 'POST /api/x?', digest: sha256(BODY) },
  };
}

/** Writes a row in the request's transaction, so that what is undone can be seen. */
async function work(client: pg.ClientBase): Promise<HttpResponse> {
  await client.query("insert into attempt_counts (name, window_start, count) values ('done', clock_timestamp(), 1)");
  return jsonResponse(201, { id: 7 }, { 'set-cookie': 'session=secret', location: '/api/x/7' });
}

async function timesDone(pool: pg.Pool): Promise<number> {
  return (await pool.query("select from attempt_counts where name = 'done'")).rowCount ?? 0;
}

test('[ID1] the same request with the same key is done once and answered alike, the cookie included', async (t) => {
  const { request, pool } = await stage(t);
  const first = await onceOnly(request, work);
  const second = await onceOnly(request, work);
  assert.equal(first.headers?.['idempotent-replay'], undefined);
  assert.deepEqual(second, { ...first, headers: { ...first.headers, 'idempotent-replay': 'true' } });
  assert.equal(await timesDone(pool), 1);
});

test('[ID2] another content with the same key is 422: another body, path or query', async (t) => {
  const { request, pool } = await stage(t);
  await onceOnly(request, work);
  for (const other of [{ digest: sha256('{"a":2}') }, { target: 'POST /api/y?' }, { target: 'POST /api/x?b=1' }])
    await assert.rejects(onceOnly({ ...request, ...other }, work), {
      name: 'Problem',
      status: 422,
      code: 'key-reused',
    });
  assert.equal(await timesDone(pool), 1);
});

test('[ID3] while a request runs its repetition is 409, and does not wait; afterwards it has the answer', async (t) => {
  const { request, pool } = await stage(t);
  let finish: () => void = () => {};
  let started: () => void = () => {};
  const isStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const mayFinish = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const first = onceOnly(request, async (client) => {
    const response = await work(client);
    started();
    await mayFinish;
    return response;
  });
  await isStarted;
  await assert.rejects(onceOnly(request, work), { status: 409, code: 'still-running' });
  const other = await onceOnly({ ...request, key: 'another-key' }, work);
  assert.equal(other.status, 201, 'other keys go on');
  finish();
  assert.equal((await first).status, 201);
  assert.equal((await onceOnly(request, work)).headers?.['idempotent-replay'], 'true');
  assert.equal(await timesDone(pool), 2);
});

test('[ID3] of twenty at once one does it, and every other hears 409 or the answer', async (t) => {
  const { request, pool } = await stage(t);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      onceOnly(request, work).then(
        ({ status }) => status,
        (cause: Problem) => cause.status,
      ),
    ),
  );
  assert.deepEqual(
    [...new Set(outcomes)].filter((status) => status !== 201 && status !== 409),
    [],
  );
  assert.ok(outcomes.includes(201));
  assert.equal(await timesDone(pool), 1);
});

test('[ID4] what is refused or fails is undone, leaves the key free, and keeps nothing', async (t) => {
  const { request, pool } = await stage(t);
  const refusing = async (client: pg.ClientBase): Promise<HttpResponse> => {
    await work(client);
    throw new Problem(404, 'not-found', 'There is none.');
  };
  const failing = async (client: pg.ClientBase): Promise<HttpResponse> => {
    await work(client);
    await client.query('select * from no_such_table');
    return jsonResponse(200, {});
  };
  const answering = async (client: pg.ClientBase): Promise<HttpResponse> => {
    await work(client);
    return jsonResponse(404, {});
  };
  await assert.rejects(onceOnly(request, refusing), { status: 404 });
  await assert.rejects(onceOnly(request, failing), { code: '42P01' });
  await assert.rejects(onceOnly(request, answering), /answered 404 instead of throwing/);
  assert.equal(await timesDone(pool), 0);
  assert.equal((await onceOnly(request, work)).status, 201);
  assert.equal(await timesDone(pool), 1);
});

test('[ID4] a refusal costs no connection', async (t) => {
  const { request, pool } = await stage(t);
  const backend = async (): Promise<number> =>
    (await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
  const before = await backend();
  for (let count = 0; count < 3; count++)
    await assert.rejects(
      onceOnly({ ...request, key: `a-good-key-${count}` }, async () => {
        throw new Problem(404, 'not-found', 'There is none.');
      }),
    );
  assert.equal(await backend(), before);
  assert.equal(pool.totalCount, 1);
});

test('[ID5] another one’s key is another key', async (t) => {
  const { request, pool } = await stage(t);
  await onceOnly(request, work);
  const other = await onceOnly({ ...request, scope: 'user:2' }, work);
  assert.equal(other.headers?.['idempotent-replay'], undefined);
  assert.equal(await timesDone(pool), 2);
  assert.notEqual(requestIdOf('user:1', 'key', '-a'), requestIdOf('user:2', 'key', '-a'));
  assert.equal(requestIdOf('user:1', 'key', '-a'), requestIdOf('user:1', 'key', '-a'));
  assert.match(requestIdOf('user:1', 'key', '-a'), /^[\w-]{22}-a$/);
});

test('[ID6] what is kept cannot be read from the database, nor opened for another key', async (t) => {
  const { request, pool } = await stage(t);
  await onceOnly(request, async () => jsonResponse(201, { secret: 'plt_abc' }, { 'set-cookie': 'session=secret' }));
  const { rows } = await pool.query<{ text: string; body: Buffer }>(
    'select k::text as text, body from idempotency_keys k',
  );
  assert.ok(!rows[0]?.text.includes('secret') && !rows[0]?.body.toString('latin1').includes('plt_abc'));
  await pool.query(
    "insert into idempotency_keys select scope, 'another-key', content_hash, status, headers, body from idempotency_keys",
  );
  await assert.rejects(onceOnly({ ...request, key: 'another-key' }, work), { name: 'SealBroken' });
});

test('[ID7] a key has 8 to 128 visible characters; without one nothing is done', () => {
  assert.equal(checkedKey('12345678'), '12345678');
  for (const key of ['1234567', 'x'.repeat(129), 'with a space', 'ação-2026-11'])
    assert.throws(() => checkedKey(key), { status: 400, code: 'invalid-idempotency-key' });
  assert.throws(() => checkedKey(undefined), { status: 400, code: 'no-idempotency-key' });
});

test('[ID8] answers are kept for a week', async (t) => {
  const { request, pool, config } = await stage(t);
  await onceOnly(request, work);
  assert.equal(await forgetOldKeys(pool), 0);
  const owner = createPool(config, 'migrator', 'test', 1);
  t.after(() => owner.end());
  await owner.query("update idempotency_keys set created_at = now() - interval '8 days'");
  assert.equal(await forgetOldKeys(pool), 1);
  assert.equal((await onceOnly(request, work)).headers?.['idempotent-replay'], undefined);
});

test('[ID9] what was done before is answered without preparing it again', async (t) => {
  const { request } = await stage(t);
  assert.equal(await answerOfBefore(request), null);
  const first = await onceOnly(request, work);
  const again = await answerOfBefore(request);
  assert.deepEqual(again, { ...first, headers: { ...first.headers, 'idempotent-replay': 'true' } });
  const other = { ...request, digest: sha256('{"a":2}') };
  await assert.rejects(answerOfBefore(other), { status: 422, code: 'key-reused' });
});

test('[ID10] what was asked cannot be tried out from a copy of the table: its hash needs the installation’s key', async (t) => {
  const { request, pool } = await stage(t);
  await onceOnly(request, work);
  const hash = async () =>
    (await pool.query<{ hash: string }>("select encode(content_hash, 'hex') as hash from idempotency_keys")).rows[0]
      ?.hash;
  const kept = await hash();
  assert.match(kept ?? '', /^[0-9a-f]{64}$/);
  const guesses = [BODY, sha256(BODY)].flatMap((body) => [
    body,
    `${request.target}\n${body}`,
    `${request.target}${body}`,
  ]);
  for (const guess of guesses) assert.notEqual(sha256(guess), kept);
  await pool.query('delete from idempotency_keys');
  await onceOnly({ ...request, seals: new Seals(new Uint8Array(32).fill(4)) }, work);
  assert.notEqual(await hash(), kept, 'another key, another hash');
});
