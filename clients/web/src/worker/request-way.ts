/**
 * Which way a request of the page goes when a service worker stands in between. Anything that is not plainly a page or a file
 * of the shop goes to the server as if the worker were not there: seats, prices and payments are never answered from memory.
 */

export type RequestWay =
  /** Not touched. */
  | 'server'
  /** A page: from the server, else the page that is kept. */
  | 'page'
  /** A file of this build or of the one before: from what is kept, else from the server. */
  | 'kept';

export interface AskedFor {
  readonly method: string;
  readonly mode: string;
  readonly url: string;
}

/** Addresses that are the server's own, also when somebody types them into the browser. */
const SERVER = /^\/(api|ws|metrics|healthz|readyz|\.well-known)(\/|$)/;
/** As Angular's build names files: content and name belong together for ever, whichever build they are of. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

/** `origin`: the worker's own. `files`: paths that this build keeps. */
export function requestWay({ method, mode, url }: AskedFor, origin: string, files: ReadonlySet<string>): RequestWay {
  const target = new URL(url);
  if (method !== 'GET' || target.origin !== origin || SERVER.test(target.pathname)) return 'server';
  if (mode === 'navigate') return files.has(target.pathname) ? 'server' : 'page';
  return files.has(target.pathname) || HASHED.test(target.pathname) ? 'kept' : 'server';
}

/** Of the caches of all builds, in the order they were made: those that nobody needs once `own` is in charge. */
export function outlived(caches: readonly string[], prefix: string, own: string): readonly string[] {
  const others = caches.filter((name) => name.startsWith(prefix) && name !== own);
  // The last one stays: pages of that build may still be open in other tabs, and load their parts when they are gone to.
  return others.slice(0, -1);
}
