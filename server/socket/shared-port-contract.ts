/** The contract about one port for several threads, and against one port for several processes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type MakeServer, startContractServer } from './contract-server.ts';
import { RawWebSocket } from './raw-websocket.ts';
import type { ThreadOrder } from './shared-port-thread.ts';
import { CloseCode } from './socket-port.ts';

interface Listener {
  readonly port: number;
  readonly error: string | null;
  stop(): Promise<void>;
}

async function startThread(order: ThreadOrder): Promise<Listener> {
  const worker = new Worker(new URL('./shared-port-thread.js', import.meta.url), { workerData: order });
  const exited = once(worker, 'exit');
  const [{ port, error }] = (await once(worker, 'message')) as [{ port: number; error: string | null }];
  return {
    port,
    error,
    stop: async () => {
      worker.postMessage('stop');
      await exited;
    },
  };
}

/** Opens sockets until both threads have answered, and gives how many each got. */
async function spread(port: number): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (let i = 0; i < 500 && counts.size < 2; i++) {
    const client = await RawWebSocket.open(port);
    const thread = (await client.next())!.payload[0]!;
    counts.set(thread, (counts.get(thread) ?? 0) + 1);
    client.connection.socket.destroy();
  }
  return counts;
}

export function sharedPortContract(adapter: 'uws' | 'ws', make: MakeServer): void {
  test('two threads listen on one port, both get connections, and one may stop', async (t) => {
    const probe = await startContractServer(t, make);
    if (!probe.server.canSharePort) {
      t.diagnostic('this adapter cannot share a port on this Node: the first listener has it alone');
      const { port } = await startContractServer(t, make, { sharePort: true });
      await assert.rejects(startContractServer(t, make, { port, sharePort: true }), /the port is in use/);
      return;
    }
    const first = await startThread({ adapter, port: 0, thread: 1 });
    t.after(() => first.stop());
    const second = await startThread({ adapter, port: first.port, thread: 2 });
    assert.equal(first.error ?? second.error, null);
    assert.equal((await spread(first.port)).size, 2);
    await assert.rejects(startContractServer(t, make, { port: first.port }), /the port is in use/);
    const client = await RawWebSocket.open(first.port);
    const ofSecond = (await client.next())!.payload[0] === 2;
    await second.stop();
    if (ofSecond) assert.equal(await client.closeCode(), CloseCode.serviceRestart);
    const later = await RawWebSocket.open(first.port);
    assert.equal((await later.next())!.payload[0], 1);
  });
}
