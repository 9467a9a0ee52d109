import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { nanoid } from 'nanoid';
import qrcode from 'qrcode';
import { packageRoot } from '../package-root.ts';
import { base45, readBase45 } from './base45.ts';
import { readTicketText, TICKET_PREFIX, type TicketClaims, ticketPayload, ticketText } from './ticket-payload.ts';
import { publicKeysOf, verifyTicket } from './verify-ticket.ts';

const FROM_MS = Date.UTC(2026, 11, 24, 11, 30);
const CLAIMS: TicketClaims = {
  ticket: 'V1StGXR8_Z5jdHi6B-myT',
  screening: 4_711,
  seat: 77,
  notBeforeMs: FROM_MS,
  notAfterMs: FROM_MS + 20 * 3_600_000,
};
const KEY = 3;
const pair = generateKeyPairSync('ed25519');
const keys = new Map([[KEY, pair.publicKey]]);

function textOf(claims: TicketClaims = CLAIMS, key = KEY, privateKey: KeyObject = pair.privateKey): string {
  const payload = ticketPayload(key, claims);
  return ticketText(payload, sign(null, payload, privateKey));
}

function bytesOf(text: string): Uint8Array {
  return readBase45(text.slice(TICKET_PREFIX.length))!;
}

test('[TQ2] the layout is the documented one, byte by byte', () => {
  const payload = ticketPayload(KEY, CLAIMS);
  assert.equal(
    Buffer.from(payload).toString('hex'),
    [
      '01', // version
      '0003', // key
      '000000001267', // screening 4711
      '004d', // seat 77
      '6b2d0238', // 2026-12-24T11:30:00Z
      '04b0', // 1200 minutes
      '00', // packed
      Buffer.from(`${CLAIMS.ticket}A`, 'base64url').toString('hex'),
    ].join(''),
  );
});

test('[TQ2] the example of docs/tickets.md is good by the keys that it names, and is what we make', () => {
  const page = readFileSync(path.join(packageRoot(), 'docs', 'tickets.md'), 'utf8');
  const [, payload = ''] = /^payload +([0-9a-f]+)$/m.exec(page) ?? [];
  const [, code = ''] = /^code +(POLTRONA:.*)$/m.exec(page) ?? [];
  // RFC 8037, appendix A.
  const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x };
  assert.equal(Buffer.from(ticketPayload(1, CLAIMS)).toString('hex'), payload);
  assert.equal(textOf(CLAIMS, 1, createPrivateKey({ key: jwk, format: 'jwk' })), code);
  assert.ok(page.includes(x));
  const verdict = verifyTicket(code, publicKeysOf([{ kid: '1', x }]), FROM_MS);
  assert.deepEqual(verdict, { is: 'valid', key: 1, claims: CLAIMS });
});

test('[TQ2] a code of ours fits version 8 of a QR code at level Q, in its alphanumeric mode', () => {
  const largest = { ...CLAIMS, ticket: nanoid(), screening: 2 ** 48 - 1, seat: 4095 };
  for (const claims of [CLAIMS, largest]) {
    const text = textOf(claims);
    assert.equal(text.length, 156);
    const code = qrcode.create(text, { errorCorrectionLevel: 'Q' });
    assert.deepEqual([code.version, code.segments.length, code.segments[0]?.mode.id], [8, 1, 'Alphanumeric']);
  }
});

test('[TQ3] what was signed is read again, whatever the ticket', () => {
  const claims = fc.record({
    ticket: fc.oneof(
      fc.string({ unit: fc.constantFrom(...'ABYZabyz0189_-'), minLength: 21, maxLength: 21 }),
      fc.string({
        unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
        minLength: 1,
        maxLength: 64,
      }),
    ),
    screening: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    seat: fc.integer({ min: 0, max: 0xffff }),
    notBeforeMs: fc.integer({ min: 0, max: 0xffff_ffff }).map((seconds) => seconds * 1_000),
    minutes: fc.integer({ min: 1, max: 0xffff }),
    key: fc.integer({ min: 1, max: 0xffff }),
  });
  fc.assert(
    fc.property(claims, ({ minutes, key, ...rest }) => {
      const full = { ...rest, notAfterMs: rest.notBeforeMs + minutes * 60_000 };
      const text = textOf(full, key);
      const verdict = verifyTicket(text, new Map([[key, pair.publicKey]]), rest.notBeforeMs);
      assert.deepEqual(verdict, { is: 'valid', key, claims: full });
      assert.equal(text, text.trim());
    }),
    { numRuns: 200 },
  );
});

test('[TQ3] what has no room in the format is not signed', () => {
  const wrong = [
    { ticket: '' },
    { ticket: 'a b' },
    { ticket: 'x'.repeat(65) },
    { seat: -1 },
    { screening: 2 ** 48 },
    { screening: 1.5 },
    { notBeforeMs: -1 },
    { notAfterMs: FROM_MS + 1e12 },
  ];
  for (const change of wrong) assert.throws(() => ticketPayload(KEY, { ...CLAIMS, ...change }), RangeError);
  for (const key of [0, 65_536]) assert.throws(() => ticketPayload(key, CLAIMS), RangeError);
});

