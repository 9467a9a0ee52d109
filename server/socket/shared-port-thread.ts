/** The thread of shared-port-contract.ts: listens where it is told and greets each socket with the number of its thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { CloseCode } from './socket-port.ts';
import { createSocketServer } from './socket-server.ts';

export interface ThreadOrder {
  readonly adapter: 'uws' | 'ws';
  readonly port: number;
  readonly thread: number;
}

const { adapter, port, thread } = workerData as ThreadOrder;
const main = parentPort;
if (main === null) throw new Error('this file is started as a thread');

const server = await createSocketServer<null>(
  {
    host: '127.0.0.1',
    port,
    sharePort: true,
    webSocketPath: '/ws',
    handlers: {
      upgrade: () => ({ accept: true, context: null, protocol: null }),
      open: (socket) => void socket.send(Uint8Array.of(thread)),
      message: () => {},
      drain: () => {},
      close: () => {},
    },
    http: () => ({ status: 404 }),
    frameBytesMax: 1_000,
    backlogBytesMax: 10_000,
    bodyBytesMax: 1_000,
    idleTimeoutSeconds: 60,
    onError: (error) => {
      throw error;
    },
  },
  adapter,
);
main.once('message', () => void server.close(CloseCode.serviceRestart, 'restart').then(() => main.close()));
try {
  main.postMessage({ port: await server.listen(), error: null });
} catch (error) {
  main.postMessage({ port: 0, error: String(error) });
}
