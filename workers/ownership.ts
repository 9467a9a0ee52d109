/**
 * Who owns which shard, as a thread sees it. Ownership decides who tries; only the journal's key decides who
 * commits. With one node every shard is ours, and being deposed means that another process believes the
 * same: a new epoch is allocated and we go on, safely and slowly. With several nodes ownership comes and goes
 * (workers/cluster/cluster-ownership.ts).
 */
export interface Ownership {
  /** Our epoch of the shard; null while we do not have it or may not serve it: asked before every decision. */
  epochOf(shard: number): number | null;
  /** Somebody has written to this shard with another epoch: get a newer one, or give the shard up. Never rejects; repeated calls while one is under way join it. */
  deposed(shard: number, seenEpoch: number): Promise<void>;
}

/** One node alone: epochs come from PostgreSQL, and there is nobody to hand over to. */
export class SoleOwnership implements Ownership {
  readonly #epochs: Map<number, number>;
  readonly #allocate: (shard: number) => Promise<number>;
  readonly #onError: (cause: unknown) => void;
  readonly #underWay = new Map<number, Promise<void>>();

  constructor(
    epochs: ReadonlyMap<number, number>,
    allocate: (shard: number) => Promise<number>,
    onError: (cause: unknown) => void,
  ) {
    this.#epochs = new Map(epochs);
    this.#allocate = allocate;
    this.#onError = onError;
  }

  epochOf(shard: number): number | null {
    return this.#epochs.get(shard) ?? null;
  }

  deposed(shard: number, seenEpoch: number): Promise<void> {
    const epoch = this.#epochs.get(shard);
    if (epoch !== undefined && epoch > seenEpoch) return Promise.resolve();
    const underWay = this.#underWay.get(shard);
    if (underWay !== undefined) return underWay;
    const renewal = this.#allocate(shard)
      .then((newer) => {
        this.#epochs.set(shard, newer);
      })
      .catch(this.#onError)
      .finally(() => this.#underWay.delete(shard));
    this.#underWay.set(shard, renewal);
    return renewal;
  }
}
