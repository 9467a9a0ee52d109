/**
 * Messages made from the protocol's table: random valid ones from a seed, and for each field the values that must not
 * pass. What the table says and what the coders do is compared with these.
 */
import type { Field, FieldType, MessageShape } from '../../server/protocol/schema.ts';

export type Sample = number | string | boolean | null | Uint8Array | Sample[];

/** Uniform in [0, 1), the same for the same seed on every machine (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ID_CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-';
const TEXTS = ['', 'poltrona', 'sessão', '映画館', 'a 🎬 b', 'x'.repeat(31), 'y'.repeat(32)];
/** Where the forms of msgpack's numbers change. */
const EDGES = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER];

export function sampleMessage(shape: MessageShape, random: () => number): Sample[] {
  const message: Sample[] = [shape.op, ...samplesOf(shape.fields, random)];
  // The packed seats must be of the length that the seat count asks for.
  if (shape.name === 'snapshot') message[6] = bytesOf((((message[5] as number) + 3) >> 2) as number, random);
  if (shape.name === 'delta') message[6] = bytesOf(2 * below(20, random), random);
  return message;
}

/** Of all fields, or of those up to an optional one. */
function samplesOf(fields: readonly Field[], random: () => number): Sample[] {
  const end = fields.findIndex(({ isOptional }) => isOptional === true && random() >= 0.5);
  return fields.slice(0, end < 0 ? fields.length : end).map(({ type }) => sampleOf(type, random));
}

function sampleOf(type: FieldType, random: () => number): Sample {
  switch (type.is) {
    case 'whole': {
      const [min, max] = [type.min ?? 0, type.max ?? Number.MAX_SAFE_INTEGER];
      const edges = EDGES.filter((edge) => edge >= min && edge <= max);
      if (random() < 0.5 && edges.length > 0) return edges[below(edges.length, random)]!;
      return min + Math.floor(random() * (max - min + 1));
    }
    case 'boolean':
      return random() < 0.5;
    case 'id':
      return idOf(type.min + below(type.max - type.min + 1, random), random);
    case 'token':
      return type.orNil && random() < 0.5 ? null : `${idOf(21, random)}.${idOf(43, random)}`;
    case 'text': {
      const texts = TEXTS.filter((text) => Buffer.byteLength(text) <= (type.max ?? 1000));
      return texts[below(texts.length, random)]!;
    }
    case 'bytes':
      return bytesOf(below(40, random), random);
    case 'list': {
      const length = random() < 0.1 ? (type.max ?? 40) : below(5, random);
      return Array.from({ length }, () => sampleOf(type.of, random));
    }
    case 'tuple':
      return samplesOf(type.fields, random);
  }
}

/** Values that the field's type does not allow, each with a name for the failure's message. */
export function wrongValues(type: FieldType): [string, unknown][] {
  const wrong: [string, unknown][] = [
    ['a map', { constructor: 1 }],
    ['a date extension', new Date(0)],
    ['an undefined extension', undefined],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['bytes', new Uint8Array(3)],
    ['lists in lists', [[[[[[]]]]]]],
  ];
  const other: Record<string, [string, unknown]> = {
    number: ['a number', 7],
    text: ['a text', 'abcdefghijklmnopq'],
    boolean: ['a boolean', true],
    nil: ['nil', null],
    list: ['a list of texts', ['abc']],
  };
  const fits: Record<FieldType['is'], string> = {
    whole: 'number',
    boolean: 'boolean',
    id: 'text',
    token: 'text',
    text: 'text',
    bytes: 'bytes',
    list: '',
    tuple: '',
  };
  for (const [name, value] of Object.entries(other)) {
    if (name === fits[type.is] || (name === 'nil' && type.is === 'token' && type.orNil)) continue;
    wrong.push(value);
  }
  switch (type.is) {
    case 'whole':
      wrong.push(['−1', -1], ['−70000', -70_000], ['a half', 0.5], ['2^53', 2n ** 53n], ['2^64 − 1', 2n ** 64n - 1n]);
      wrong.push(['−2^63', -(2n ** 63n)]);
      if (type.max !== undefined) wrong.push(['above the maximum', type.max + 1]);
      if (type.min !== undefined) wrong.push(['below the minimum', type.min - 1]);
      break;
    case 'id':
      wrong.push(['too short', 'a'.repeat(type.min - 1)], ['too long', 'a'.repeat(type.max + 1)]);
      wrong.push(['a full stop', `${'a'.repeat(type.min)}.`], ['an accent', `${'a'.repeat(type.min)}é`]);
      break;
    case 'token':
      wrong.push(['empty', ''], ['too long', 'a'.repeat(type.max + 1)], ['a space', 'a b']);
      break;
    case 'text':
      wrong.push(['a control character', 'a\u0000b'], ['too long', 'a'.repeat((type.max ?? 1_000_000) + 1)]);
      break;
    case 'list':
      if (type.max !== undefined) wrong.push(['too many', Array(type.max + 1).fill(1)]);
      for (const [name, value] of wrongValues(type.of)) wrong.push([`${name} in the list`, [value]]);
      break;
    case 'tuple': {
      const needed = type.fields.filter(({ isOptional }) => isOptional !== true);
      wrong.push(['too few fields', needed.slice(1).map(plainValue)]);
      wrong.push(['too many fields', [...type.fields.map(plainValue), 1]]);
      for (const [i, field] of type.fields.entries()) {
        for (const [name, value] of wrongValues(field.type)) {
          wrong.push([`${field.name}: ${name}`, type.fields.map((each, j) => (i === j ? value : plainValue(each)))]);
        }
      }
      break;
    }
    default:
  }
  return wrong;
}

/** A small valid value. */
export function plainValue(field: Field): Sample {
  return sampleOf(field.type, () => 0);
}

export function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function idOf(length: number, random: () => number): string {
  return Array.from({ length }, () => ID_CHARACTERS[below(64, random)]).join('');
}

function bytesOf(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => below(256, random));
}
