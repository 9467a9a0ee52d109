import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SEAT_COUNT_MAX, SeatKind, type SeatMap } from '../../actors/seat-map.ts';
import { seatMapFromLayout } from '../seat-layout.ts';
import { type DeclaredSeats, deriveLayout, rowLabel, whyNoLayout } from './derived-layout.ts';

/** Numbers as cinemas have them, and numbers that no cinema has. */
const declared: fc.Arbitrary<DeclaredSeats> = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 13, max: 400 }),
      fc.integer({ min: 401, max: SEAT_COUNT_MAX }),
    ),
    fc.oneof(fc.constant(0.02), fc.double({ min: 0, max: 1, noNaN: true })),
    fc.oneof(fc.constant(0.02), fc.double({ min: 0, max: 1, noNaN: true })),
    fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  )
  .map(([seats, first, second, third]) => {
    const wheelchair = Math.floor(seats * first);
    const reducedMobility = Math.floor((seats - wheelchair) * second);
    const obese = Math.floor((seats - wheelchair - reducedMobility) * third);
    return { seats, wheelchair, reducedMobility, obese };
  });

function count(map: SeatMap, kind: SeatKind): number {
  return map.seatKind.filter((found) => found === kind).length;
}

function areNeighbours(map: SeatMap, one: number, other: number): boolean {
  const columns = Math.abs((map.seatColumn[one] ?? -9) - (map.seatColumn[other] ?? -99));
  return map.seatRow[one] === map.seatRow[other] && columns === 1;
}

/** How many of `spaces` can each have a companion of its own beside them; runs of neighbours are short lines, so greedy from the left is best. */
function accompanied(map: SeatMap): number {
  const taken = new Set<number>();
  let number = 0;
  for (let seat = 0; seat < map.seatCount; seat++) {
    if (map.seatKind[seat] !== SeatKind.wheelchair) continue;
    const beside = [seat - 1, seat + 1].find(
      (other) => map.seatKind[other] === SeatKind.companion && !taken.has(other) && areNeighbours(map, seat, other),
    );
    if (beside === undefined) continue;
    taken.add(beside);
    number++;
  }
  return number;
}

test('a derived layout has exactly the declared seats of each kind, in reading order, and no label twice', () => {
  fc.assert(
    fc.property(declared, (numbers) => {
      const map = seatMapFromLayout(1, deriveLayout(numbers)); // checks the order
      assert.equal(map.seatCount, numbers.seats);
      assert.equal(count(map, SeatKind.wheelchair), numbers.wheelchair);
      assert.equal(count(map, SeatKind.reducedMobility), numbers.reducedMobility);
      assert.equal(count(map, SeatKind.obese), numbers.obese);
      assert.equal(count(map, SeatKind.couple), 0);
      assert.equal(new Set(map.seatLabels).size, map.seatCount);
    }),
    { numRuns: 300 },
  );
});

test('every wheelchair space has a companion seat of its own beside it, while there are regular seats to give', () => {
  fc.assert(
    fc.property(declared, (numbers) => {
      const map = seatMapFromLayout(1, deriveLayout(numbers));
      const companions = count(map, SeatKind.companion);
      const regular = numbers.seats - numbers.wheelchair - numbers.reducedMobility - numbers.obese;
      assert.equal(accompanied(map), companions, 'no companion without a wheelchair');
      assert.ok(companions <= Math.min(numbers.wheelchair, regular));
      // A block of an odd number of seats leaves one over, so that a room full of wheelchairs cannot pair all.
      const blocks = 3 * map.rowLabels.length;
      assert.ok(companions >= Math.min(numbers.wheelchair, regular, Math.floor((numbers.seats - blocks) / 2)));
      if (numbers.seats >= 20 && numbers.wheelchair <= 0.25 * numbers.seats && regular >= numbers.wheelchair) {
        assert.equal(companions, numbers.wheelchair);
      }
    }),
    { numRuns: 300 },
  );
});

test('a derived room looks like a cinema: rows as wide as each other, wider than it is deep, one or two straight aisles', () => {
  fc.assert(
    fc.property(declared, (numbers) => {
      const layout = deriveLayout(numbers);
      const map = seatMapFromLayout(1, layout);
      const widths = layout.rows.map((_, row) => map.seatRow.filter((found) => found === row).length);
      assert.ok(Math.max(...widths) - Math.min(...widths) <= 1);
      assert.deepEqual(
        widths,
        [...widths].sort((one, other) => one - other),
        'the narrower rows are in front',
      );
      const width = Math.max(...widths);
      if (numbers.seats >= 12) {
        assert.ok(width >= widths.length, `${width} wide, ${widths.length} deep`);
        assert.ok(width <= 2 * widths.length, `${width} wide, ${widths.length} deep`);
      }
      const used = new Set(map.seatColumn);
      const columns = Math.max(...used) + 1;
      const aisles = Array.from({ length: columns }, (_, column) => column).filter((column) => !used.has(column));
      assert.equal(columns, width + aisles.length);
      assert.equal(aisles.length, width < 4 ? 0 : width < 14 ? 1 : 2);
    }),
    { numRuns: 300 },
  );
});

test('the same numbers give the same layout, and rows are lettered without a gap', () => {
  const numbers = { seats: 175, wheelchair: 4, reducedMobility: 2, obese: 2 };
  assert.deepEqual(deriveLayout(numbers), deriveLayout({ ...numbers }));
  assert.deepEqual(deriveLayout(numbers).rows, [...'ABCDEFGHIJK']);
  assert.deepEqual([0, 25, 26, 27, 51, 52, 701, 702].map(rowLabel), ['A', 'Z', 'AA', 'AB', 'AZ', 'BA', 'ZZ', 'AAA']);
});

test('a small room, drawn: wheelchairs in front at the aisle, their companions beside them', () => {
  const map = seatMapFromLayout(1, deriveLayout({ seats: 34, wheelchair: 2, reducedMobility: 1, obese: 1 }));
  assert.deepEqual(draw(map), ['.cw wc.', '..m O...', '... ....', '... ....', '... ....']);
});

test('what no room can have is refused with the reason', () => {
  const none = { wheelchair: 0, reducedMobility: 0, obese: 0 };
  assert.match(whyNoLayout({ seats: 0, ...none }) ?? '', /no seats/);
  assert.match(whyNoLayout({ seats: 4097, ...none }) ?? '', /4097 seats; at most 4096/);
  assert.match(
    whyNoLayout({ seats: 10, wheelchair: 5, reducedMobility: 5, obese: 1 }) ?? '',
    /11 special places among 10/,
  );
  assert.match(whyNoLayout({ seats: 1.5, ...none }) ?? '', /whole number/);
  assert.match(whyNoLayout({ seats: 10, ...none, obese: -1 }) ?? '', /whole number/);
  assert.equal(whyNoLayout({ seats: 4096, ...none }), null);
  assert.throws(() => deriveLayout({ seats: 0, ...none }), /no layout/);
});

const PICTURE = '.CcwmO';
function draw(map: SeatMap): string[] {
  const lines = map.rowLabels.map(() => '');
  for (let seat = 0; seat < map.seatCount; seat++) {
    const row = map.seatRow[seat] ?? 0;
    lines[row] = `${(lines[row] ?? '').padEnd(map.seatColumn[seat] ?? 0)}${PICTURE[map.seatKind[seat] ?? 0]}`;
  }
  return lines;
}
