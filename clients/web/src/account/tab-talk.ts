/**
 * What the tabs of one browser tell each other about who is here: whoever signs out in one has signed out in all, and no other
 * tab goes on showing his tickets. Only the kind of news travels; each tab asks for itself what there is now.
 */

/**
 * who: somebody else is here. signed-out: nobody is, and all tickets leave the device. kept: orders on the device are newer, or
 * more. dropped: some have left it.
 */
export type TabNews = 'who' | 'signed-out' | 'kept' | 'dropped';

const NEWS: readonly TabNews[] = ['who', 'signed-out', 'kept', 'dropped'];

export class TabTalk {
  /** Null where the browser has none: then each tab learns it from the server's next answer. */
  readonly #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('poltrona.who');
  readonly #listeners = new Set<(news: TabNews) => void>();

  constructor() {
    if (this.#channel === null) return;
    this.#channel.onmessage = ({ data }) => {
      // A tab of a newer build may know more than this one.
      const news = NEWS.find((known) => known === data);
      if (news !== undefined) for (const listener of this.#listeners) listener(news);
    };
  }

  /** To all other tabs, not to this one. */
  tell(news: TabNews): void {
    this.#channel?.postMessage(news);
  }

  hear(listener: (news: TabNews) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#channel?.close();
  }
}
