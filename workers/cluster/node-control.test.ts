import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startNats } from '../../tests/support/nats.ts';
import { connectNats, parseNatsUrl } from './nats-connection.ts';
import { askNode, controlSubject, serveControl } from './node-control.ts';

const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };

test('[LE26] a node obeys orders to it, says how it stands, and understands nothing else', async (t) => {
  const server = await startNats(t);
  const connection = await connectNats(parseNatsUrl(server.url), 'test', QUIET);
  t.after(() => connection.close());
  const heard: string[] = [];
  const stop = serveControl(connection, 'ana-1', {
    drain: () => {
      heard.push('drain');
      return Promise.reject(new Error('whoever asked has long gone'));
    },
    resume: () => void heard.push('resume'),
    state: { node: 'draining', owned: 3 },
  });
  assert.deepEqual(await askNode(connection, 'ana-1', 'drain', 2_000), { ok: true, state: 'draining', owned: 3 });
  assert.equal((await askNode(connection, 'ana-1', 'resume', 2_000)).ok, true);
  const nonsense = await connection.request(controlSubject('ana-1'), 'explode', { timeout: 2_000 });
  assert.deepEqual(nonsense.json(), { ok: false, state: 'draining', owned: 3, error: 'unknown order: explode' });
  assert.deepEqual(heard, ['drain', 'resume']);
  await assert.rejects(askNode(connection, 'bia-2', 'drain', 2_000));
  stop();
  await assert.rejects(askNode(connection, 'ana-1', 'drain', 2_000));
});
