/**
 * A purchase that was sent and has not ended, kept where a reload, a closed tab and the tab beside find it: then the same is
 * asked again, with the same request id. Nothing of the person is in it. One for each screening, each at most a day old:
 * what is older has long been decided, and stands among the tickets.
 */
import type { Purchase, PurchaseLine } from './purchase.ts';

/** localStorage, as far as it is needed. May throw on every call: it is switched off, or full. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const PREFIX = 'poltrona.purchase.';
const KEPT_MS = 86_400_000;

interface Kept {
  readonly visitor: string;
  readonly atMs: number;
  readonly purchase: Purchase;
}

export class PurchaseMemory {
  readonly #shelf: Shelf;
  readonly #nowMs: () => number;

  /** `nowMs`: since 1970, since it outlives the page. */
  constructor(shelf: Shelf, nowMs: () => number) {
    this.#shelf = shelf;
    this.#nowMs = nowMs;
  }

  /** `visitor`: whose it is; somebody else at this device must not ask it again. False: it could not be kept. */
  keep(purchase: Purchase, visitor: string): boolean {
    this.#dropOld();
    const kept: Kept = { visitor, atMs: this.#nowMs(), purchase };
    try {
      this.#shelf.setItem(keyOf(purchase.screening), JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  }

  /** Null: there is none, it is another visitor's, or what is written there is none of ours. */
  find(screening: number, visitor: string): Purchase | null {
    const kept = this.#read(keyOf(screening));
    if (kept === null || kept.visitor !== visitor || kept.purchase.screening !== screening) return null;
    return this.#nowMs() - kept.atMs > KEPT_MS ? null : kept.purchase;
  }

  /** It has ended. What another tab has begun meanwhile stays. */
  drop({ screening, requestId }: Purchase): void {
    if (this.#read(keyOf(screening))?.purchase.requestId !== requestId) return;
    this.#remove(keyOf(screening));
  }

  #dropOld(): void {
    for (const key of this.#keys()) {
      const kept = this.#read(key);
      if (kept === null || this.#nowMs() - kept.atMs > KEPT_MS) this.#remove(key);
    }
  }

  #keys(): string[] {
    try {
      const keys = Array.from({ length: this.#shelf.length }, (_, index) => this.#shelf.key(index) ?? '');
      return keys.filter((key) => key.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  #read(key: string): Kept | null {
    try {
      return keptOf(JSON.parse(this.#shelf.getItem(key) ?? 'null'));
    } catch {
      return null;
    }
  }

  #remove(key: string): void {
    try {
      this.#shelf.removeItem(key);
    } catch {
      // Then it is found once more, and answered as before.
    }
  }
}

/** Under which name a screening's purchase is kept: what a tab hears of when another one writes. */
export function keyOf(screening: number): string {
  return PREFIX + screening;
}

/** Null for anything that an older page, a newer one or somebody's hand has left there. */
function keptOf(value: unknown): Kept | null {
  if (!isObject(value) || !isObject(value['purchase'])) return null;
  const { visitor, atMs, purchase } = value;
  const { requestId, screening, hold, lines, method, detail, expectedCents } = purchase;
  if (typeof visitor !== 'string' || !isWhole(atMs)) return null;
  if (typeof requestId !== 'string' || !/^[\w-]{16,36}$/.test(requestId)) return null;
  if (!isWhole(screening) || !isWhole(hold) || !isWhole(expectedCents)) return null;
  if (typeof method !== 'string' || typeof detail !== 'string' || !Array.isArray(lines) || lines.length === 0)
    return null;
  const checked: PurchaseLine[] = [];
  for (const line of lines as unknown[]) {
    if (!isObject(line)) return null;
    const { seat, type, category } = line;
    if (!isWhole(seat) || !isWhole(type) || !isWhole(category)) return null;
    checked.push({ seat, type, category });
  }
  return { visitor, atMs, purchase: { requestId, screening, hold, lines: checked, method, detail, expectedCents } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