test('[TQ4] every bit of a code counts: one that flips makes it worthless', () => {
  const bytes = bytesOf(textOf());
  const found = new Map<string, number>();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const { is } = verifyTicket(TICKET_PREFIX + base45(changed), keys, FROM_MS);
    found.set(is, (found.get(is) ?? 0) + 1);
    if (bit >> 3 === 17) assert.equal(is, 'no-ticket', 'a length that does not add up');
  }
  assert.equal(found.get('valid'), undefined);
  assert.deepEqual([found.get('other-format'), found.get('unknown-key')], [8, 16]);
  assert.equal(
    [...found.values()].reduce((sum, count) => sum + count, 0),
    98 * 8,
  );
});

test('[TQ4] every character counts: another one in its place makes it worthless', () => {
  const text = textOf();
  for (let at = 0; at < text.length; at++)
    for (const other of ['0', 'A', ':', ' ', 'a', '\u0000'])
      if (text[at] !== other)
        assert.notEqual(
          verifyTicket(text.slice(0, at) + other + text.slice(at + 1), keys, FROM_MS).is,
          'valid',
          `${at}`,
        );
});

test('[TQ4] a signature of another key, and one of another ticket, are forged', () => {
  const stranger = generateKeyPairSync('ed25519').privateKey;
  assert.deepEqual(verifyTicket(textOf(CLAIMS, KEY, stranger), keys, FROM_MS), { is: 'forged' });
  const [one, other] = [bytesOf(textOf()), bytesOf(textOf({ ...CLAIMS, seat: 78 }))];
  other.set(one.subarray(-64), other.length - 64);
  assert.deepEqual(verifyTicket(TICKET_PREFIX + base45(other), keys, FROM_MS), { is: 'forged' });
});

test('[TQ5] a key that is not published and a later format are told as such', () => {
  assert.deepEqual(verifyTicket(textOf(CLAIMS, 4), keys, FROM_MS), { is: 'unknown-key', key: 4 });
  assert.deepEqual(verifyTicket(textOf(), new Map(), FROM_MS), { is: 'unknown-key', key: KEY });
  const later = bytesOf(textOf());
  later[0] = 2;
  assert.deepEqual(verifyTicket(TICKET_PREFIX + base45(later), keys, FROM_MS), { is: 'other-format', version: 2 });
});

test('[TQ6] before its time and after it a code is not good, to the millisecond, and says of what it is', () => {
  const at = (nowMs: number): string => verifyTicket(textOf(), keys, nowMs).is;
  const { notBeforeMs, notAfterMs } = CLAIMS;
  assert.deepEqual([notBeforeMs - 1, notBeforeMs, notAfterMs - 1, notAfterMs].map(at), [
    'too-early',
    'valid',
    'valid',
    'too-late',
  ]);
  assert.deepEqual(verifyTicket(textOf(), keys, 0), { is: 'too-early', key: KEY, claims: CLAIMS });
});

test('[TQ7] whatever is scanned, nothing is thrown, and nothing is good', () => {
  const good = textOf();
  const samples = [
    '',
    'POLTRONA:',
    'POLTRONA:0',
    'POLTRONA:00',
    `${good} `,
    ` ${good}`,
    good.toLowerCase(),
    good + good,
    good.slice(0, -3),
    'https://example.com',
    'HC1:6BF',
    '\ud800',
    TICKET_PREFIX + base45(new Uint8Array(83).fill(1)),
    TICKET_PREFIX + base45(new Uint8Array(300).fill(255)),
  ];
  for (const text of samples) assert.notEqual(verifyTicket(text, keys, FROM_MS).is, 'valid', text);
  const bytes = bytesOf(good);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.uint8Array({ maxLength: 260 }).map((any) => TICKET_PREFIX + base45(any)),
        fc.tuple(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1 })).map(([at, any]) => {
          const mixed = new Uint8Array([...bytes.subarray(0, at), ...any]);
          return TICKET_PREFIX + base45(mixed);
        }),
      ),
      (text) => {
        assert.notEqual(verifyTicket(text, keys, FROM_MS).is, 'valid');
        assert.ok(readTicketText(text).is.length > 0);
      },
    ),
    { numRuns: 500 },
  );
});

test('[TQ7] a length that does not add up is no ticket, before anybody looks at the signature', () => {
  const bytes = bytesOf(textOf({ ...CLAIMS, ticket: 'order-1' }));
  for (const length of [0, 6, 8, 255]) {
    const changed = bytes.slice();
    changed[17] = length;
    assert.deepEqual(readTicketText(TICKET_PREFIX + base45(changed)), { is: 'no-ticket' }, `${length}`);
  }
});

test('[TQ5] published keys are read from their JWK form; what is no key is refused', () => {
  const { x = '' } = pair.publicKey.export({ format: 'jwk' });
  assert.equal(verifyTicket(textOf(), publicKeysOf([{ kid: String(KEY), x }]), FROM_MS).is, 'valid');
  assert.throws(() => publicKeysOf([{ kid: '1', x: 'AAAA' }]));
});
