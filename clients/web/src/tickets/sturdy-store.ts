/**
 * A store that never fails its reader: what the device's store refuses (it is full, its server is lost, it is switched off) lasts
 * as long as the page, and is made up for as soon as the device works again. What was to leave the device never comes back to
 * the page, also where the device could not be told yet.
 */
import type { KeptOrder, OrderStore } from './kept-orders.ts';

export class SturdyOrderStore implements OrderStore {
  readonly #device: OrderStore;
  readonly #failed: (cause: unknown) => void;
  /** As last read, and what was written since. */
  #known = new Map<string, KeptOrder>();
  /** What the device does not know yet. */
  #unwritten = new Map<string, KeptOrder>();
  #unremoved = new Set<string>();
  #isUncleared = false;
  /** Goes up with each change: what was read before is not what there is. */
  #generation = 0;

  /** @param failed told of each failure. */
  constructor(device: OrderStore, failed: (cause: unknown) => void) {
    this.#device = device;
    this.#failed = failed;
  }

  /** Something lasts only as long as the page. */
  get owes(): boolean {
    return this.#unwritten.size > 0;
  }

  async all(): Promise<readonly KeptOrder[]> {
    await this.#makeUp();
    // Else what it has is what should have gone.
    if (!this.#isUncleared) {
      const generation = this.#generation;
      try {
        const all = await this.#device.all();
        if (generation !== this.#generation) return this.all();
        this.#known = new Map(all.filter(({ id }) => !this.#unremoved.has(id)).map((kept) => [kept.id, kept]));
        for (const [id, kept] of this.#unwritten) this.#known.set(id, kept);
      } catch (cause) {
        this.#failed(cause);
      }
    }
    return [...this.#known.values()];
  }

  async put(orders: readonly KeptOrder[]): Promise<void> {
    this.#generation++;
    for (const kept of orders) {
      this.#known.set(kept.id, kept);
      this.#unwritten.set(kept.id, kept);
      this.#unremoved.delete(kept.id);
    }
    await this.#makeUp();
  }

  async remove(ids: readonly string[]): Promise<void> {
    this.#generation++;
    for (const id of ids) {
      this.#known.delete(id);
      this.#unwritten.delete(id);
      this.#unremoved.add(id);
    }
    await this.#makeUp();
  }

  async clear(): Promise<void> {
    this.forget();
    this.#unremoved.clear();
    this.#isUncleared = true;
    await this.#makeUp();
  }

  /** Another tab has taken orders from the device: what only this page has of them is not read again. */
  forget(): void {
    this.#generation++;
    this.#known.clear();
    this.#unwritten.clear();
  }

  /** One after the other; what fails is tried again at the next use. */
  async #makeUp(): Promise<void> {
    try {
      if (this.#isUncleared) {
        await this.#device.clear();
        this.#isUncleared = false;
      }
      const gone = [...this.#unremoved];
      if (gone.length > 0) await this.#device.remove(gone);
      for (const id of gone) this.#unremoved.delete(id);
      const written = [...this.#unwritten.values()];
      if (written.length > 0) await this.#device.put(written);
      for (const kept of written) if (this.#unwritten.get(kept.id) === kept) this.#unwritten.delete(kept.id);
    } catch (cause) {
      this.#failed(cause);
    }
  }
}
