/**
 * This node's own lease: written anew four times in the span for which it holds, each time only over what this node
 * wrote last. It counts from the moment of sending, less a tenth for clocks that run at different speeds: others, who count
 * from the moment of hearing, find the node dead later than it finds itself so.
 *
 * The bucket may lose the key, or come back from an old copy, and an acknowledgement may be lost: then what is
 * there is read, and written over. No harm can come of it, since nobody else writes this key.
 */
import { type ClusterTime, within } from './cluster-time.ts';
import { type LeaseStore, WrongRevision } from './lease-store.ts';
import { readRecord } from './node-record.ts';

/** Of the lease: less would make a node with a slow NATS lapse without need. */
const VALID_PART = 0.9;
const RENEWALS_PER_LEASE = 4;
/** Of the lease. Two of them and the pauses between fit into what is left after a renewal that was lost. */
const DEADLINE_PART = 0.25;
/** Of the lease, after a failure. */
const RETRY_PART = 1 / 16;
/** Corrections of the revision in a row; each is followed by another attempt. */
const CORRECTIONS_MAX = 3;

export interface LeasePorts extends ClusterTime {
  readonly leases: LeaseStore;
  /** What to write. */
  record(clockMs: number): string;
  /** It holds until then at least; what was written was sent at `sentMs`. */
  renewed(untilMs: number, sentMs: number): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

export class Lease {
  readonly #node: string;
  readonly #leaseMs: number;
  readonly #ports: LeasePorts;
  #revision = 0;
  #isUnderWay = false;
  #isWantedAgain = false;
  #isStopped = false;
  #isFailing = false;
  #callOff: () => void = () => {};
  #idle: (() => void)[] = [];

  constructor(node: string, leaseMs: number, ports: LeasePorts) {
    this.#node = node;
    this.#leaseMs = leaseMs;
    this.#ports = ports;
  }

  /** Writes the record now, or right after the write that is under way; from then on it goes on by itself. */
  renew(): void {
    if (this.#isStopped) return;
    if (this.#isUnderWay) this.#isWantedAgain = true;
    else void this.#run();
  }

  /** No more renewals, and the key is deleted. Rejects when it could not be: then it runs out by itself. */
  async end(): Promise<void> {
    this.#isStopped = true;
    this.#callOff();
    if (this.#isUnderWay) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#within('deleting the lease', this.#ports.leases.delete(this.#node));
  }

  async #run(): Promise<void> {
    this.#callOff();
    this.#isUnderWay = true;
    let isWritten = false;
    do {
      this.#isWantedAgain = false;
      isWritten = await this.#attempt();
    } while (this.#isWantedAgain && isWritten && !this.#isStopped);
    this.#isUnderWay = false;
    for (const resolve of this.#idle.splice(0)) resolve();
    if (this.#isStopped) return;
    const pauseMs = isWritten ? this.#leaseMs / RENEWALS_PER_LEASE : this.#leaseMs * RETRY_PART;
    this.#callOff = this.#ports.after(pauseMs, () => this.renew());
  }

  async #attempt(): Promise<boolean> {
    try {
      for (let corrections = 0; ; corrections++) {
        try {
          await this.#write();
          break;
        } catch (cause) {
          if (!(cause instanceof WrongRevision) || corrections === CORRECTIONS_MAX) throw cause;
          await this.#correct();
        }
      }
      if (this.#isFailing) this.#ports.log('info', 'the lease is renewed again', {});
      this.#isFailing = false;
      return true;
    } catch (cause) {
      if (!this.#isFailing) this.#ports.log('warn', 'the lease could not be renewed; trying again', { cause });
      this.#isFailing = true;
      return false;
    }
  }

  async #write(): Promise<void> {
    const sentMs = this.#ports.monotonicMs();
    const write = this.#ports.leases.write(this.#node, this.#ports.record(sentMs), this.#revision);
    // An answer that comes late proves all the same that the record was stored.
    this.#revision = await this.#within('renewing the lease', write, () => this.#stored(sentMs));
    this.#stored(sentMs);
  }

  /** The key is not as we left it. */
  async #correct(): Promise<void> {
    const stored = await this.#within('reading the own lease', this.#ports.leases.get(this.#node));
    const before = this.#revision;
    this.#revision = stored?.revision ?? 0;
    const record = stored?.text == null ? null : readRecord(stored.text);
    if (record?.node === this.#node) this.#stored(record.clockMs);
    else if (before !== 0) this.#ports.log('warn', 'the own lease was not there any more; writing it anew', {});
  }

  #stored(sentMs: number): void {
    if (!this.#isStopped) this.#ports.renewed(sentMs + this.#leaseMs * VALID_PART, sentMs);
  }

  #within<Result>(what: string, work: Promise<Result>, late?: (result: Result) => void): Promise<Result> {
    return within(this.#ports, this.#leaseMs * DEADLINE_PART, what, work, late);
  }
}
