import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeatKind } from '../../actors/seat-map.ts';
import { seatMapFromLayout } from '../seat-layout.ts';
import { hasZones, readPretixPlan } from './pretix-plan.ts';
import type { Json } from './seat-map-reading.ts';

type Place = readonly [x: number, y: number, category?: string];
const CATEGORIES = [
  'Regular',
  'Namoradeira',
  'Acompanhante de cadeirante',
  'Cadeirante (PCD)',
  'Mobilidade reduzida',
  'Obeso',
];

let guid = 0;
/** A row at (0, 0) of its zone, with seats 1, 2, 3, … at the given places. */
const row = (name: string, places: readonly Place[], numbers = 1): Json => ({
  row_number: name,
  seats: places.map(([x, y, category = 'Regular'], index) => ({
    ...{ seat_guid: `g${++guid}`, seat_number: String(index + numbers), category },
    position: { x, y },
  })),
});
const zone = (name: string, rows: readonly Json[], x = 0, y = 0, areas: readonly Json[] = []): Json => {
  return { name, position: { x, y }, rows, areas };
};
const plan = (...zones: readonly Json[]): Json => ({
  ...{ name: 'Sala', size: { width: 500, height: 300 }, zones },
  categories: CATEGORIES.map((name) => ({ name, color: '#000' })),
});
const screen = (y: number): Json => ({ shape: 'rectangle', position: { x: 0, y }, text: { text: 'TELA' } });
/** Seats at every `width` from `from`. */
const line = (from: number, width: number, count: number, y: number): Place[] =>
  Array.from({ length: count }, (_, index) => [from + index * width, y] as const);

function layoutOf(document: Json) {
  const read = readPretixPlan(document);
  if ('fault' in read) throw new Error(read.fault);
  seatMapFromLayout(1, read.layout);
  return read;
}
/** Columns by row: "A 0 1 3". */
const drawn = (document: Json): string[] => {
  const { rows, seats } = layoutOf(document).layout;
  return rows.map((label, index) =>
    [label, ...seats.filter(([at]) => at === index).map(([, column]) => column)].join(' '),
  );
};

test('[SM4] a seat stands where its zone, its row and itself are, added up; an aisle is a missing column', () => {
  const shifted = { ...row('B', line(0, 20, 4, 0)), position: { x: 20, y: 30 } };
  const document = plan(
    zone(
      'Sala',
      [
        shifted,
        row('A', [
          [0, 0],
          [20, 0],
          [70, 0],
          [90, 0],
        ]),
      ],
      300,
      40,
      [screen(-20)],
    ),
  );
  assert.ok(hasZones(document));
  assert.deepEqual(drawn(document), ['A 0 1 4 5', 'B 1 2 3 4']);
  const { layout, warnings } = layoutOf(document);
  assert.deepEqual(layout.seats.map(([, , , label]) => label).slice(0, 5), ['A1', 'A2', 'A3', 'A4', 'B1']);
  assert.deepEqual(
    warnings.map(({ kind }) => kind),
    ['kinds-guessed'],
  );
});

test('[SM4] rows are ordered from the screen backwards; below the seats it turns the plan by half a turn', () => {
  const rows = [
    row('A', line(0, 20, 3, 0)),
    row('B', [
      [0, 30],
      [40, 30],
    ]),
  ];
  assert.deepEqual(drawn(plan(zone('', rows, 0, 0, [screen(-30)]))), ['A 0 1 2', 'B 0 2']);
  assert.deepEqual(drawn(plan(zone('', rows, 0, 0, [screen(60)]))), ['B 0 2', 'A 0 1 2']);
  const turned = layoutOf(plan(zone('', rows, 0, 0, [screen(60)]))).layout.seats.map(([, , , label]) => label);
  assert.deepEqual(turned, ['B2', 'B1', 'A3', 'A2', 'A1']);
  const unknown = layoutOf(plan(zone('', rows)));
  assert.ok(unknown.warnings.some(({ kind }) => kind === 'no-screen'));
});

test('[SM4] blocks of one row in several zones are one row; a curve, half a seat or another spacing makes no aisle', () => {
  const blocks = plan(
    zone('Esquerda', [row('A', line(0, 20, 3, 0))]),
    zone('Direita', [row('A', line(100, 20, 3, 2), 4)]),
  );
  assert.deepEqual(drawn(blocks), ['A 0 1 2 5 6 7']);
  const curve: Place[] = Array.from({ length: 15 }, (_, index) => [
    20 * index,
    200 - 25 * Math.sin((index * Math.PI) / 14),
  ]);
  const odd = plan(
    zone('', [
      row('A', line(0, 20, 15, 0)),
      row('B', line(10, 20, 14, 60)),
      row('C', line(0, 20.6, 15, 120)),
      row('D', curve),
    ]),
  );
  for (const [index, count] of [15, 14, 15, 15].entries()) {
    const columns = (drawn(odd)[index] ?? '').split(' ').slice(1).map(Number);
    const [first = 0] = columns;
    assert.deepEqual(
      columns,
      Array.from({ length: count }, (_, at) => first + at),
      `row ${index}`,
    );
  }
});

