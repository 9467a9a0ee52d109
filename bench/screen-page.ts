/** A real browser that shows the seat map of a screening, and what can be measured of it from inside. */
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { programPath } from '../tests/support/programs.ts';

const PATIENCE_MS = 30_000;
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };

/** What happened in the page since it was asked last. */
export interface PageTimes {
  /** From one frame to the next, milliseconds. */
  readonly frames: readonly number[];
  /** Versions of the screening as they were painted, and when their frame had been handed over, Unix milliseconds. */
  readonly seen: readonly (readonly [version: number, atMs: number])[];
}

export interface PageMemory {
  /** JavaScript's heap after a collection, bytes. */
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

export class ScreenPage {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #devtools: CDPSession;

  private constructor(browser: Browser, page: Page, devtools: CDPSession) {
    this.#browser = browser;
    this.#page = page;
    this.#devtools = devtools;
  }

  /** Opens the screening at the size of a phone; from then on the processor is so many times slower. */
  static async open(origin: string, screening: number, slowdown: number): Promise<ScreenPage> {
    const browser = await chromium.launch({
      executablePath: programPath('chromium'),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    try {
      const context = await browser.newContext({ ...PHONE, serviceWorkers: 'block', locale: 'pt-BR' });
      const page = await context.newPage();
      await page.goto(`${origin}/screenings/${screening}`);
      await page.waitForSelector('canvas[data-version]:not([data-version="0"])', { timeout: PATIENCE_MS });
      const devtools = await context.newCDPSession(page);
      await devtools.send('Performance.enable');
      await page.evaluate(WATCH);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
      return new ScreenPage(browser, page, devtools);
    } catch (cause) {
      await browser.close();
      throw cause;
    }
  }

  async times(): Promise<PageTimes> {
    return (await this.#page.evaluate('poltronaBench.take()')) as PageTimes;
  }

  /** Collects the garbage and looks at what is left. The pause of it is no part of `times`. */
  async memory(): Promise<PageMemory> {
    await this.#page.evaluate('poltronaBench.isPaused = true');
    await this.#devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#devtools.send('Performance.getMetrics');
    const of = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? 0;
    await this.#page.evaluate('poltronaBench.isPaused = false');
    return { heapBytes: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/**
 * Runs in the page. The canvas says by an attribute which version it has just painted; a message to ourselves, sent in the frame, arrives
 * when the frame has been handed over to be shown.
 */
const WATCH = `(() => {
  const bench = { frames: [], seen: [], isPaused: false, take() {
    const { frames, seen } = bench;
    bench.frames = [];
    bench.seen = [];
    return { frames, seen };
  } };
  globalThis.poltronaBench = bench;
  let last = 0;
  const frame = (now) => {
    if (last > 0 && !bench.isPaused) bench.frames.push(now - last);
    last = bench.isPaused ? 0 : now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const canvas = document.querySelector('canvas[data-version]');
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => bench.seen.push([data, performance.timeOrigin + performance.now()]);
  let painted = 0;
  new MutationObserver(() => {
    const version = Number(canvas.dataset.version);
    if (version === painted) return;
    painted = version;
    channel.port2.postMessage(version);
  }).observe(canvas, { attributes: true, attributeFilter: ['data-version'] });
})()`;
