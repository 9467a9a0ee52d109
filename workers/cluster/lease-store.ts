/**
 * Where nodes keep their leases: one key for each node, written by that node alone and read by all. A port, so that
 * membership can be tested without NATS and without real time; `nats-lease-store.ts` is what runs.
 *
 * Any call may reject, or never settle: whoever calls has deadlines of its own.
 */

/** The key is not at the revision that the write expected. Somebody else wrote it, or an answer to a write of ours was lost. */
export class WrongRevision extends Error {
  constructor() {
    super('the lease is not at the expected revision');
    this.name = 'WrongRevision';
  }
}

export interface StoredLease {
  readonly revision: number;
  /** Null: deleted, by the node when it left. */
  readonly text: string | null;
}

/** `text` null: the key was deleted. */
export type LeaseHeard = (node: string, text: string | null) => void;

export interface LeaseStore {
  /** Writes the node's key if it is still at `revision` (0: if there is none). @returns its new revision. @throws WrongRevision */
  write(node: string, text: string, revision: number): Promise<number>;
  delete(node: string): Promise<void>;
  /** As the store has it at this moment, never a copy; null when there is no such key. */
  get(node: string): Promise<StoredLease | null>;
  /** The ids of all nodes that have a key; deleted ones may be among them. */
  list(): Promise<readonly string[]>;
  /** Tells of every write and deletion that is heard from now on; may miss some. @returns what ends it. */
  watch(heard: LeaseHeard): () => void;
}
