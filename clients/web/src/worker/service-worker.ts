/**
 * The shop without a network: keeps every file of one build, whole or not at all, and the page that belongs to them.
 *
 * A page comes from the server while it answers soon, since the server's is never older; else the kept one is shown, with
 * the headers (and thus the nonce) it came with. Files come from here first: their names change with their content.
 *
 * A new build is fetched beside the old one and waits. It takes over when no page is open any more, or when the page says so
 * ("apply"), which it never does during a purchase. Even then the build before stays, for pages in other tabs.
 */
import { pageKindOf } from '../shell/payment-address.ts';
import { outlived, requestWay } from './request-way.ts';

declare const self: ServiceWorkerGlobalScope;
/** Written here by the build (worker-build.mjs). */
declare const BUILD_NAME: string;
declare const BUILD_FILES: readonly string[];

const PREFIX = 'poltrona-build-';
const CACHE = `${PREFIX}${BUILD_NAME}`;
/** How long a page may take before the kept one is shown, milliseconds: longer than a slow line, shorter than giving up. */
const PAGE_WAIT_MS = 3_000;

const files: ReadonlySet<string> = new Set(BUILD_FILES);

self.addEventListener('install', (event) => event.waitUntil(keepBuild()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('fetch', (event) => {
  const way = requestWay(event.request, self.location.origin, files);
  if (way === 'page') event.respondWith(pageFor(event));
  else if (way === 'kept') event.respondWith(fileFor(event.request));
});
self.addEventListener('message', (event) => {
  if (event.data === 'apply') void self.skipWaiting();
  // A page asks whether this build is its own.
  else if (event.data === 'build') event.ports[0]?.postMessage(BUILD_NAME);
});

/** @throws when a file is missing, or the page is of another build: the browser tries again at the next visit. */
async function keepBuild(): Promise<void> {
  const wasThere = await caches.has(CACHE);
  const cache = await caches.open(CACHE);
  try {
    await Promise.all([keepPage(cache), ...BUILD_FILES.map((path) => keepFile(cache, path))]);
  } catch (cause) {
    if (!wasThere) await caches.delete(CACHE);
    throw cause;
  }
}

async function keepPage(cache: Cache): Promise<void> {
  const answer = await fetched(new Request('/', { cache: 'no-store' }));
  // Several servers may be of two builds for a moment: a page without its files would be worse than none.
  if (!(await answer.clone().text()).includes(BUILD_NAME)) throw new Error('the page is of another build');
  await cache.put('/', answer);
}

async function keepFile(cache: Cache, path: string): Promise<void> {
  if ((await cache.match(path)) !== undefined) return;
  await cache.put(path, await fetched(new Request(path)));
}

async function fetched(request: Request): Promise<Response> {
  const answer = await fetch(request);
  if (!answer.ok) throw new Error(`${request.url}: ${answer.status}`);
  return answer;
}

async function takeOver(): Promise<void> {
  for (const name of outlived(await caches.keys(), PREFIX, CACHE)) await caches.delete(name);
  // The browser asks for the page while this worker is still waking up.
  await self.registration.navigationPreload?.enable();
  // The page of the first visit too: what it loads from now on is kept already.
  await self.clients.claim();
}

async function pageFor(event: FetchEvent): Promise<Response> {
  const fresh = freshPage(event);
  event.waitUntil(fresh);
  // The kept page is of the kind on which nobody can pay: only when there is certainly no other.
  const isForPaying = pageKindOf(new URL(event.request.url).pathname) !== 'plain';
  const answer = await (isForPaying ? fresh : Promise.race([fresh, after(PAGE_WAIT_MS)]));
  if (answer !== null) return answer;
  return (await kept('/')) ?? (await fresh) ?? Response.error();
}

/** The server's page; null when it cannot be had, or a proxy says that nobody can answer. Never rejects. */
async function freshPage(event: FetchEvent): Promise<Response | null> {
  try {
    const preloaded = (await event.preloadResponse) as Response | undefined;
    const answer = preloaded ?? (await fetch(event.request));
    return answer.status < 500 ? answer : null;
  } catch {
    return null;
  }
}

async function fileFor(request: Request): Promise<Response> {
  return (await kept(request)) ?? fetch(request);
}

/** This build's first; a page of the build before finds its files too. The server's `vary` is about packing, and no matter here. */
async function kept(request: Request | string): Promise<Response | undefined> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? caches.match(request, { ignoreVary: true });
}

function after(delayMs: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), delayMs));
}
