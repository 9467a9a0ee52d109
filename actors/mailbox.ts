/**
 * A bounded queue, first in, first out: where commands wait while their screening is loaded. At the bound `push`
 * says no and the sender is answered "busy", because a queue without an end is an outage that has not been
 * noticed yet. A ring that doubles: `Array.shift` of a long array moves every element.
 */
const FIRST_ROOM = 8;

export class Mailbox<Item> {
  readonly #max: number;
  #ring: (Item | undefined)[];
  #head = 0;
  #length = 0;

  /** `max`: most items waiting, at least 1. */
  constructor(max: number) {
    this.#max = max;
    this.#ring = new Array<Item | undefined>(Math.min(FIRST_ROOM, max));
  }

  get length(): number {
    return this.#length;
  }

  /** False, and nothing done, when the mailbox is full. */
  push(item: Item): boolean {
    if (this.#length === this.#max) return false;
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) % this.#ring.length] = item;
    this.#length++;
    return true;
  }

  /** The oldest item, which stays; undefined when there is none. */
  peek(): Item | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head];
  }

  /** The oldest item; undefined when there is none. */
  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    // So that a handed-out item is not kept alive by the ring.
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#length--;
    return item;
  }

  #grow(): void {
    const room = Math.min(this.#ring.length * 2, this.#max);
    const ring = new Array<Item | undefined>(room);
    for (let index = 0; index < this.#length; index++)
      ring[index] = this.#ring[(this.#head + index) % this.#ring.length];
    this.#ring = ring;
    this.#head = 0;
  }
}
