/** The catalogue for pages: one for all of them, so that what one page knows the next one shows at once. */
import { DestroyRef, Injectable, inject, type Signal, signal } from '@angular/core';
import { CatalogueApi, type SearchQuery } from '../../../sdk/api/catalogue-api.ts';
import { Server } from '../server/server.ts';
import { type FeedState, ProgrammeFeed } from './programme-feed.ts';

@Injectable({ providedIn: 'root' })
export class Catalogue {
  readonly api = new CatalogueApi(inject(Server).api);
}

/** A question that is kept up to date as long as the page lives and is looked at. */
export interface LiveProgramme {
  readonly state: Signal<FeedState>;
  /** The clock of the device when what is shown was last known to be right, milliseconds since 1970. */
  readonly freshAtMs: Signal<number>;
  ask(query: SearchQuery): void;
  more(): void;
  refresh(): void;
}

/** To be called where `inject` may be. `onWake`: the page is looked at again. */
export function useLiveProgramme(onWake: () => void): LiveProgramme {
  const { api } = inject(Catalogue);
  const state = signal<FeedState>({ is: 'loading', before: [] });
  const freshAtMs = signal(Date.now());
  const feed = new ProgrammeFeed({
    search: async (query, asking) => {
      const answer = await api.search(query, asking);
      freshAtMs.set(Date.now());
      return answer;
    },
    kept: (query) => api.keptSearch(query),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    isVisible: () => document.visibilityState === 'visible',
    onState: (now) => state.set(now),
  });
  const wake = (): void => {
    if (document.visibilityState !== 'visible') return;
    onWake();
    feed.refresh();
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  inject(DestroyRef).onDestroy(() => {
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('online', wake);
    feed.close();
  });
  return {
    state: state.asReadonly(),
    freshAtMs: freshAtMs.asReadonly(),
    ask: (query) => feed.ask(query),
    more: () => feed.more(),
    refresh: () => feed.refresh(),
  };
}
