/**
 * Headless Chromium for tests of the shop: one for each test file, a fresh profile for each visitor. Whatever a page
 * complains of (an exception, an error in the console, a broken content policy) fails the test that visited it, unless the
 * test says that it expects it.
 *
 * Screenshots are kept in `.artifacts/e2e/`, by names that say what they show: for people to look at, never compared.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { packageRoot } from '../../storage/package-root.ts';
import { programPath } from './programs.ts';

/** How long a page may take to show what a test waits for, milliseconds: other tests run beside. */
const PATIENCE_MS = 15_000;

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1366, height: 768 };

export interface VisitorOptions {
  readonly url: string;
  readonly language?: 'pt-BR' | 'en';
  readonly size?: { readonly width: number; readonly height: number };
  readonly theme?: 'light' | 'dark';
  /** False: a browser that keeps nothing of the shop. */
  readonly keeps?: boolean;
  /** Complaints that belong to what is tested. */
  readonly expected?: RegExp;
}

let launched: Promise<Browser> | null = null;

after(async () => {
  await (await launched)?.close();
});

function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    executablePath: programPath('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-sync'],
  });
  return launched;
}

/** Somebody with a browser of their own: cookies, storage and service worker are nobody else's. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    this.listen(page);
  }

  /** Notes what a page complains of; for pages of this visitor that are opened later. */
  listen(page: Page): void {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      // An answer that is no 2xx is noted by the browser itself; what the page makes of it is for the tests to say.
      if (message.type() === 'error' && !/^Failed to load resource|WebSocket connection to/.test(message.text()))
        this.complaints.push(`console: ${message.text()}`);
    });
  }

  /**
   * Resolves when an expression (of the page, a promise's value counts) is true. Playwright's own way would evaluate text
   * inside the page, which the shop's policy forbids.
   */
  async until(expression: string): Promise<void> {
    const look = `new Promise((resolve, reject) => {
      const endsMs = performance.now() + ${PATIENCE_MS};
      const look = async () => {
        if (await (${expression})) resolve(true);
        else if (performance.now() > endsMs) resolve(false);
        else requestAnimationFrame(() => look().catch(reject));
      };
      look().catch(reject);
    })`;
    for (;;) {
      try {
        assert.ok(await this.page.evaluate(look), `never true: ${expression}`);
        return;
      } catch (cause) {
        // The page was loaded anew while it was asked.
        if (!/context was destroyed|navigation/.test(String(cause))) throw cause;
        await this.page.waitForLoadState();
      }
    }
  }

  /** Keeps a picture of the page, named after what it shows. */
  async picture(name: string, page = this.page): Promise<void> {
    const folder = path.join(packageRoot(), '.artifacts/e2e');
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true, animations: 'disabled' });
  }

  /** What axe-core finds wrong with the page as it stands, each as one line. */
  async barriers(): Promise<readonly string[]> {
    axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const session = await this.context.newCDPSession(this.page);
    // By the debugger, since the page's own policy lets no foreign script in.
    await session.send('Runtime.evaluate', { expression: axe });
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(
        violations.map(({ id, help, nodes }) => id + ': ' + help + ' at ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' (' + failureSummary + ')').join(' | '))))`,
      awaitPromise: true,
      returnByValue: true,
    });
    await session.detach();
    return JSON.parse(String(result.value)) as string[];
  }
}

let axe: string | undefined;

/** A new visitor, who is gone when `t` ends; his complaints fail `t`. */
export async function visitor(t: TestContext, options: VisitorOptions): Promise<Visitor> {
  const { url, language = 'pt-BR', size = DESKTOP, theme = 'light', keeps = true, expected = /^$/ } = options;
  const context = await (await browser()).newContext({
    baseURL: url,
    viewport: size,
    locale: language === 'en' ? 'en-US' : 'pt-BR',
    colorScheme: theme,
    hasTouch: size.width < 600,
    isMobile: size.width < 600,
    reducedMotion: 'reduce',
  });
  // A policy that was broken is told to the page as an event, and to the console by some browsers only.
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => console.error('policy broken: ' + event.violatedDirective + ' by ' + event.blockedURI + ' ' + event.sample))`,
  );
  if (!keeps) await context.addInitScript('delete Navigator.prototype.serviceWorker');
  const someone = new Visitor(context, await context.newPage());
  t.after(async () => {
    await context.close();
    assert.deepEqual(
      someone.complaints.filter((complaint) => !expected.test(complaint)),
      [],
      'the pages complained',
    );
  });
  return someone;
}