test('[SM5] the kind of a seat is read off the name of its category, and told', () => {
  const places = CATEGORIES.map((category, index) => [index * 20, 0, category] as const);
  const { layout, warnings } = layoutOf(plan(zone('', [row('A', places)])));
  assert.deepEqual(
    layout.seats.map(([, , kind]) => kind),
    [
      SeatKind.regular,
      SeatKind.couple,
      SeatKind.companion,
      SeatKind.wheelchair,
      SeatKind.reducedMobility,
      SeatKind.obese,
    ],
  );
  const [{ text = '' } = {}] = warnings.filter(({ kind }) => kind === 'kinds-guessed');
  assert.match(text, /Regular = regular \(1\), Namoradeira = couple \(1\), .* Obeso = obese \(1\)$/);
});

test('[SM5] seats that would be called the same are told apart by their zone; rows of numbers get a dash', () => {
  const balcony = plan(zone('Plateia', [row('A', line(0, 20, 1, 0))]), zone('Balcão', [row('A', line(0, 20, 2, 300))]));
  assert.deepEqual(
    layoutOf(balcony).layout.seats.map(([, , , label]) => label),
    ['Plateia A1', 'Balcão A1', 'A2'],
  );
  const numbers = plan(zone('', [row('1', line(0, 20, 11, 0)), row('11', line(0, 20, 1, 30))]));
  assert.deepEqual(
    layoutOf(numbers)
      .layout.seats.map(([, , , label]) => label)
      .slice(-2),
    ['1-11', '11-1'],
  );
});

test('[SM6] a plan at fault is refused, with the place: guids, categories, positions, numbers', () => {
  const good = (): Json => plan(zone('', [row('A', line(0, 20, 3, 0))]));
  const seat = (document: Json, index: number): Record<string, unknown> => {
    const zones = document['zones'] as { rows: { seats: Record<string, unknown>[] }[] }[];
    return zones[0]?.rows[0]?.seats[index] ?? assert.fail('no such seat');
  };
  const faults: [(document: Json) => void, RegExp][] = [
    [
      (document) => (seat(document, 1)['seat_guid'] = seat(document, 0)['seat_guid']),
      /rows\[0\]\.seats\[1\] has the seat_guid "g\d+", and so has zones\[0\]\.rows\[0\]\.seats\[0\]/,
    ],
    [
      (document) => (seat(document, 1)['category'] = 'VIP'),
      /seats\[1\] is of the category "VIP", which the plan does not list/,
    ],
    [
      (document) => (seat(document, 1)['position'] = { x: 'left', y: 0 }),
      /seats\[1\] has the position \{"x":"left","y":0\}/,
    ],
    [(document) => (seat(document, 2)['position'] = { x: 1e9, y: 0 }), /columns apart; at most 4096 are possible/],
    [(document) => (seat(document, 1)['seat_number'] = ''), /seats\[1\] has no seat_number/],
    [
      (document) => (seat(document, 1)['seat_number'] = '1'),
      /seats\[1\] is called A1, and so is zones\[0\]\.rows\[0\]\.seats\[0\]/,
    ],
    [(document) => ((document as { zones: unknown }).zones = []), /it has no seats/],
    [(document) => ((document as { categories: unknown }).categories = null), /categories is no list/],
    [(document) => (document as { zones: unknown[] }).zones.push(7), /zones holds something that is no object/],
  ];
  for (const [change, message] of faults) {
    const document = structuredClone(good());
    change(document);
    const read = readPretixPlan(document);
    assert.match('fault' in read ? read.fault : 'none', message);
  }
  const crowd = readPretixPlan(
    plan(
      zone(
        '',
        Array.from({ length: 65 }, (_, at) => row(`R${at}`, line(0, 20, 64, at * 30))),
      ),
    ),
  );
  assert.match('fault' in crowd ? crowd.fault : 'none', /it has 4160 seats; at most 4096 are possible/);
});

test('[SM6] unknown keys are passed over with a warning', () => {
  const document = { ...plan({ ...zone('', [row('A', line(0, 20, 3, 0))]), colour: 1 }), shape: 2 };
  const told = layoutOf(document)
    .warnings.filter(({ kind }) => kind === 'unknown-keys')
    .map(({ text }) => text);
  assert.deepEqual(told, [
    'unknown keys of the plan, passed over: shape',
    'unknown keys of zones, passed over: colour',
  ]);
});

test('[SM6] whatever stands in a plan, the reader refuses it or makes a layout', () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.constantFrom(
        'zones',
        'rows',
        'seats',
        'position',
        'category',
        'seat_number',
        'row_number',
        'areas',
        'name',
        'seat_guid',
      ),
      fc.oneof(fc.jsonValue(), fc.record({ x: fc.double(), y: fc.double() })),
      (at, key, value) => {
        const document = structuredClone(
          plan(zone('P', [row('A', line(0, 20, 3, 0)), row('B', line(0, 20, 3, 30))], 0, 0, [screen(-30)])),
        ) as Record<string, unknown>;
        const zones = document['zones'] as { rows: { seats: Record<string, unknown>[] }[] }[];
        const rows = zones.flatMap((found) => found.rows);
        const objects = [document, ...zones, ...rows, ...rows.flatMap(({ seats }) => seats)] as Record<
          string,
          unknown
        >[];
        (objects[at % objects.length] ?? document)[key] = value;
        const read = readPretixPlan(document);
        if (!('fault' in read)) seatMapFromLayout(1, read.layout);
      },
    ),
    { numRuns: 1_000 },
  );
});
