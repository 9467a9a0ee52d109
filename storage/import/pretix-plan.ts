/**
 * A seating plan of pretix: zones of rows of seats, drawn at absolute places (a seat's is its zone's and its row's and
 * its own, added up), each in a category with a name. Pure; the geometry is in pretix-grid.ts.
 *
 * Such a plan knows no kinds of seats: they ride on the names of the categories, which everybody chooses. Words that
 * mean a kind in Portuguese, English, Spanish, German or French are understood, and what was understood is told as a
 * warning: one look shows whether it is right.
 */
import { SeatKind } from '../../actors/seat-map.ts';
import { bare } from './cell-values.ts';
import { gridOf, type PlacedRow, type PlacedSeat } from './pretix-grid.ts';
import {
  isObject,
  type Json,
  LABEL_CHARS_MAX,
  type SeatMapRead,
  SeatMapReading,
  tidy,
  told,
} from './seat-map-reading.ts';

const KNOWN_KEYS = {
  plan: ['name', 'categories', 'zones', 'size', 'version', 'auditorium', 'cinema'],
  zone: ['name', 'displayed', 'position', 'rows', 'areas', 'zone_id', 'uuid'],
  row: [
    ...[
      'row_number',
      'row_label',
      'row_number_position',
      'seats',
      'position',
      'number_of_seats',
      'seats_spacing',
      'uuid',
    ],
    ...['seat_label', 'skip_rows', 'start_seat_number'],
  ],
  seat: ['seat_guid', 'seat_number', 'position', 'category', 'radius', 'uuid', 'start', 'end', 'seat_label'],
} as const;

/** Beginnings of words, compared as `bare` has them. The first that fits counts: a wheelchair user's companion is a companion. */
const KIND_WORDS: readonly (readonly [kind: SeatKind, words: readonly string[]])[] = [
  [SeatKind.companion, ['acompanhante', 'companion', 'carer', 'acompanante', 'begleit', 'accompagna']],
  [
    SeatKind.reducedMobility,
    ['mobilidadereduzida', 'reducedmobility', 'movilidadreducida', 'gehbehindert', 'mobilitereduite', 'pmr'],
  ],
  [SeatKind.obese, ['obes', 'plussize', 'grandeporte']],
  [
    SeatKind.wheelchair,
    [
      'cadeirante',
      'cadeiraderodas',
      'cadeiraderoda',
      'wheelchair',
      'silladeruedas',
      'rollstuhl',
      'fauteuilroulant',
      'pcd',
      'pne',
      'disab',
      'deficien',
      'handicap',
    ],
  ],
  [
    SeatKind.couple,
    ['casal', 'namoradeira', 'couple', 'loveseat', 'pareja', 'parchen', 'paersitz', 'parchensitz', 'duplo', 'double'],
  ],
];
const SCREEN_WORDS = [
  'tela',
  'screen',
  'palco',
  'stage',
  'leinwand',
  'buhne',
  'pantalla',
  'escenario',
  'ecran',
  'scene',
];

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Whether it is a plan of this format. */
export function hasZones(document: Json): boolean {
  return Array.isArray(document['zones']);
}

export function readPretixPlan(plan: Json): SeatMapRead {
  const reading = new SeatMapReading();
  reading.noteUnknownKeys([plan], KNOWN_KEYS.plan, 'the plan');
  const zones = objectsOf(plan['zones'], 'zones', reading);
  reading.noteUnknownKeys(zones, KNOWN_KEYS.zone, 'zones');
  const kinds = kindsOf(plan['categories'], reading);
  const rows = rowsOf(zones, kinds, reading);
  reading.checkCount(rows.reduce((sum, { seats }) => sum + seats.length, 0));
  if (reading.isFaulty) return reading.refused();
  const layout = gridOf(rows, screenIsBelow(zones, rows, reading), reading);
  return layout === null || reading.isFaulty ? reading.refused() : reading.result(() => layout);
}

/** Category names with the kind that each means. */
function kindsOf(categories: unknown, reading: SeatMapReading): ReadonlyMap<string, SeatKind> {
  const kinds = new Map<string, SeatKind>();
  for (const { name } of objectsOf(categories, 'categories', reading)) {
    if (typeof name !== 'string' || tidy(name) === '') reading.fault(`a category is called ${told(name)}`);
    else if (kinds.has(name)) reading.fault(`two categories are called ${told(name)}`);
    else kinds.set(name, kindOf(name));
  }
  return kinds;
}

function kindOf(category: string): SeatKind {
  const word = bare(category);
  return KIND_WORDS.find(([, words]) => words.some((known) => word.includes(known)))?.[0] ?? SeatKind.regular;
}

