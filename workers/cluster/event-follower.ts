/**
 * Reads the event stream from some place on, for as long as somebody wants to: over lost connections, restarts of NATS,
 * and streams that are deleted and made anew. It asks in small portions and remembers by itself how far it came, so that
 * whatever NATS forgets about its reader does not matter.
 */

import type { Consumer, JetStreamApiError, StreamInfo } from '@nats-io/jetstream';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Event } from '../../storage/event.ts';
import { EVENT_STREAM, subjectOf } from './event-stream.ts';
import type { NatsConnection } from './nats-connection.ts';

const ANSWER_MS = 2_000;
const PORTION = 256;
/** How long a question for more stays open at NATS. */
const PATIENCE_MS = 1_000;
const RETRY_MS = 500;
const NOT_FOUND = 10_059;

export interface FollowerPlace {
  /** Sequence of the next message in the stream. */
  readonly next: number;
  /** When the stream was made, as NATS writes it; null while there is none. Another one begins at 1 again. */
  readonly stream: string | null;
}

export class EventFollower {
  readonly #connection: NatsConnection;
  readonly #onTrouble: (cause: unknown) => void;

  /** `onTrouble` hears of each failure that is then tried again. */
  constructor(connection: NatsConnection, onTrouble: (cause: unknown) => void) {
    this.#connection = connection;
    this.#onTrouble = onTrouble;
  }

  /** The place after the newest event. Rejects when NATS does not answer. */
  async end(): Promise<FollowerPlace> {
    const info = await this.#info();
    return info === null ? { next: 1, stream: null } : { next: info.state.last_seq + 1, stream: info.created };
  }

  /** Events from `place` on, until `signal`; `kind` null: all kinds. A stream that was wiped is read from its beginning. */
  async *follow(place: FollowerPlace, kind: string | null, signal: AbortSignal): AsyncGenerator<Event> {
    for await (const { event } of this.messages(place, kind, signal)) yield event;
  }

  /** The same, with the place of each in the stream. */
  async *messages(
    place: FollowerPlace,
    kind: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly event: Event; readonly sequence: number }> {
    let { next, stream } = place;
    while (!signal.aborted) {
      try {
        const info = await this.#info();
        if (info === null) {
          // The next one begins at its beginning.
          next = 1;
          stream = null;
          await pause(RETRY_MS, signal);
          continue;
        }
        const isAnother = stream !== null && info.created !== stream;
        if (isAnother || info.state.last_seq < next - 1) next = 1;
        stream = info.created;
        const consumer = await this.#consumer(next, kind);
        while (!signal.aborted) {
          const portion = await consumer.fetch({ max_messages: PORTION, expires: PATIENCE_MS });
          const stop = (): void => portion.stop();
          signal.addEventListener('abort', stop, { once: true });
          try {
            for await (const message of portion) {
              next = message.seq + 1;
              yield { event: message.json<Event>(), sequence: message.seq };
            }
          } finally {
            signal.removeEventListener('abort', stop);
            portion.stop();
          }
        }
      } catch (cause) {
        if (signal.aborted) return;
        this.#onTrouble(cause);
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #info(): Promise<StreamInfo | null> {
    const manager = await jetstreamManager(this.#connection, { timeout: ANSWER_MS, checkAPI: false });
    try {
      return await manager.streams.info(EVENT_STREAM);
    } catch (cause) {
      if ((cause as Partial<JetStreamApiError>).code === NOT_FOUND) return null;
      throw cause;
    }
  }

  async #consumer(from: number, kind: string | null): Promise<Consumer> {
    const manager = await jetstreamManager(this.#connection, { timeout: ANSWER_MS, checkAPI: false });
    const { name } = await manager.consumers.add(EVENT_STREAM, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      mem_storage: true,
      inactive_threshold: nanos(30_000),
      ...(kind === null ? {} : { filter_subject: subjectOf(kind) }),
    });
    return jetstream(this.#connection, { timeout: ANSWER_MS }).consumers.get(EVENT_STREAM, name);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
