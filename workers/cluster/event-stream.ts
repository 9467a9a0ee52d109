/**
 * The event stream's end in NATS: a JetStream stream to which facts are appended, each once, in the order they are given.
 *
 * Every message names the sequence that must be the stream's last before it, so that the messages of a list form a chain:
 * if one is lost on the way, all behind it are refused, and so are those of another relay that wakes up late. That is
 * also why only the last of a list is acknowledged: it is stored if, and only if, all before it are. By sequences and not
 * by the id of the last message: an empty stream has none, and a server that was started again forgets an old one.
 *
 * After any failure nobody knows how far the list came. Then the ids of the stream's newest messages are read, what is there
 * already is left out, and the next list goes message by message, each with its answer. The server's own window of
 * duplicates is the second guard behind that, not the first: it is two minutes, and a night may pass before a relay returns.
 */

import type { JetStreamApiError, JetStreamClient, JetStreamManager, PubAck, StreamInfo } from '@nats-io/jetstream';
import { AckPolicy, DeliverPolicy, DiscardPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/transport-node';
import type { Event } from '../../storage/event.ts';
import type { NatsConnection } from './nats-connection.ts';

export const EVENT_STREAM = 'poltrona-events';
const SUBJECT = 'poltrona.events';
/** Each message carries its fact's identity, `<screening>.<version>`. */
export const MESSAGE_ID = 'Nats-Msg-Id';

export interface EventStreamOptions {
  /** How many NATS servers keep each event; more than 1 needs a NATS cluster. */
  readonly replicas: number;
  /** The oldest events go when the stream is larger. NATS refuses a stream that its disk cannot hold. */
  readonly bytesMax: number;
  readonly keptMs: number;
  /** How long to wait for NATS's word, milliseconds. */
  readonly answerMs: number;
}

const DAY_MS = 86_400_000;
export const EVENT_STREAM_OPTIONS: EventStreamOptions = {
  replicas: 1,
  bytesMax: 1024 ** 3,
  keptMs: 7 * DAY_MS,
  answerMs: 2_000,
};

const DUPLICATE_WINDOW_MS = 120_000;
/**
 * How far back the newest messages are looked at. What was published and not removed from the outbox is one chunk, at most some
 * thousand facts; two relays that overlapped make it two.
 */
const TAIL_MESSAGES = 16_384;
const NOT_FOUND = 10_059;
const NAME_IN_USE = 10_058;

export function subjectOf(kind: string): string {
  return `${SUBJECT}.${kind}`;
}

export function messageIdOf({ screening, version }: Pick<Event, 'screening' | 'version'>): string {
  return `${screening}.${version}`;
}

export class EventStream {
  readonly #connection: NatsConnection;
  readonly #options: EventStreamOptions;
  readonly #client: JetStreamClient;
  #manager: JetStreamManager | null = null;
  /** The stream's last sequence; null when nobody knows. */
  #last: number | null = null;
  /** Ids of the stream's newest messages when it was last looked at. */
  #stored = new Set<string>();
  /** The last list failed: how far it came is known only as far as we saw. */
  #isCareful = false;

  constructor(connection: NatsConnection, options: Partial<EventStreamOptions> = {}) {
    this.#connection = connection;
    this.#options = { ...EVENT_STREAM_OPTIONS, ...options };
    this.#client = jetstream(connection, { timeout: this.#options.answerMs });
  }

  /**
   * Appends the events that are not in the stream yet, in their order; resolves when all are. Rejects when that is not
   * certain: the same list is then to be given again, perhaps by somebody else. What was appended may only be given again
   * after `forgetPosition`.
   */
  async publish(events: readonly Event[]): Promise<void> {
    try {
      const last = this.#last ?? (await this.#look());
      const missing = events.filter((event) => !this.#stored.has(messageIdOf(event)));
      if (this.#isCareful) await this.#oneByOne(missing, last);
      else await this.#chained(missing, last);
      this.#isCareful = false;
    } catch (cause) {
      this.#last = null;
      this.#isCareful = true;
      throw cause;
    }
  }

  /** Whoever stops publishing for a while looks again before going on: others may have gone on meanwhile. */
  forgetPosition(): void {
    this.#last = null;
  }

  async #chained(events: readonly Event[], last: number): Promise<void> {
    const final = events.at(-1);
    if (final === undefined) return;
    let sequence = last;
    for (let index = 0; index < events.length - 1; index++) {
      const event = events[index] as Event;
      const marks = headers();
      marks.set(MESSAGE_ID, messageIdOf(event));
      marks.set('Nats-Expected-Last-Sequence', String(sequence++));
      this.#connection.publish(subjectOf(event.kind), JSON.stringify(event), { headers: marks });
    }
    const answer = await this.#append(final, sequence);
    if (answer.duplicate) throw new Error(`event ${messageIdOf(final)} was in the stream already`);
    this.#last = answer.seq;
  }

  async #oneByOne(events: readonly Event[], last: number): Promise<void> {
    let sequence = last;
    for (const event of events) {
      const answer = await this.#append(event, sequence);
      if (!answer.duplicate) sequence = answer.seq;
      this.#last = sequence;
    }
  }

  #append(event: Event, lastSequence: number): Promise<PubAck> {
    return this.#client.publish(subjectOf(event.kind), JSON.stringify(event), {
      msgID: messageIdOf(event),
      expect: { lastSequence, streamName: EVENT_STREAM },
      timeout: this.#options.answerMs,
    });
  }

  /** Where the stream is, and what its newest messages are. Makes the stream when it is missing. */
  async #look(): Promise<number> {
    const manager = await this.#managerNow();
    const { state } = await this.#ensure(manager);
    const stored = new Set<string>();
    let last = state.last_seq;
    if (state.messages > 0) {
      last = await this.#readTail(manager, Math.max(state.first_seq, last - TAIL_MESSAGES + 1), last, stored);
    }
    this.#stored = stored;
    this.#last = last;
    return last;
  }

  async #readTail(manager: JetStreamManager, from: number, to: number, stored: Set<string>): Promise<number> {
    const { name } = await manager.consumers.add(EVENT_STREAM, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      headers_only: true,
      mem_storage: true,
      inactive_threshold: nanos(30_000),
    });
    const consumer = await this.#client.consumers.get(EVENT_STREAM, name);
    let last = to;
    const messages = await consumer.fetch({ max_messages: TAIL_MESSAGES, expires: this.#options.answerMs });
    let isComplete = false;
    for await (const message of messages) {
      const id = message.headers?.get(MESSAGE_ID) ?? '';
      if (id !== '') stored.add(id);
      last = Math.max(last, message.seq);
      if (message.seq >= to && message.info.pending === 0) {
        isComplete = true;
        break;
      }
    }
    await manager.consumers.delete(EVENT_STREAM, name);
    if (!isComplete) throw new Error(`the newest ${to - from + 1} events could not be read in time`);
    return last;
  }

  async #managerNow(): Promise<JetStreamManager> {
    this.#manager ??= await jetstreamManager(this.#connection, { timeout: this.#options.answerMs });
    return this.#manager;
  }

  async #ensure(manager: JetStreamManager): Promise<StreamInfo> {
    try {
      return await manager.streams.info(EVENT_STREAM);
    } catch (cause) {
      if ((cause as Partial<JetStreamApiError>).code !== NOT_FOUND) throw cause;
    }
    try {
      return await manager.streams.add({
        name: EVENT_STREAM,
        subjects: [`${SUBJECT}.>`],
        description: 'What happened at Poltrona, screening by screening',
        num_replicas: this.#options.replicas,
        max_bytes: this.#options.bytesMax,
        max_age: nanos(this.#options.keptMs),
        discard: DiscardPolicy.Old,
        duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      });
    } catch (cause) {
      // Somebody was quicker.
      if ((cause as Partial<JetStreamApiError>).code !== NAME_IN_USE) throw cause;
      return manager.streams.info(EVENT_STREAM);
    }
  }
}
