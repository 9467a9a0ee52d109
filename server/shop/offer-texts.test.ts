import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OfferText, OfferTexts } from './offer-texts.ts';

/** Texts whose clock and readings are in the test's hands. */
function textsOf(max?: number) {
  const stage = {
    nowMs: 1_000_000,
    readings: [] as number[],
    /** Answers the oldest reading that waits. */
    waiting: [] as { resolve(offer: OfferText | null): void; reject(cause: Error): void }[],
    texts: null as unknown as OfferTexts,
  };
  const read = (screening: number): Promise<OfferText | null> => {
    stage.readings.push(screening);
    return new Promise((resolve, reject) => stage.waiting.push({ resolve, reject }));
  };
  stage.texts = new OfferTexts(read, () => stage.nowMs, max);
  return stage;
}

const offer = (etag: string): OfferText => ({ text: '{}', etag, seatMap: {} as OfferText['seatMap'] });

test('[OF3] all who ask within a second share one reading, and while it lasts no other is begun', async () => {
  const stage = textsOf();
  const asked = [stage.texts.get(7), stage.texts.get(7)];
  stage.nowMs += 5_000;
  asked.push(stage.texts.get(7));
  assert.deepEqual(stage.readings, [7]);
  stage.waiting.shift()?.resolve(offer('one'));
  assert.deepEqual(
    (await Promise.all(asked)).map((found) => found?.etag),
    ['one', 'one', 'one'],
  );
  // That reading was begun five seconds ago: it is old.
  const next = stage.texts.get(7);
  assert.deepEqual(stage.readings, [7, 7]);
  stage.waiting.shift()?.resolve(offer('two'));
  await next;
  stage.nowMs += 999;
  assert.equal((await stage.texts.get(7))?.etag, 'two');
  assert.equal(stage.readings.length, 2);
  stage.nowMs += 1;
  void stage.texts.get(7);
  assert.equal(stage.readings.length, 3);
});

test('[OF3] what is not there, and what could not be read, is asked for again', async () => {
  const stage = textsOf();
  const missing = stage.texts.get(7);
  stage.waiting.shift()?.resolve(null);
  assert.equal(await missing, null);
  const failing = stage.texts.get(7);
  stage.waiting.shift()?.reject(new Error('away'));
  await assert.rejects(failing, /away/);
  const found = stage.texts.get(7);
  stage.waiting.shift()?.resolve(offer('one'));
  assert.equal((await found)?.etag, 'one');
  assert.equal(stage.readings.length, 3);
});

test('[OF3] so many offers are kept and no more, and none that nobody has asked for in a minute', async () => {
  const stage = textsOf(2);
  const reads = async (screening: number): Promise<void> => {
    const found = stage.texts.get(screening);
    stage.waiting.shift()?.resolve(offer(String(screening)));
    await found;
  };
  for (const screening of [1, 2, 3]) await reads(screening);
  assert.equal(stage.texts.size, 2);
  await stage.texts.get(3);
  assert.deepEqual(stage.readings, [1, 2, 3]);
  stage.nowMs += 60_000;
  await reads(4);
  assert.equal(stage.texts.size, 1);
});
