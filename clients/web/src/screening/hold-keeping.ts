/**
 * When a choice is given back because its visitor has left, and what several tabs of one browser tell each other about it. The
 * visitor's token is the browser's, so that all its tabs have the same seats; nobody else has.
 *
 * - Within the shop, leaving a screening for another page gives its seats back at once, unless another tab still shows it.
 * - A closed tab cannot be told from a reloaded one at the moment it goes, so that nothing is given back then: a reload
 *   finds its seats. What a closed tab has left behind is given back when this browser comes to any other screening, and
 *   in any case when its time ends.
 */

const KEY = 'poltrona.choosing';

/** A hold that some tab of this browser has begun. */
export interface LeftBehind {
  readonly screening: number;
  readonly hold: number;
}

/** Where the platform has no locks (no HTTPS), each tab thinks that it is the only one. */
const locks: LockManager | undefined = navigator.locks;
const nameOf = (screening: number): string => `poltrona.screening.${screening}`;

/** Says to other tabs that this one shows the screening, until the returned function is called; it resolves when they know. */
export function showing(screening: number): () => Promise<void> {
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const known = locks?.request(nameOf(screening), { mode: 'shared' }, () => left);
  return async () => {
    leave();
    await known;
  };
}

/** Runs it if no tab shows the screening any more. */
export async function whenNobodyShows(screening: number, run: () => Promise<void>): Promise<void> {
  if (locks === undefined) return run();
  await locks.request(nameOf(screening), { ifAvailable: true }, (lock) => (lock === null ? undefined : run()));
}

/** Remembers the hold, or that there is none, for the case that this tab is closed. */
export function remember(screening: number, hold: number | null): void {
  try {
    if (hold !== null) localStorage.setItem(KEY, JSON.stringify({ screening, hold }));
    else if (remembered()?.screening === screening) localStorage.removeItem(KEY);
  } catch {
    // Storage is switched off: the hold runs out by itself.
  }
}

export function remembered(): LeftBehind | null {
  try {
    const { screening, hold } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<LeftBehind>;
    return typeof screening === 'number' && typeof hold === 'number' ? { screening, hold } : null;
  } catch {
    return null;
  }
}

/** Tells the other tabs, and is told by them, that something about a screening's choice has changed. */
export class OtherTabs {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('poltrona.choosing');

  constructor(changed: (screening: number) => void) {
    if (this.#channel !== null) this.#channel.onmessage = ({ data }) => changed(Number(data));
  }

  tell(screening: number): void {
    this.#channel?.postMessage(screening);
  }
}
