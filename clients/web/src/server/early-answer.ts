/**
 * The answer that index.html asked for before any script of ours was there. It is taken once, by the first question with just
 * that address; whoever asks something else asks for himself, and so does everybody when the early question failed.
 */

export interface EarlyAnswer {
  /** "/api/search?date=2026-12-24&limit=60" */
  readonly address: string;
  readonly answer: Promise<Response>;
}

/** A `fetch` that takes `early` where it fits. Null: there is none. */
export function fetchWithEarly(early: EarlyAnswer | null, plain: typeof fetch): typeof fetch {
  let waiting = early;
  return async (input, init) => {
    if (waiting === null || input !== waiting.address || (init?.method ?? 'GET') !== 'GET') return plain(input, init);
    const { answer } = waiting;
    waiting = null;
    // Somebody who no longer wants it stops waiting; the question itself is under way anyway.
    const { signal } = init ?? {};
    const stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const early = await Promise.race([answer.catch(() => null), stopped]);
    return early?.ok === true ? early : plain(input, init);
  };
}

/** What index.html has left for us. */
export function earlyAnswer(): EarlyAnswer | null {
  return (globalThis as { poltronaEarly?: EarlyAnswer }).poltronaEarly ?? null;
}
