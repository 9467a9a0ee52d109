import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeatKind } from '../../actors/seat-map.ts';
import { seatMapFromLayout } from '../seat-layout.ts';
import { seatMapsOf } from './seat-map-document.ts';
import { readOwnSeatMap } from './seat-map-own.ts';
import { GRID_MAX } from './seat-map-reading.ts';

const MAP = {
  auditorium: 5003401,
  rows: ['A', 'B'],
  seats: [
    [1, 0, 'couple', 'B1'],
    [0, 2, 3, 'A2'],
    [0, 0, 'Regular', 'A1'],
    [1, 1, 'reduced mobility', 'B2'],
  ],
};

function faultOf(change: (map: { [key: string]: unknown; rows: unknown[]; seats: unknown[] }) => void): string {
  const map = structuredClone(MAP) as unknown as { [key: string]: unknown; rows: unknown[]; seats: unknown[] };
  change(map);
  const read = readOwnSeatMap(map);
  return 'fault' in read ? read.fault : 'none';
}

test('[SM2] our own format: rows and seats, in any order; kinds by word or number', () => {
  const [{ auditorium, cinema, read } = assert.fail('no map')] = seatMapsOf(MAP, 'x');
  assert.deepEqual([auditorium, cinema], ['5003401', null]);
  assert.deepEqual('layout' in read ? read.layout : read.fault, {
    rows: ['A', 'B'],
    seats: [
      [0, 0, SeatKind.regular, 'A1'],
      [0, 2, SeatKind.wheelchair, 'A2'],
      [1, 0, SeatKind.couple, 'B1'],
      [1, 1, SeatKind.reducedMobility, 'B2'],
    ],
  });
});

test('[SM2] a file holds one map or a list of them, of whatever formats; what is none is told by its place', () => {
  const lines = {
    auditorium: 'S1',
    cinema: 'um',
    lines: [{ line: 1, seats: [{ column: 0, label: 'A 1', type: 'Regular' }] }],
  };
  const found = seatMapsOf({ seatMaps: [MAP, lines, { wall: 1 }] }, 'x');
  assert.deepEqual(
    found.map(({ auditorium, cinema, read }) => [auditorium, cinema, 'layout' in read]),
    [
      ['5003401', null, true],
      ['S1', 'um', true],
      [null, null, false],
    ],
  );
  const warned = found.flatMap(({ read }) => ('warnings' in read ? read.warnings.map(({ kind }) => kind) : []));
  assert.deepEqual(warned, ['no-screen'], 'whose map it is does not count as an unknown key');
  for (const none of [{}, [], [1, 2], 'text', null, { seatMaps: [] }, { rows: [] }]) {
    assert.throws(() => seatMapsOf(none, 'x.json'), { name: 'FileRefused', message: /^x\.json holds no seat map/ });
  }
});

test('[SM3] a seat that does not exist, is there twice or has no name refuses the map', () => {
  const cases: [Parameters<typeof faultOf>[0], RegExp][] = [
    [(map) => (map.seats[0] = [2, 0, 0, 'C1']), /seats\[0\] is in row 2 of 2/],
    [(map) => (map.seats[0] = [0, -1, 0, 'C1']), /seats\[0\] is in column -1/],
    [(map) => (map.seats[0] = [0, GRID_MAX, 0, 'C1']), /seats\[0\] is in column 4096/],
    [(map) => (map.seats[0] = [0, 1, 6, 'C1']), /is of the unknown kind 6/],
    [(map) => (map.seats[0] = [0, 1, 'throne', 'C1']), /is of the unknown kind "throne"/],
    [(map) => (map.seats[0] = [0, 0, 0, 'C1']), /seats\[2\] is in row 0, column 0, and so is seats\[0\]/],
    [(map) => (map.seats[0] = [1, 0, 0, 'A1']), /seats\[2\] is called A1, and so is seats\[0\]/],
    [(map) => (map.seats[0] = [1, 0, 0, ' ']), /seats\[0\] has no label/],
    [(map) => (map.seats[0] = [1, 0, 0, 'x'.repeat(17)]), /a label of more than 16 characters/],
    [(map) => (map.seats[0] = 'A1'), /seats\[0\] is no list of row, column, kind, label/],
    [(map) => (map.rows[1] = 7), /rows\[1\] is 7, no name of a row/],
    [(map) => (map.seats = []), /it has no seats/],
  ];
  for (const [change, message] of cases) assert.match(faultOf(change), message);
});

test('[SM3] whatever stands in a map, the reader refuses it or makes a layout', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('rows', 'seats', 'name', 'x'),
      fc.jsonValue(),
      fc.array(fc.jsonValue()),
      (key, value, seat) => {
        const map = { ...MAP, seats: [...MAP.seats, seat], [key]: value };
        for (const document of [map, [map], value]) {
          try {
            for (const { read } of seatMapsOf(document, 'x')) if ('layout' in read) seatMapFromLayout(1, read.layout);
          } catch (cause) {
            assert.equal((cause as Error).name, 'FileRefused', String((cause as Error).stack));
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
