import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlapsOf, type StandingStay, type WantedStay } from './screenings-overlaps.ts';

const HOUR = 3_600_000;

/** In auditorium 1 for two hours, from hour `hour`. */
const wants = (line: number, hour: number, screening: number | null = null): WantedStay => ({
  line,
  screening,
  auditorium: 1,
  fromMs: hour * HOUR,
  untilMs: (hour + 2) * HOUR,
});
const stands = (screening: number, hour: number): StandingStay => {
  return { screening, auditorium: 1, fromMs: hour * HOUR, untilMs: (hour + 2) * HOUR };
};
const refused = (wanted: readonly WantedStay[], standing: readonly StandingStay[] = []): unknown =>
  Object.fromEntries(overlapsOf(wanted, standing));

test('[SI9] stays that touch do not overlap; the next begins when the auditorium is clean', () => {
  assert.deepEqual(refused([wants(2, 10), wants(3, 12), wants(4, 8)]), {});
  assert.deepEqual(refused([wants(2, 10), wants(3, 11.9)]), { 3: { line: 2 } });
  assert.deepEqual(refused([wants(2, 10), { ...wants(3, 10), auditorium: 2 }]), {});
});

test("[SI9] of two lines the first counts, wherever they stand in time; who is refused is in nobody's way", () => {
  assert.deepEqual(refused([wants(9, 10), wants(3, 11), wants(4, 12)]), { 4: { line: 3 }, 9: { line: 3 } });
  assert.deepEqual(refused([wants(2, 10), wants(3, 11), wants(4, 12.5)]), { 3: { line: 2 } });
});

test('[SI9] what is there counts more than any line', () => {
  assert.deepEqual(refused([wants(2, 10), wants(3, 14)], [stands(7, 11)]), { 2: { screening: 7 } });
  assert.deepEqual(refused([wants(2, 10)], [{ ...stands(7, 10), auditorium: 2 }]), {});
});

test('[SI10] a screening that moves gives its time free, for itself and for others', () => {
  assert.deepEqual(refused([wants(2, 11, 7)], [stands(7, 10)]), {});
  assert.deepEqual(refused([wants(2, 10), wants(3, 14, 7)], [stands(7, 10)]), {});
  // Two change places.
  assert.deepEqual(refused([wants(2, 10, 8), wants(3, 14, 7)], [stands(7, 10), stands(8, 14)]), {});
});

test('[SI10] a move that fails takes its time back, and so do those who relied on it', () => {
  const standing = [stands(7, 10), stands(8, 12), stands(9, 14), stands(1, 16)];
  // 9 cannot move to 16, so 8 not to 14, 7 not to 12, and the new one not to 10.
  const chain = [wants(2, 10), wants(3, 12, 7), wants(4, 14, 8), wants(5, 16, 9), wants(6, 20)];
  assert.deepEqual(refused(chain, standing), {
    2: { screening: 7 },
    3: { screening: 8 },
    4: { screening: 9 },
    5: { screening: 1 },
  });
});

test('[SI10] the time of a move that failed is taken for the lines after it too', () => {
  const standing = [stands(9, 14), stands(1, 16)];
  assert.deepEqual(refused([wants(2, 16, 9), wants(3, 14), wants(4, 12)], standing), {
    2: { screening: 1 },
    3: { screening: 9 },
  });
});

test('[SI10] a hundred thousand lines for one auditorium are judged in one pass', () => {
  const minutes = Array.from({ length: 100_000 }, (_, index) => wants(index + 2, index / 60));
  const all = overlapsOf(minutes, []);
  // One every two hours gets in.
  assert.equal(minutes.length - all.size, Math.ceil(100_000 / 120));
});
