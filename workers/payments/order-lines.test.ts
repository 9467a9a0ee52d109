/** One after the other for each order, side by side for many, and never more than so many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeskBusy } from './desk-ports.ts';
import { OrderLines } from './order-lines.ts';

/** Work that ends when it is told to. */
class HandWork {
  readonly log: string[] = [];
  readonly #ends = new Map<string, () => void>();

  work(name: string): () => Promise<string> {
    return () => {
      this.log.push(`${name} begins`);
      return new Promise((resolve) =>
        this.#ends.set(name, () => {
          this.log.push(`${name} ends`);
          resolve(name);
        }),
      );
    };
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await new Promise(setImmediate);
  }
}

test('[PD8] one order’s work is done one after the other, others’ beside it; what failed keeps nobody', async () => {
  const lines = new OrderLines();
  const hand = new HandWork();
  const first = lines.inLine('a', hand.work('a1'));
  const failing = assert.rejects(
    lines.inLine('a', () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  const third = lines.inLine('a', hand.work('a3'));
  const other = lines.inLine('b', hand.work('b1'));
  await new Promise(setImmediate);
  assert.deepEqual(hand.log, ['a1 begins', 'b1 begins']);
  await hand.end('b1');
  await hand.end('a1');
  await failing;
  await hand.end('a3');
  assert.deepEqual(await Promise.all([first, third, other]), ['a1', 'a3', 'b1']);
  assert.deepEqual(hand.log, ['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a3 begins', 'a3 ends']);
  assert.equal(lines.underWay, 0);
});

test('[PD8] at the bound who comes is sent away at once, and there is room again when one has ended', async () => {
  const lines = new OrderLines(2);
  const hand = new HandWork();
  const under = [lines.inLine('a', hand.work('a')), lines.inLine('b', hand.work('b'))];
  await new Promise(setImmediate);
  await assert.rejects(lines.inLine('c', hand.work('c')), DeskBusy);
  await hand.end('a');
  under.push(lines.inLine('c', hand.work('c')));
  await new Promise(setImmediate);
  await hand.end('b');
  await hand.end('c');
  assert.deepEqual(await Promise.all(under), ['a', 'b', 'c']);
});

test('[PD8] whoever wants the same while it is under way shares it, and takes no room; afterwards it is done anew', async () => {
  const lines = new OrderLines(1);
  const hand = new HandWork();
  const all = Array.from({ length: 50 }, () => lines.shared('pay', 'a', hand.work('a')));
  await new Promise(setImmediate);
  await hand.end('a');
  assert.deepEqual(new Set(await Promise.all(all)), new Set(['a']));
  const again = lines.shared('pay', 'a', hand.work('a'));
  await new Promise(setImmediate);
  await hand.end('a');
  await again;
  assert.deepEqual(hand.log, ['a begins', 'a ends', 'a begins', 'a ends']);
});

test('[PD8] a desk that closes takes nothing more, and waits for what is under way', async () => {
  const lines = new OrderLines();
  const hand = new HandWork();
  const under = lines.inLine('a', hand.work('a'));
  const behind = lines.inLine('a', hand.work('behind'));
  let isClosed = false;
  const closing = lines.close().then(() => {
    isClosed = true;
  });
  await assert.rejects(lines.inLine('b', hand.work('b')), DeskBusy);
  await hand.end('a');
  assert.equal(isClosed, false);
  await hand.end('behind');
  await Promise.all([under, behind, closing]);
});

test('[PD8] one order has few waiting, so that nobody’s repetitions keep others from buying', async () => {
  const lines = new OrderLines();
  const hand = new HandWork();
  const under = ['0', '1', '2', '3', '4'].map((name) => lines.inLine('a', hand.work(name)));
  await new Promise(setImmediate);
  await assert.rejects(lines.inLine('a', hand.work('5')), DeskBusy);
  const other = lines.inLine('b', hand.work('b'));
  await new Promise(setImmediate);
  for (const name of ['0', '1', '2', '3', '4', 'b']) await hand.end(name);
  assert.equal((await Promise.all([...under, other])).length, 6);
  const again = lines.inLine('a', hand.work('again'));
  await new Promise(setImmediate);
  await hand.end('again');
  await again;
});

test('[PD8] purchases leave places for what has to follow them', async () => {
  const lines = new OrderLines(3);
  const hand = new HandWork();
  const begun = [lines.shared('pay', 'a', hand.work('a'), 1), lines.shared('pay', 'b', hand.work('b'), 1)];
  await assert.rejects(lines.shared('pay', 'c', hand.work('c'), 1), DeskBusy);
  begun.push(lines.inLine('d', hand.work('d')));
  await assert.rejects(lines.inLine('e', hand.work('e')), DeskBusy);
  await new Promise(setImmediate);
  for (const name of ['a', 'b', 'd']) await hand.end(name);
  assert.deepEqual(await Promise.all(begun), ['a', 'b', 'd']);
});
