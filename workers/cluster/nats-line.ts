/** One thread's line to NATS, as the three sides of the bus share it: what is sent while it is away is not sent later. */
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { type NatsBusCounts, type NatsBusPorts, noCounts } from './nats-bus-ports.ts';

/** What a server without a limit of its own allows. */
const PAYLOAD_MAX = 1_048_576;
/** Not more often than this does the log say that something could not be read, milliseconds. */
const WARNING_MS = 10_000;

export class NatsLine {
  readonly node: string;
  readonly counts: NatsBusCounts = noCounts();
  isAway = false;
  readonly #connection: NatsConnection;
  readonly #ports: NatsBusPorts;
  readonly #send: () => void;
  #isScheduled = false;
  #warnedMs = Number.NEGATIVE_INFINITY;
  #unreadableTold = 0;

  /** `send`: called at the end of each turn in which `touch` was. */
  constructor(connection: NatsConnection, node: string, ports: NatsBusPorts, send: () => void) {
    this.#connection = connection;
    this.node = node;
    this.#ports = ports;
    this.#send = send;
  }

  /** Largest message that the server takes, bytes. */
  get payloadMax(): number {
    return this.#connection.info?.max_payload ?? PAYLOAD_MAX;
  }

  /** There is something to send at the end of this turn. */
  touch(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.endOfTurn(this.#endOfTurn);
  }

  readonly #endOfTurn = (): void => {
    this.#isScheduled = false;
    this.#send();
  };

  /** False when it cannot be sent: the line is away, or closed for good, or the server takes no message that large. */
  publish(subject: string, payload: Uint8Array, reply?: string): boolean {
    if (this.isAway || this.#connection.isClosed() || this.#connection.isDraining()) return false;
    if (payload.length > this.payloadMax) {
      this.#ports.log('error', 'a message is too large for NATS', { subject, bytes: payload.length });
      return false;
    }
    if (reply === undefined) this.#connection.publish(subject, payload);
    else this.#connection.publish(subject, payload, { reply });
    this.counts.messagesOut++;
    this.counts.bytesOut += payload.length;
    return true;
  }

  listen(subject: string, hear: (message: Msg) => void): Subscription {
    return this.#connection.subscribe(subject, {
      callback: (error, message) => {
        // Not allowed to listen here: the connection's observer reports it too.
        if (error !== null) {
          this.#ports.log('error', 'NATS does not let us listen', { subject, cause: error });
          return;
        }
        this.counts.messagesIn++;
        this.counts.bytesIn += message.data.length;
        try {
          hear(message);
        } catch (cause) {
          // An error here would end the client's reading loop, and nobody would notice. It shall end the process, as anywhere.
          queueMicrotask(() => {
            throw cause;
          });
        }
      },
    });
  }

  /** Resolves when the server has everything that was sent before; rejects when the line breaks meanwhile. */
  flushed(): Promise<void> {
    return this.#connection.flush();
  }

  get isClosed(): boolean {
    return this.#connection.isClosed();
  }

  /** Something that was sent to us could not be read. */
  unreadable(subject: string, what: string): void {
    this.counts.unreadable++;
    const nowMs = this.#ports.monotonicMs();
    if (nowMs - this.#warnedMs < WARNING_MS) return;
    this.#warnedMs = nowMs;
    const count = this.counts.unreadable - this.#unreadableTold;
    this.#unreadableTold = this.counts.unreadable;
    this.#ports.log('warn', 'a message from NATS cannot be read; it is left out', { subject, what, count });
  }
}
