import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiClient, ApiProblem, ApiUnreachable } from './http.ts';

type Answer =
  | { status?: number; text?: string; headers?: Record<string, string> }
  | 'cut'
  | 'cut in the body'
  | 'hangs';

/** A client whose server answers so, one after the other; timers run when asked. */
function clientOf(...answers: Answer[]) {
  const keys: (string | null)[] = [];
  const timers = new Set<{ ms: number; run(): void }>();
  const api = new ApiClient({
    fetch: (_input, init) => {
      keys.push(new Headers(init?.headers).get('idempotency-key'));
      const answer = answers.shift() ?? 'cut';
      if (answer === 'cut') return Promise.reject(new TypeError('failed to fetch'));
      if (answer === 'hangs') {
        return new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        });
      }
      if (answer === 'cut in the body') {
        const body = new ReadableStream({ pull: (stream) => stream.error(new TypeError('the line broke')) });
        return Promise.resolve(new Response(body, { status: 200 }));
      }
      const { status = 200, text = '{"done":true}', headers = {} } = answer;
      return Promise.resolve(new Response(text, { status, headers }));
    },
    surroundings: {
      nowMs: () => 0,
      random: () => 0,
      randomBytes: (bytes) => bytes.fill(keys.length + 1),
      after: (ms, run) => {
        const timer = { ms, run };
        timers.add(timer);
        // A wait between two tries is over at once; the limit of a try is not.
        if (ms < 10_000) queueMicrotask(run);
        return () => timers.delete(timer);
      },
    },
  });
  return { api, keys, timers };
}

const POST = { method: 'POST', body: {} } as const;

test('[HC1] a broken line, a broken body and a passing refusal are asked again with the same key', async () => {
  const passing: Answer[] = [
    'cut',
    'cut in the body',
    { status: 503, text: 'restarting' },
    { status: 200, text: '<html>Sign in to the hotel</html>' },
    { status: 409, text: '{"error":"It is still running.","code":"still-running"}' },
  ];
  for (const first of passing) {
    const { api, keys } = clientOf(first, {});
    assert.deepEqual(await api.ask('/api/orders', POST), { done: true }, JSON.stringify(first));
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.notEqual(keys[0], null);
  }
});

test('[HC2] without an answer it is unreachable after three tries, and nothing else is thrown', async () => {
  for (const each of ['cut', 'cut in the body', { text: 'no JSON' }] as const) {
    const { api, keys, timers } = clientOf(each, each, each, {});
    await assert.rejects(api.ask('/api/orders', POST), ApiUnreachable);
    assert.equal(keys.length, 3);
    assert.ok(
      [...timers].every(({ ms }) => ms < 10_000),
      'the limit of a try outlives it',
    );
  }
});

test('[HC2] a try that takes too long is given up, and the caller who does not wait any more is told his reason', async () => {
  const slow = clientOf('hangs', {});
  const asked = slow.api.ask('/api/session', { timeoutMs: 15_000 });
  await Promise.resolve();
  for (const timer of slow.timers) if (timer.ms === 15_000) timer.run();
  assert.deepEqual(await asked, { done: true });
  const left = new AbortController();
  const given = clientOf('hangs', {}).api.ask('/api/session', { signal: left.signal });
  left.abort(new Error('gone elsewhere'));
  await assert.rejects(given, /gone elsewhere/);
});

test('[HC3] a refusal is told at once, with its word, its fields and how long to wait', async () => {
  const { api, keys } = clientOf({
    status: 429,
    text: '{"error":"Too many.","code":"too-many-attempts","fields":[{"path":"body.cpf","message":"no"}]}',
    headers: { 'retry-after': '30' },
  });
  await assert.rejects(api.ask('/api/orders/lookup', POST), (cause) => {
    assert.ok(cause instanceof ApiProblem);
    assert.deepEqual(
      [cause.status, cause.code, cause.retryAfterMs, cause.fields.length],
      [429, 'too-many-attempts', 30_000, 1],
    );
    return true;
  });
  assert.equal(keys.length, 1);
  const page = clientOf({ status: 403, text: '<html>' });
  await assert.rejects(page.api.ask('/api/orders'), { status: 403, code: '', message: 'HTTP 403' });
});

test('[HC3] what only reads carries no key; text is taken as it is', async () => {
  const { api, keys } = clientOf({ text: 'BEGIN:VCALENDAR' });
  assert.equal(await api.askText('/api/orders/1/calendar.ics'), 'BEGIN:VCALENDAR');
  assert.deepEqual(keys, [null]);
});
