import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { probePort } from './port-probe.ts';
import { createSocketServer } from './socket-server.ts';
import { loadUws } from './uws-binding.ts';

const options = {
  host: '127.0.0.1',
  port: 0,
  sharePort: false,
  webSocketPath: '/ws',
  handlers: {
    upgrade: () => ({ accept: true, context: null, protocol: null }) as const,
    open: () => {},
    message: () => {},
    drain: () => {},
    close: () => {},
  },
  http: () => ({ status: 404 }),
  frameBytesMax: 1_000,
  backlogBytesMax: 10_000,
  bodyBytesMax: 1_000,
  idleTimeoutSeconds: 60,
  onError: () => {},
};

test('auto takes uWebSockets.js where it has a binary; elsewhere it says what to install', async () => {
  const lines: string[] = [];
  const server = await createSocketServer(options, 'auto', { warn: (_details, message) => void lines.push(message) });
  if ((await loadUws()) instanceof Error) {
    assert.equal(server.adapter, 'node:http + ws');
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /uNetworking\/uWebSockets\.js#v20/);
    await assert.rejects(createSocketServer(options, 'uws'), /no binary for Node/);
  } else {
    assert.equal(server.adapter, 'uWebSockets.js');
    assert.deepEqual(lines, []);
  }
  assert.equal((await createSocketServer(options, 'ws')).adapter, 'node:http + ws');
});

test('probePort refuses a port where another process listens, shared or not', async (t) => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  await assert.rejects(probePort('127.0.0.1', port), {
    message: `cannot listen on 127.0.0.1:${port}: the port is in use`,
  });
});

test('probePort finds a free port, and may be asked again by its own process', async () => {
  const port = await probePort('127.0.0.1', 0);
  assert.ok(port > 0);
  assert.equal(await probePort('127.0.0.1', port), port);
});

test('a port that a process has probed is refused to the next one, though nobody listens yet', async (t) => {
  if (process.platform !== 'linux') return;
  const port = await probePort('127.0.0.1', 0);
  const url = JSON.stringify(new URL('./port-probe.js', import.meta.url).href);
  const code = `import(${url}).then((m) => m.probePort('127.0.0.1', ${port})).then(() => console.log('free'), (e) => console.log(e.message))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  assert.equal(text.trim(), `cannot listen on 127.0.0.1:${port}: the port is in use`);
});
