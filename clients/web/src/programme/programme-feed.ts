/**
 * One question to the search, kept up to date as long as somebody looks: asked, then asked again every few seconds with the
 * ETags of the answers, not at all while the page is hidden. A new question lets go of the one before: its answer, should it
 * still come, is not shown. What is on the screen stays there until something better is known; when the line is lost it is
 * marked as old and not taken away.
 */

import type { SearchAnswer, SearchQuery } from '../../../sdk/api/catalogue-api.ts';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';

export type FeedState =
  /** `before`: the pages of the question before, to be drawn quietly meanwhile; none at the beginning. */
  | { readonly is: 'loading'; readonly before: readonly SearchAnswer[] }
  | {
      readonly is: 'shown';
      readonly pages: readonly SearchAnswer[];
      /** The server could not be reached since: seats left may be others. */
      readonly isStale: boolean;
      /** Another page is on its way. */
      readonly isGrowing: boolean;
    }
  /** unreachable: no answer came. refused: the question makes no sense to the server. broken: it has troubles of its own. */
  | { readonly is: 'failed'; readonly why: 'unreachable' | 'refused' | 'broken' };

export interface FeedPorts {
  search(query: SearchQuery, asking: { readonly signal: AbortSignal }): Promise<SearchAnswer>;
  /** The answer of last time, if it is still known. */
  kept(query: SearchQuery): SearchAnswer | null;
  after(ms: number, run: () => void): () => void;
  isVisible(): boolean;
  onState(state: FeedState): void;
}

/** Seats left are a second old at the server; a list that changed more often would be looked at less calmly. */
const AGAIN_AFTER_MS = 5_000;
/** After that many pages nobody compares seats left any more, and each costs a question every five seconds. */
const PAGES_MAX = 10;

export class ProgrammeFeed {
  readonly #ports: FeedPorts;
  #query: SearchQuery | null = null;
  #pagesWanted = 1;
  #state: FeedState = { is: 'loading', before: [] };
  #asking: AbortController | null = null;
  #cancelNext: (() => void) | null = null;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }

  /** Another question. */
  ask(query: SearchQuery): void {
    const kept = this.#ports.kept(query);
    const before =
      this.#state.is === 'shown' ? this.#state.pages : this.#state.is === 'loading' ? this.#state.before : [];
    this.#query = query;
    this.#pagesWanted = 1;
    this.#show(
      kept === null ? { is: 'loading', before } : { is: 'shown', pages: [kept], isStale: false, isGrowing: false },
    );
    void this.#round();
  }

  /** One page more, if there is one. */
  more(): void {
    if (this.#state.is !== 'shown' || !hasMore(this.#state.pages)) return;
    this.#pagesWanted = this.#state.pages.length + 1;
    this.#show({ ...this.#state, isGrowing: true });
    void this.#round();
  }

  /** The page is looked at again, the line is back, or somebody asked to try again. */
  refresh(): void {
    if (this.#query === null || this.#asking !== null) return;
    if (this.#state.is === 'failed') this.#show({ is: 'loading', before: [] });
    void this.#round();
  }

  close(): void {
    this.#query = null;
    this.#letGo();
  }

  async #round(): Promise<void> {
    this.#letGo();
    const query = this.#query;
    if (query === null) return;
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const pages = await this.#pages(query, asking.signal);
      if (this.#asking !== asking) return;
      this.#shown(pages);
    } catch (cause) {
      if (this.#asking !== asking) return;
      this.#failed(cause);
    }
    this.#asking = null;
    this.#cancelNext = this.#ports.after(AGAIN_AFTER_MS, () => {
      this.#cancelNext = null;
      // Whoever comes back asks by `refresh`.
      if (this.#ports.isVisible() && !this.#isRefused()) void this.#round();
    });
  }

  async #pages(query: SearchQuery, signal: AbortSignal): Promise<readonly SearchAnswer[]> {
    const pages: SearchAnswer[] = [];
    let after: string | undefined;
    do {
      const page: SearchAnswer = await this.#ports.search({ ...query, after }, { signal });
      pages.push(page);
      after = page.next ?? undefined;
    } while (after !== undefined && pages.length < this.#pagesWanted);
    return pages;
  }

  #shown(pages: readonly SearchAnswer[]): void {
    const isSame = this.#state.is === 'shown' && isAlike(this.#state, pages);
    if (!isSame) this.#show({ is: 'shown', pages, isStale: false, isGrowing: false });
  }

  #failed(cause: unknown): void {
    const isRefused = cause instanceof ApiProblem && cause.status < 500 && cause.status !== 429;
    if (this.#state.is === 'shown' && !isRefused) {
      // The page that should have come is not asked for by itself for ever.
      this.#pagesWanted = this.#state.pages.length;
      this.#show({ ...this.#state, isStale: true, isGrowing: false });
      return;
    }
    this.#show({
      is: 'failed',
      why: cause instanceof ApiUnreachable ? 'unreachable' : isRefused ? 'refused' : 'broken',
    });
  }

  #isRefused(): boolean {
    return this.#state.is === 'failed' && this.#state.why === 'refused';
  }

  #letGo(): void {
    this.#asking?.abort();
    this.#asking = null;
    this.#cancelNext?.();
    this.#cancelNext = null;
  }

  #show(state: FeedState): void {
    this.#state = state;
    this.#ports.onState(state);
  }
}

/** Whether there is another page, and may be. */
export function hasMore(pages: readonly SearchAnswer[]): boolean {
  return pages.length < PAGES_MAX && (pages.at(-1)?.next ?? null) !== null;
}

/** Whether drawing it would draw the same: an answer that did not change is the same object. */
function isAlike(state: Extract<FeedState, { is: 'shown' }>, pages: readonly SearchAnswer[]): boolean {
  if (state.isStale || state.isGrowing || pages.length !== state.pages.length) return false;
  return pages.every((page, at) => page === state.pages[at]);
}
