/**
 * Leases in a key-value bucket of JetStream. The bucket may be deleted under our feet: it is made again by whoever
 * writes next. Keys live as long as a lease (the bucket's `ttl`; `update` of a key takes no time to live of its own), and
 * are read from the stream's leader, never from a replica that may lag behind.
 *
 * Writes are heard on the bucket's subjects themselves, as plain messages: a JetStream consumer would die
 * with the stream, and would have to be noticed and made again. A write that JetStream then refuses is heard too. That
 * does no harm: it is what its node believes, said by the node itself, which is all that a listener makes of it.
 */
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type LeaseHeard, type LeaseStore, type StoredLease, WrongRevision } from './lease-store.ts';
import type { NatsConnection } from './nats-connection.ts';

export interface NatsLeaseStoreOptions {
  readonly leaseMs: number;
  /** Of the stream, when it is made: 1 for one NATS server, 3 for a cluster of three. */
  readonly replicas?: number;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

export const LEASE_BUCKET = 'poltrona-nodes';
export const LEASE_STREAM = `KV_${LEASE_BUCKET}`;
const KEY_PREFIX = 'node.';
export const LEASE_SUBJECT_PREFIX = `$KV.${LEASE_BUCKET}.${KEY_PREFIX}`;
const DELETIONS = new Set(['DEL', 'PURGE']);
const WRONG_LAST_SEQUENCE = new Set([10_071, 10_164]);
const REQUEST_DEADLINE_PART = 0.5;
const NANOSECONDS = 1e6;

/** Asks nothing yet: the bucket is looked for, or made, when it is first needed. */
export function natsLeaseStore(connection: NatsConnection, options: NatsLeaseStoreOptions): LeaseStore {
  return new NatsLeaseStore(connection, options);
}

interface Opened {
  readonly kv: KV;
  readonly manager: JetStreamManager;
}

class NatsLeaseStore implements LeaseStore {
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #options: NatsLeaseStoreOptions;
  /** Null: to be looked for, or made, by the next who needs it. */
  #opening: Promise<Opened> | null = null;

  constructor(connection: NatsConnection, options: NatsLeaseStoreOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#client = jetstream(connection, { timeout: options.leaseMs * REQUEST_DEADLINE_PART });
  }

  async write(node: string, text: string, revision: number): Promise<number> {
    const { kv } = await this.#open();
    try {
      return await kv.put(KEY_PREFIX + node, text, { previousSeq: revision });
    } catch (cause) {
      if (cause instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(cause.code)) throw new WrongRevision();
      return this.#failed(cause);
    }
  }

  async delete(node: string): Promise<void> {
    const { kv } = await this.#open();
    await kv.delete(KEY_PREFIX + node).catch((cause: unknown) => this.#failed(cause));
  }

  async get(node: string): Promise<StoredLease | null> {
    const { kv } = await this.#open();
    const entry = await kv.get(KEY_PREFIX + node).catch((cause: unknown) => this.#failed(cause));
    if (entry === null) return null;
    return { revision: entry.revision, text: DELETIONS.has(entry.operation) ? null : entry.string() };
  }

  async list(): Promise<readonly string[]> {
    const { manager } = await this.#open();
    const { state } = await manager.streams
      .info(LEASE_STREAM, { subjects_filter: `${LEASE_SUBJECT_PREFIX}*` })
      .catch((cause: unknown) => this.#failed(cause));
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(LEASE_SUBJECT_PREFIX.length));
  }

  watch(heard: LeaseHeard): () => void {
    const subscription = this.#connection.subscribe(`${LEASE_SUBJECT_PREFIX}*`, {
      callback: (error, message) => {
        if (error !== null) return;
        const isDeleted = DELETIONS.has(message.headers?.get('KV-Operation') ?? '');
        heard(message.subject.slice(LEASE_SUBJECT_PREFIX.length), isDeleted ? null : message.string());
      },
    });
    return () => subscription.unsubscribe();
  }

  /** Whatever it was: the bucket may be gone. It is looked at again before the next request. */
  #failed(cause: unknown): never {
    this.#opening = null;
    throw cause;
  }

  #open(): Promise<Opened> {
    const opening = this.#opening ?? this.#find();
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    return opening;
  }

  async #find(): Promise<Opened> {
    const { leaseMs, replicas = 1 } = this.#options;
    const manager = await jetstreamManager(this.#connection, { timeout: leaseMs * REQUEST_DEADLINE_PART });
    const kv = await new Kvm(this.#client).create(LEASE_BUCKET, {
      ttl: leaseMs,
      history: 1,
      replicas,
      allow_direct: false,
    });
    // Made by a node with a shorter lease, or by hand: keys must live as long as the longest lease.
    const { config } = await manager.streams.info(LEASE_STREAM);
    if (config.max_age !== 0 && config.max_age < leaseMs * NANOSECONDS) {
      this.#options.log('info', 'the bucket of leases keeps its keys longer from now on', { leaseMs });
      await manager.streams.update(config.name, { max_age: leaseMs * NANOSECONDS });
    }
    return { kv, manager };
  }
}
