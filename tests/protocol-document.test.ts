/** docs/protocol.md says what the coders do: its table is the table, its example bytes are the bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { encodeClientFrame } from '../server/protocol/client-codec.ts';
import { type ClientRequest, decodeClientFrame } from '../server/protocol/client-messages.ts';
import { encodeFrame } from '../server/protocol/codec.ts';
import { OutcomeCode } from '../server/protocol/outcome-code.ts';
import { type Field, type FieldType, MESSAGE_TABLE, type MessageShape } from '../server/protocol/schema.ts';
import { decodeServerFrame } from '../server/protocol/server-frame.ts';
import type { ServerMessage } from '../server/protocol/server-messages.ts';
import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, SUBPROTOCOL } from '../server/protocol/version.ts';
import { readProjectFile } from './house/project-files.ts';

const text = readProjectFile('docs/protocol.md');
const packr = new Packr({ useRecords: false, int64AsType: 'number' });

/** A message as the document writes it. */
function rowOf({ op, name, fields }: MessageShape): string {
  return `| ${op} | ${name} | \`[${[String(op), ...fields.map(namedType)].join(', ')}]\` |`;
}

function namedType({ name, type, isOptional }: Field): string {
  return `${name}${isOptional ? '?' : ''}: ${notationOf(type)}`;
}

function notationOf(type: FieldType): string {
  switch (type.is) {
    case 'whole':
      if (type.max === (type.min ?? 0)) return String(type.max);
      return `${type.min ?? 0}..${type.max ?? ''}`;
    case 'boolean':
      return 'bool';
    case 'id':
      return `id(${type.min}..${type.max})`;
    case 'token':
      return `token(..${type.max})${type.orNil ? ' or nil' : ''}`;
    case 'text':
      return type.max === undefined ? 'text' : `text(..${type.max})`;
    case 'bytes':
      return 'bytes';
    case 'list':
      return `list(${notationOf(type.of)}${type.max === undefined ? '' : `; ..${type.max}`})`;
    case 'tuple':
      return `[${type.fields.map(namedType).join(', ')}]`;
  }
}

test('the message table of the document is the table of the code', () => {
  const missing = MESSAGE_TABLE.map(rowOf).filter((row) => !text.includes(`${row}\n`));
  assert.equal(missing.join('\n'), '');
  const rows = [...text.matchAll(/^\| \d+ \| [^|]+ \| `\[\d+[,\]].*\|$/gm)];
  assert.equal(rows.length, MESSAGE_TABLE.length, 'a row too many');
});

test('the versions of the document are those of the code', () => {
  assert.ok(text.includes(`Version ${PROTOCOL_VERSION}, subprotocol \`${SUBPROTOCOL}\``));
  assert.ok(text.includes(`The oldest version that the server still speaks is ${PROTOCOL_VERSION_MIN}.`));
  assert.match(text, new RegExp(`^\\| ${PROTOCOL_VERSION} \\| \\d{4}-\\d\\d-\\d\\d \\|`, 'm'));
});

test('every outcome code says what the client does', () => {
  for (const [name, code] of Object.entries(OutcomeCode)) {
    assert.match(text, new RegExp(`^\\| ${code} \\| \`?${name}\`? \\| .{10,} \\| .{4,} \\|$`, 'm'), name);
  }
});

/** `h'e4'` in an example stands for bytes. */
function parseExample(value: string): unknown {
  const quoted = value.replace(/h'([0-9a-f]*)'/g, '{"bytes":"$1"}');
  return JSON.parse(quoted, (_, part) =>
    typeof part?.bytes === 'string' ? Uint8Array.from(Buffer.from(part.bytes, 'hex')) : part,
  );
}

const examples = [...text.matchAll(/^```example (client|server)\n([\s\S]*?)\n((?:[0-9a-f]{2}\s?)+)\n```$/gm)].map(
  ([, from, value = '', hex = '']) => ({
    from,
    value: parseExample(value) as unknown[],
    hex: hex.replace(/\s/g, ''),
  }),
);

test('the example bytes are what the codec writes, and what another implementation reads', () => {
  assert.ok(examples.length >= 12, `only ${examples.length} examples were found`);
  for (const { from, value, hex } of examples) {
    const bytes = Buffer.from(hex, 'hex');
    assert.deepEqual(plain(packr.unpack(bytes)), plain(value), hex);
    if (from === 'server') {
      assert.equal(Buffer.from(encodeFrame(value as ServerMessage[])).toString('hex'), hex);
      assert.ok(decodeServerFrame(bytes).ok, hex);
    } else {
      const decoded = decodeClientFrame(bytes);
      assert.ok(decoded.ok, hex);
      assert.equal(Buffer.from(encodeClientFrame(decoded.messages as ClientRequest[])).toString('hex'), hex);
    }
  }
});

test('there is an example of every message that has one shape, and of every kind of answer but "done"', () => {
  const shown = new Set(examples.flatMap(({ value }) => (value as number[][]).map(([op]) => op)));
  const all = new Set(MESSAGE_TABLE.map(({ op }) => op));
  assert.deepEqual(
    [...all].filter((op) => !shown.has(op)),
    [],
  );
});

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part) =>
      part instanceof Uint8Array ? Array.from(part) : part?.type === 'Buffer' ? part.data : part,
    ),
  );
}
