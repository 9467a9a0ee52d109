/**
 * The way of "seats left" from the thread that owns a screening to every thread of every node. A thread gathers what its
 * actors committed for 200 ms, the last number of each screening, and hands it to the main thread; that one hands it to all
 * threads and publishes it to the other nodes.
 *
 * Messages between threads do not get lost, those between nodes may. So a node says each number again for half a minute;
 * what is missed for longer is corrected by the count of the tickets that goes round every ten minutes. Until then a
 * list may show a few seats too many or too few; whether a seat is free is for its owner to say.
 */
import { decodeSeatsLeft, ENTRIES_MAX, encodeSeatsLeft } from './seats-left-codec.ts';

/** Later than this nobody sees a seat go, milliseconds. */
const GATHER_MS = 200;
/** Screenings gathered; at the bound they are sent at once. */
const GATHERED_MAX = 4_096;
const REPEAT_EVERY_MS = 10_000;
const REPEATED_FOR_MS = 30_000;
/** Screenings whose number is said again; at the bound the one told longest ago is left out, and waits for the count. */
const REPEATED_MAX = 20_000;

/** Runs `callback` after so many milliseconds; the result takes that back. */
type After = (delayMs: number, callback: () => void) => () => void;

export interface SeatsLeftTellerPorts {
  /** To the main thread. */
  tell(bytes: Uint8Array): void;
  readonly after: After;
}

/** On the thread of the owner. */
export class SeatsLeftTeller {
  readonly #ports: SeatsLeftTellerPorts;
  readonly #gathered = new Map<number, number>();
  #cancel: (() => void) | null = null;

  constructor(ports: SeatsLeftTellerPorts) {
    this.#ports = ports;
  }

  /** After a commit: the free seats of a screening. */
  changed(screening: number, free: number): void {
    this.#gathered.set(screening, free);
    if (this.#gathered.size >= GATHERED_MAX) this.flush();
    else this.#cancel ??= this.#ports.after(GATHER_MS, () => this.flush());
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#gathered.size === 0) return;
    const bytes = encodeSeatsLeft([...this.#gathered]);
    this.#gathered.clear();
    this.#ports.tell(bytes);
  }
}

export interface SeatsLeftHubPorts {
  /** To all threads of this node. */
  toThreads(bytes: Uint8Array): void;
  /** To the other nodes; null: there are none. Must not throw: what gets lost is said again. */
  readonly publish: ((bytes: Uint8Array) => void) | null;
  nowMs(): number;
  readonly after: After;
}

/** On the main thread. */
export class SeatsLeftHub {
  readonly #ports: SeatsLeftHubPorts;
  /** What this node told last, the oldest first. Only with other nodes. */
  readonly #told = new Map<number, { readonly left: number; readonly atMs: number }>();
  #cancel: (() => void) | null = null;

  constructor(ports: SeatsLeftHubPorts) {
    this.#ports = ports;
  }

  /** From one of our threads. */
  fromThread(bytes: Uint8Array): void {
    this.#ports.toThreads(bytes);
    if (this.#ports.publish === null) return;
    this.#ports.publish(bytes);
    const atMs = this.#ports.nowMs();
    for (const [screening, left] of decodeSeatsLeft(bytes) ?? []) {
      this.#told.delete(screening);
      this.#told.set(screening, { left, atMs });
    }
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= REPEATED_MAX) break;
      this.#told.delete(oldest);
    }
    this.#cancel ??= this.#ports.after(REPEAT_EVERY_MS, () => this.#repeat());
  }

  /** From another node. Returns whether the bytes made sense. */
  heard(bytes: Uint8Array): boolean {
    const seats = decodeSeatsLeft(bytes);
    if (seats === null) return false;
    // It is theirs now: what we said of it is old, and must not be said again.
    for (const [screening] of seats) this.#told.delete(screening);
    this.#ports.toThreads(bytes);
    return true;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #repeat(): void {
    this.#cancel = null;
    const sinceMs = this.#ports.nowMs() - REPEATED_FOR_MS;
    for (const [screening, { atMs }] of this.#told) if (atMs < sinceMs) this.#told.delete(screening);
    if (this.#told.size === 0) return;
    const all = [...this.#told].map(([screening, { left }]) => [screening, left] as const);
    for (let from = 0; from < all.length; from += ENTRIES_MAX)
      this.#ports.publish?.(encodeSeatsLeft(all.slice(from, from + ENTRIES_MAX)));
    this.#cancel = this.#ports.after(REPEAT_EVERY_MS, () => this.#repeat());
  }
}
