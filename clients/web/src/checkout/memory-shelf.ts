/** A shelf that lasts as long as the page: where the browser's own is switched off, and in tests. */
import type { Shelf } from './purchase-memory.ts';

export class MemoryShelf implements Shelf {
  readonly #texts = new Map<string, string>();

  get length(): number {
    return this.#texts.size;
  }

  key(index: number): string | null {
    return [...this.#texts.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  removeItem(key: string): void {
    this.#texts.delete(key);
  }
}

/** The browser's, all tabs' alike; looking at it may already be forbidden. */
export function shelfOfTheBrowser(): Shelf {
  try {
    return localStorage;
  } catch {
    return new MemoryShelf();
  }
}