function rowsOf(zones: readonly Json[], kinds: ReadonlyMap<string, SeatKind>, reading: SeatMapReading): PlacedRow[] {
  const guids = new Map<string, string>();
  const used = new Map<string, number>();
  const rowObjects: Json[] = [];
  const seatObjects: Json[] = [];
  const rows = zones.flatMap((zone, zoneIndex) => {
    const zoneAt = pointOf(zone['position'], `zones[${zoneIndex}]`, reading);
    return objectsOf(zone['rows'], `zones[${zoneIndex}].rows`, reading).map((row, rowIndex): PlacedRow => {
      rowObjects.push(row);
      const where = `zones[${zoneIndex}].rows[${rowIndex}]`;
      const rowAt = pointOf(row['position'], where, reading);
      const seats = objectsOf(row['seats'], `${where}.seats`, reading).map((seat, index): PlacedSeat => {
        seatObjects.push(seat);
        return seatOf(seat, `${where}.seats[${index}]`, { x: zoneAt.x + rowAt.x, y: zoneAt.y + rowAt.y });
      });
      return { zone: nameOf(zone['name']), label: nameOf(row['row_label']) || nameOf(row['row_number']), seats };
    });
  });
  reading.noteUnknownKeys(rowObjects, KNOWN_KEYS.row, 'rows');
  reading.noteUnknownKeys(seatObjects, KNOWN_KEYS.seat, 'seats');
  tellKinds(kinds, used, reading);
  return rows.filter(({ seats }) => seats.length > 0);

  function seatOf(seat: Json, where: string, from: Point): PlacedSeat {
    const { seat_guid: guid, category } = seat;
    const at = pointOf(seat['position'], where, reading);
    if (typeof guid !== 'string' || guid === '') reading.fault(`${where} has no seat_guid`);
    else if (guids.has(guid)) reading.fault(`${where} has the seat_guid ${told(guid)}, and so has ${guids.get(guid)}`);
    else guids.set(guid, where);
    const kind = typeof category === 'string' ? kinds.get(category) : undefined;
    if (kind === undefined)
      reading.fault(`${where} is of the category ${told(category)}, which the plan does not list`);
    else used.set(String(category), (used.get(String(category)) ?? 0) + 1);
    const number = nameOf(seat['seat_number']);
    if (number === '') reading.fault(`${where} has no seat_number`);
    return { x: from.x + at.x, y: from.y + at.y, kind: kind ?? SeatKind.regular, number, where };
  }
}

function tellKinds(
  kinds: ReadonlyMap<string, SeatKind>,
  used: ReadonlyMap<string, number>,
  reading: SeatMapReading,
): void {
  const words = new Map<number, string>(Object.entries(SeatKind).map(([word, kind]) => [kind, word]));
  const list = [...used].map(
    ([category, seats]) => `${tidy(category).slice(0, 40)} = ${words.get(kinds.get(category) ?? 0)} (${seats})`,
  );
  if (list.length > 0)
    reading.warn(
      'categories',
      'kinds-guessed',
      `kinds of seats by the names of the categories: ${list.slice(0, 20).join(', ')}`,
    );
}

/** Whether the screen is drawn below the seats. It is an area with a word like "Tela", if it is drawn at all. */
function screenIsBelow(zones: readonly Json[], rows: readonly PlacedRow[], reading: SeatMapReading): boolean {
  const heights = rows.flatMap(({ seats }) => seats.map(({ y }) => y));
  const middle = (Math.min(...heights) + Math.max(...heights)) / 2;
  for (const zone of zones) {
    for (const area of Array.isArray(zone['areas']) ? zone['areas'] : []) {
      if (!isObject(area)) continue;
      const word = bare(
        typeof area['text'] === 'string' ? area['text'] : isObject(area['text']) ? nameOf(area['text']['text']) : '',
      );
      if (!SCREEN_WORDS.some((known) => word.includes(known))) continue;
      const y = heightOf(zone['position']) + heightOf(area['position']);
      return y > middle;
    }
  }
  reading.warn(
    'areas',
    'no-screen',
    'the plan does not say where the screen is; it is taken to be above the first row',
  );
  return false;
}

function heightOf(position: unknown): number {
  return isObject(position) && typeof position['y'] === 'number' ? position['y'] : 0;
}

function pointOf(position: unknown, where: string, reading: SeatMapReading): Point {
  if (position === undefined || position === null) return { x: 0, y: 0 };
  const { x, y } = isObject(position) ? position : {};
  if (Number.isFinite(x) && Number.isFinite(y)) return { x: Number(x), y: Number(y) };
  reading.fault(`${where} has the position ${told(position)}`);
  return { x: 0, y: 0 };
}

/** Names and numbers of rows and seats; both are written as text or as numbers. */
function nameOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? tidy(String(value)).slice(0, LABEL_CHARS_MAX) : '';
}

function objectsOf(list: unknown, where: string, reading: SeatMapReading): Json[] {
  if (!Array.isArray(list)) {
    reading.fault(`${where} is no list`);
    return [];
  }
  const objects = list.filter(isObject);
  if (objects.length < list.length) reading.fault(`${where} holds something that is no object`);
  return objects;
}
