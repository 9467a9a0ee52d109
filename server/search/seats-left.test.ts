/** Seats left on their way: gathered, handed to the threads, published, said again; and what a count may change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualTime } from '../../tests/support/manual-time.ts';
import { auditoriumRow, cinemaRow, filmRow, HOUR_MS, NO_ROWS, screeningRow } from '../../tests/support/search-rows.ts';
import { SeatsLeftHub, SeatsLeftTeller } from './seats-left.ts';
import { decodeSeatsLeft, ENTRIES_MAX, encodeSeatsLeft } from './seats-left-codec.ts';
import { ThreadSearch } from './thread-search.ts';

function afterOf(time: ManualTime): (ms: number, run: () => void) => () => void {
  return (ms, run) => time.after(ms, run);
}

test('[SL1] a thread tells at most every 200 ms, of each screening the last number', () => {
  const time = new ManualTime();
  const told: unknown[] = [];
  const teller = new SeatsLeftTeller({ tell: (bytes) => told.push(decodeSeatsLeft(bytes)), after: afterOf(time) });
  teller.changed(7, 90);
  teller.changed(8, 10);
  teller.changed(7, 89);
  time.pass(199);
  assert.deepEqual(told, []);
  time.pass(1);
  assert.deepEqual(told, [
    [
      [7, 89],
      [8, 10],
    ],
  ]);
  time.pass(10_000);
  assert.equal(told.length, 1, 'nothing changed, nothing is told');
  teller.changed(9, 1);
  teller.flush();
  time.pass(200);
  assert.deepEqual(told.slice(1), [[[9, 1]]]);
});

test('[SL1] at its bound it tells at once, and forgets nothing', () => {
  const time = new ManualTime();
  const told: number[] = [];
  const teller = new SeatsLeftTeller({
    tell: (bytes) => told.push(decodeSeatsLeft(bytes)?.length ?? 0),
    after: afterOf(time),
  });
  for (let screening = 1; screening <= 10_000; screening++) teller.changed(screening, 1);
  assert.deepEqual(told, [4_096, 4_096]);
  time.pass(200);
  assert.deepEqual(told, [4_096, 4_096, 10_000 - 2 * 4_096]);
});

test('[SL2] ids and numbers arrive as they were sent; other bytes are nobody’s', () => {
  const seats = [
    [1, 0],
    [Number.MAX_SAFE_INTEGER, 4_096],
  ] as const;
  const bytes = encodeSeatsLeft(seats);
  assert.deepEqual(decodeSeatsLeft(bytes), seats);
  assert.deepEqual(
    decodeSeatsLeft(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)),
    seats,
    'at any place of a buffer',
  );
  const other = (change: (copy: Uint8Array) => void): Uint8Array => {
    const copy = bytes.slice();
    change(copy);
    return copy;
  };
  const wrong = [
    new Uint8Array(),
    bytes.subarray(0, 15),
    other((copy) => copy.set([2])),
    other((copy) => copy.fill(255, 1, 9)),
    other((copy) => copy.set([1, 255], 9)),
    encodeSeatsLeft([[0, 1]]),
    encodeSeatsLeft([[1.5, 1]]),
    encodeSeatsLeft(Array.from({ length: ENTRIES_MAX + 1 }, () => [1, 1] as const)),
  ];
  for (const [index, one] of wrong.entries()) assert.equal(decodeSeatsLeft(one), null, `case ${index}`);
});

function hub() {
  const time = new ManualTime();
  const threads: unknown[] = [];
  const published: unknown[] = [];
  const made = new SeatsLeftHub({
    toThreads: (bytes) => threads.push(decodeSeatsLeft(bytes)),
    publish: (bytes) => published.push(decodeSeatsLeft(bytes)),
    nowMs: () => time.nowMs(),
    after: afterOf(time),
  });
  return { made, time, threads, published };
}

test('[SL3] what a thread tells goes to all threads and to the other nodes, what those tell to the threads alone', () => {
  const { made, threads, published } = hub();
  made.fromThread(encodeSeatsLeft([[7, 90]]));
  assert.equal(made.heard(encodeSeatsLeft([[8, 5]])), true);
  assert.equal(made.heard(Uint8Array.of(9, 9)), false);
  assert.deepEqual([threads, published], [[[[7, 90]], [[8, 5]]], [[[7, 90]]]]);
});

test('[SL4] a number is said again for half a minute, unless another node has said a newer one', () => {
  const { made, time, published } = hub();
  made.fromThread(
    encodeSeatsLeft([
      [7, 90],
      [8, 10],
    ]),
  );
  time.pass(5_000);
  made.fromThread(encodeSeatsLeft([[7, 89]]));
  made.heard(encodeSeatsLeft([[8, 9]]));
  published.length = 0;
  time.pass(35_000);
  assert.deepEqual(published, [[[7, 89]], [[7, 89]], [[7, 89]]]);
  time.pass(60_000);
  assert.equal(published.length, 3);
  made.fromThread(encodeSeatsLeft([[7, 1]]));
  made.stop();
  time.pass(60_000);
  assert.equal(published.length, 4);
});

test('[SL4] more than it can say again is left to the count; one node alone says nothing again', () => {
  const { made, time, published } = hub();
  for (let from = 1; from <= 24_000; from += 4_000)
    made.fromThread(encodeSeatsLeft(Array.from({ length: 4_000 }, (_, at) => [from + at, 1] as const)));
  published.length = 0;
  time.pass(10_000);
  const again = (published as [number, number][][]).map((seats) => [seats.length, seats[0]?.[0]]);
  assert.deepEqual(again, [
    [ENTRIES_MAX, 4_001],
    [20_000 - ENTRIES_MAX, 4_001 + ENTRIES_MAX],
  ]);
  const time2 = new ManualTime();
  const alone = new SeatsLeftHub({
    toThreads: () => {},
    publish: null,
    nowMs: () => time2.nowMs(),
    after: afterOf(time2),
  });
  alone.fromThread(encodeSeatsLeft([[7, 90]]));
  assert.equal(time2.timers, 0);
});

test('[SL5] the owner’s number counts; a count of tickets may lower it later on, and is all there is before the owner speaks', () => {
  let nowMs = Date.UTC(2026, 10, 25, 15);
  const search = new ThreadSearch({ nowMs: () => nowMs, onScreenings: () => {}, later: (callback) => callback() });
  const row = screeningRow(7, 1, 1, nowMs + HOUR_MS, { sold: 30 });
  search.change({
    kind: 'rows',
    rows: {
      films: [filmRow(1, 'A')],
      cinemas: [cinemaRow(1, 'B', null)],
      auditoriums: [auditoriumRow(1, 1)],
      screenings: [row],
    },
  });
  const left = (): number => search.index.columns.seatsLeft[search.index.columns.slotOf(7) ?? 0] ?? -1;
  const count = (unsold: number, askedAtMs = nowMs): void =>
    search.change({ kind: 'counted', counted: { screenings: [7, 99], left: [unsold, 5], askedAtMs } });
  assert.equal(left(), 70);
  count(75);
  assert.equal(left(), 75, 'tickets were cancelled before anybody told');
  search.seatsLeft(
    encodeSeatsLeft([
      [7, 60],
      [99, 1],
    ]),
  );
  assert.equal(left(), 60);
  count(50);
  assert.equal(left(), 60, 'it may have been counted before');
  nowMs += 6_000;
  count(70);
  assert.equal(left(), 60, 'ten are held or blocked');
  count(55);
  assert.equal(left(), 55, 'somebody sold and could not tell');
  search.seatsLeft(encodeSeatsLeft([[7, 58]]));
  search.change({
    kind: 'rows',
    rows: { ...NO_ROWS, screenings: [{ ...row, priceFromCents: 1, sold: 45, changed: 9e9 }] },
  });
  assert.equal(left(), 58, 'another price is no news of seats');
  search.change({
    kind: 'rows',
    rows: { ...NO_ROWS, screenings: [{ ...row, seatCount: 80, sold: 0, changed: 9e9 + 1 }] },
  });
  assert.equal(left(), 80, 'another seat map begins anew');
});
