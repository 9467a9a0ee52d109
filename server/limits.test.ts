import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionCount, createConnectionCounters } from './connection-count.ts';
import { MessageRate } from './message-rate.ts';
import { originIsAllowed } from './origin.ts';
import { RecordCache } from './record-cache.ts';

test('[G1] an address has as many connections as it may, over all threads, and a place again after one leaves', () => {
  const counters = createConnectionCounters();
  const [one, two] = [new ConnectionCount(counters, 'salt', 3), new ConnectionCount(counters, 'salt', 3)];
  assert.deepEqual([one.enter('1.2.3.4'), two.enter('1.2.3.4'), one.enter('1.2.3.4')], [true, true, true]);
  assert.equal(two.enter('1.2.3.4'), false);
  assert.equal(two.enter('5.6.7.8'), true);
  one.leave('1.2.3.4');
  assert.equal(two.enter('1.2.3.4'), true);
});

test('[G1] 0 means no limit', () => {
  const count = new ConnectionCount(createConnectionCounters(), 'salt', 0);
  for (let index = 0; index < 1000; index++) assert.ok(count.enter('1.2.3.4'));
});

test('[G2] messages: twice a second’s worth at once, then as many as the second brings', () => {
  const rate = new MessageRate(10, 0);
  assert.equal(rate.take(20, 0), true);
  assert.equal(rate.take(1, 0), false);
  assert.equal(rate.take(5, 500), true);
  assert.equal(rate.take(1, 500), false);
  assert.equal(rate.take(20, 100_000), true);
  assert.equal(rate.take(1, 100_000), false);
});

test('[G2] a clock that goes back brings nothing', () => {
  const rate = new MessageRate(10, 1_000);
  assert.equal(rate.take(20, 1_000), true);
  assert.equal(rate.take(1, 0), false);
});

test('[G3] a page of another origin may not open a WebSocket; the same host, a listed origin and no browser may', () => {
  assert.equal(originIsAllowed(undefined, 'shop.example', []), true);
  assert.equal(originIsAllowed('https://shop.example', 'shop.example', []), true);
  assert.equal(originIsAllowed('https://shop.example:444', 'shop.example', []), false);
  assert.equal(originIsAllowed('https://evil.example', 'shop.example', []), false);
  assert.equal(originIsAllowed('null', 'shop.example', []), false);
  assert.equal(originIsAllowed('https://shop.example.evil.example', 'shop.example', []), false);
  assert.equal(originIsAllowed('https://app.example', 'shop.example', ['https://app.example']), true);
  assert.equal(originIsAllowed('https://shop.example', 'shop.example', ['https://app.example']), false);
});

test('[G4] a record is read once a minute, shared by those who ask at once; nothing and failures are not kept', async () => {
  let nowMs = 0;
  let reads = 0;
  let answer: () => Promise<string | null> = () => Promise.resolve('record');
  const cache = new RecordCache<string>(
    () => {
      reads++;
      return answer();
    },
    () => nowMs,
  );
  assert.deepEqual(await Promise.all([cache.get(1), cache.get(1)]), ['record', 'record']);
  assert.equal(reads, 1);
  nowMs = 60_000;
  await cache.get(1);
  assert.equal(reads, 2);
  answer = () => Promise.resolve(null);
  assert.equal(await cache.get(2), null);
  await cache.get(2);
  assert.equal(reads, 4);
  answer = () => Promise.reject(new Error('database away'));
  await assert.rejects(cache.get(3));
  await assert.rejects(cache.get(3));
  assert.equal(reads, 6);
});
