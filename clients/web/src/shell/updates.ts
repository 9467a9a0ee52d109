/**
 * The service worker as the page sees it: registered after the first picture (it is of use at the next visit, and must not
 * delay this one), a newer build announced when it lies ready, taken over when the visitor says so. Never by itself, and not
 * even offered while `busy`: a purchase is under way.
 */
import { computed, DestroyRef, Injectable, inject, isDevMode, signal } from '@angular/core';

/** Every how many milliseconds a page that stays open asks for a newer build. */
const LOOK_MS = 3_600_000;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

@Injectable({ providedIn: 'root' })
export class Updates {
  /** Set by whoever must not be disturbed; the checkout, from the first step to the answer. */
  readonly busy = signal(false);
  /** False only when the device itself says that it has no network; true promises nothing. */
  readonly isOnline = signal(navigator.onLine);
  readonly #waiting = signal<ServiceWorker | null>(null);
  /** A newer build lies ready, and this is a good moment to say so. */
  readonly updateReady = computed(() => this.#waiting() !== null && !this.busy());
  #isApplying = false;

  constructor() {
    const note = (): void => this.isOnline.set(navigator.onLine);
    addEventListener('online', note);
    addEventListener('offline', note);
    inject(DestroyRef).onDestroy(() => {
      removeEventListener('online', note);
      removeEventListener('offline', note);
    });
  }

  /** To be called once, when the first page stands. Does nothing in development, or where there are no service workers. */
  start(): void {
    if (isDevMode() || !('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // Of the first registration, or of another tab's wish: this page goes on with what it has.
      if (this.#isApplying) location.reload();
    });
    navigator.serviceWorker.register(workerAddress(), { updateViaCache: 'none' }).then(
      (registration) => this.#watch(registration),
      // Storage is switched off, or the site is not secure: the shop works, only not without a network.
      (cause: unknown) => console.info('no service worker:', cause),
    );
  }

  /** Goes over to the newer build: the page is loaded anew. */
  apply(): void {
    this.#isApplying = true;
    this.#waiting()?.postMessage('apply');
  }

  #watch(registration: ServiceWorkerRegistration): void {
    const look = (): void => void registration.update().catch(() => undefined);
    setInterval(look, LOOK_MS);
    const noteWaiting = (): void => {
      if (registration.waiting !== null && registration.active !== null) void this.#offer(registration.waiting);
    };
    noteWaiting();
    registration.addEventListener('updatefound', () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed') noteWaiting();
        else if (installing === this.#waiting()) this.#waiting.set(null);
      });
    });
  }

  /** A page that came from the server may be of the newer build already: then there is nothing to reload. */
  async #offer(worker: ServiceWorker): Promise<void> {
    if ((await buildOf(worker)) === document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content)
      worker.postMessage('apply');
    else this.#waiting.set(worker);
  }
}

function buildOf(worker: ServiceWorker): Promise<unknown> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data);
    };
    worker.postMessage('build', [port2]);
  });
}

/** The browser takes no text for the address of code, only what the policy named in the server's headers lets through. */
function workerAddress(): string {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('poltrona', { createScriptURL: () => '/sw.js' });
  return policy?.createScriptURL('') ?? '/sw.js';
}
