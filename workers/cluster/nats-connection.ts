/**
 * How everybody of ours connects to NATS: the client's defaults are made for something else. Two minutes of silence
 * before a dead line is noticed become four seconds, and it is tried again for ever instead of ten times.
 *
 * What was sent while the line was away is lost, and what was on its way may be: whoever sends has a deadline and
 * repeats, and after each reconnect whoever follows something asks for all of it anew.
 */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { NatsAddress } from './nats-address.ts';

export type { NatsConnection } from '@nats-io/transport-node';
export { type NatsAddress, parseNatsUrl } from './nats-address.ts';

export interface NatsObserver {
  /** The line is gone; it is being tried again by itself. */
  disconnected(): void;
  /** The line is back, and so are all subscriptions; messages of the time between are lost. */
  reconnected(): void;
  /** It will not come back: closed by us (`cause` undefined), or for good (wrong password). */
  closed(cause: Error | undefined): void;
  warning(message: string, details: Readonly<Record<string, unknown>>): void;
}

const PING_MS = 2_000;
const PINGS_UNANSWERED_MAX = 2;
const RECONNECT_PAUSE_MS = 250;
const RECONNECT_JITTER_MS = 250;
const CONNECT_DEADLINE_MS = 5_000;

/**
 * Connects; rejects when none of the servers can be reached now. `name` is shown by NATS's own monitoring.
 * With `keepTrying` it goes on until one can be.
 */
export async function connectNats(
  address: NatsAddress,
  name: string,
  observer: NatsObserver,
  keepTrying = false,
): Promise<NatsConnection> {
  const connection = await connect({
    servers: [...address.servers],
    name,
    ...(address.tls ? { tls: {} } : {}),
    ...(address.password === null ? {} : { user: address.user ?? '', pass: address.password }),
    ...(address.token === null ? {} : { token: address.token }),
    pingInterval: PING_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_PAUSE_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    timeout: CONNECT_DEADLINE_MS,
    waitOnFirstConnect: keepTrying,
  });
  void follow(connection, observer);
  void connection.closed().then((cause) => observer.closed(cause instanceof Error ? cause : undefined));
  return connection;
}

async function follow(connection: NatsConnection, observer: NatsObserver): Promise<void> {
  for await (const status of connection.status()) {
    switch (status.type) {
      case 'disconnect':
        observer.disconnected();
        break;
      case 'reconnect':
        observer.reconnected();
        break;
      case 'error':
        observer.warning('NATS reports an error', { cause: status.error });
        break;
      case 'slowConsumer':
        observer.warning('a NATS subscription is read too slowly', { pending: status.pending });
        break;
      default:
        break;
    }
  }
}
