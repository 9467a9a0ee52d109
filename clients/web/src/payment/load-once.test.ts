/** A provider's script comes once, and a broken line is no end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadOnce, SCRIPT_MS, ScriptMissing } from './load-once.ts';

class Page {
  readonly there: string[] = [];
  readonly timers: { readonly ms: number; call: (() => void) | null }[] = [];
  end: (isThere: boolean) => void = () => {};
  readonly scripts = new LoadOnce({
    add: (src, _attributes, ended) => {
      this.there.push(src);
      this.end = ended;
      return () => void this.there.splice(this.there.indexOf(src), 1);
    },
    after: (ms, call) => {
      const timer: { ms: number; call: (() => void) | null } = { ms, call };
      this.timers.push(timer);
      return () => {
        timer.call = null;
      };
    },
  });
}

const SRC = 'https://js.stripe.com/endive/stripe.js';

test('[WC24] a provider’s script is loaded once, whoever asks', async () => {
  const page = new Page();
  const both = [page.scripts.load(SRC), page.scripts.load(SRC)];
  page.end(true);
  await Promise.all(both);
  await page.scripts.load(SRC);
  assert.deepEqual(page.there, [SRC]);
});

test('[WC24] one that does not come, or not in time, is taken out, and can be asked for again', async () => {
  const page = new Page();
  const broken = page.scripts.load(SRC);
  page.end(false);
  await assert.rejects(broken, ScriptMissing);
  const late = page.scripts.load(SRC);
  assert.equal(page.timers.at(-1)?.ms, SCRIPT_MS);
  page.timers.at(-1)?.call?.();
  await assert.rejects(late, ScriptMissing);
  assert.deepEqual(page.there, []);
  const good = page.scripts.load(SRC);
  page.end(true);
  await good;
  assert.deepEqual(page.there, [SRC]);
});
