/** Who is there, for an operator's tool: it reads the leases and leaves everything as it is, a missing bucket too. */
import { type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from './nats-connection.ts';
import { LEASE_STREAM, LEASE_SUBJECT_PREFIX } from './nats-lease-store.ts';
import { type NodeRecord, readRecord } from './node-record.ts';

/** Of all nodes with a lease, by name. Rejects when NATS, or its JetStream, does not answer. */
export async function listNodes(connection: NatsConnection, timeoutMs: number): Promise<NodeRecord[]> {
  const manager = await jetstreamManager(connection, { timeout: timeoutMs });
  const subjects = await subjectsOf(manager);
  const stored = await Promise.all(
    subjects.map((subject) => manager.streams.getMessage(LEASE_STREAM, { last_by_subj: subject })),
  );
  return stored
    .flatMap((message) => recordOf(message) ?? [])
    .sort((one, other) => one.name.localeCompare(other.name) || one.startedMs - other.startedMs);
}

async function subjectsOf(manager: JetStreamManager): Promise<string[]> {
  try {
    const { state } = await manager.streams.info(LEASE_STREAM, { subjects_filter: `${LEASE_SUBJECT_PREFIX}*` });
    return Object.keys(state.subjects ?? {});
  } catch (cause) {
    // There never was a node.
    if (cause instanceof Error && cause.message === 'stream not found') return [];
    throw cause;
  }
}

/** Null for one that left, or ran out while the others were read. */
function recordOf(message: StoredMsg | null): NodeRecord | null {
  return message === null || message.data.length === 0 ? null : readRecord(new TextDecoder().decode(message.data));
}
