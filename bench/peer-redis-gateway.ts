/**
 * A process with Poltrona's own gateway and socket layer, and Redis behind it instead of the engine. Threads share the port as
 * the server's do, each with a Redis connection of its own. Started by the benchmark: HOST, PORT, REDIS_SOCKET, GATEWAY_THREADS.
 */
import { randomBytes } from 'node:crypto';
import { isMainThread, Worker } from 'node:worker_threads';
import { Checkout } from '../server/checkout.ts';
import { readConfig } from '../server/config.ts';
import type { Connection } from '../server/connection.ts';
import { ConnectionCount, createConnectionCounters } from '../server/connection-count.ts';
import { COMMAND_DEADLINE_MS, Gateway } from '../server/gateway.ts';
import { createThreadCounters } from '../server/metrics.ts';
import { unchallengedPayments } from '../server/payments/sandbox.ts';
import { FRAME_BYTES_MAX } from '../server/protocol/limits.ts';
import { SEATS_PER_BUYER_MAX } from '../server/rules.ts';
import { SeatWatch } from '../server/seat-watch.ts';
import { SessionTokens } from '../server/session-token.ts';
import { createSocketServer } from '../server/socket/socket-server.ts';
import { watchFrames } from '../server/watch-frames.ts';
import { RedisBus } from './peer-redis-bus.ts';
import { RespClient } from './resp-client.ts';

const threads = Number(process.env['GATEWAY_THREADS'] ?? 1);

async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const redis = await RespClient.connect(process.env['REDIS_SOCKET'] ?? '');
  const bus = await RedisBus.create(redis);
  const gateway = new Gateway({
    config,
    bus,
    checkout: new Checkout({
      bus,
      payments: unchallengedPayments,
      prices: () => Promise.resolve(null),
      pricesAreOld: () => {},
      pricesAreDoubted: () => {},
      nowMs: Date.now,
      stepDeadlineMs: COMMAND_DEADLINE_MS,
      log: () => {},
    }),
    watch: new SeatWatch(bus, watchFrames),
    tokens: new SessionTokens(randomBytes(32)),
    connections: new ConnectionCount(createConnectionCounters(), 'bench', 0),
    counters: createThreadCounters(),
    seatsPerBuyerMax: SEATS_PER_BUYER_MAX,
    nowMs: Date.now,
    onError: (cause) => console.error(cause),
  });
  // As after a commit of the engine: the answers of one read from Redis leave as one frame per socket.
  redis.onReplies = () => gateway.flush();
  const server = await createSocketServer<Connection>(
    {
      host: config.host,
      port: config.port,
      sharePort: threads > 1,
      webSocketPath: '/ws',
      handlers: gateway,
      http: () => ({ status: 200 }),
      frameBytesMax: FRAME_BYTES_MAX,
      backlogBytesMax: 1_048_576,
      bodyBytesMax: 16_384,
      idleTimeoutSeconds: 120,
      onError: (cause) => console.error(cause),
    },
    config.socket,
  );
  await server.listen();
}

if (isMainThread && threads > 1) {
  for (let thread = 0; thread < threads; thread++) new Worker(new URL(import.meta.url));
} else {
  await serve();
}
