import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base45, readBase45 } from './base45.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('[TQ1] Base45 is that of RFC 9285: its examples both ways, and any bytes there and back', () => {
  const examples = { AB: 'BB8', 'Hello!!': '%69 VD92EX0', 'base-45': 'UJCLQE7W581', 'ietf!': 'QED8WEX0' };
  for (const [plain, text] of Object.entries(examples)) {
    assert.equal(base45(bytesOf(plain)), text);
    assert.deepEqual(readBase45(text), bytesOf(plain));
  }
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(readBase45(base45(bytes)), bytes)));
});

test('[TQ1] a text has one meaning and bytes have one spelling; what is no Base45 is refused', () => {
  for (const wrong of ['A', 'ABCD', 'GGW', ':::', '::', 'bb8', 'BB8\n', 'ÄB8', 'BB_', '٣BB'])
    assert.equal(readBase45(wrong), null, wrong);
  assert.deepEqual(readBase45('FGW'), new Uint8Array([0xff, 0xff]));
  const text = fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:') });
  fc.assert(
    fc.property(text, (tried) => {
      const bytes = readBase45(tried);
      if (bytes !== null) assert.equal(base45(bytes), tried);
    }),
  );
});
