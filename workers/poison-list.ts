/**
 * Commands that stopped an actor: the same one again is refused, so that a client's retry does not become a crash
 * loop. Bounded; the oldest is forgotten first, and would then stop its actor once more, which costs a reload.
 */
const POISON_MAX = 1_000;

export class PoisonList {
  readonly #keys = new Set<string>();

  get size(): number {
    return this.#keys.size;
  }

  add(screening: number, requestId: string): void {
    // System commands have no request id; they are not refused, the actor's rests grow longer instead.
    if (requestId === '') return;
    this.#keys.add(`${screening} ${requestId}`);
    if (this.#keys.size > POISON_MAX) {
      for (const oldest of this.#keys) {
        this.#keys.delete(oldest);
        break;
      }
    }
  }

  has(screening: number, requestId: string): boolean {
    return this.#keys.has(`${screening} ${requestId}`);
  }
}
