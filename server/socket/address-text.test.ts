import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFromBytes, addressFromText } from './address-text.ts';

test('bytes become the text that node:net shows', () => {
  const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
  assert.equal(addressFromBytes(bytes('7f000001')), '127.0.0.1');
  assert.equal(addressFromBytes(bytes('00000000000000000000ffffc0000201')), '192.0.2.1');
  assert.equal(addressFromBytes(bytes('00000000000000000000000000000001')), '::1');
  assert.equal(addressFromBytes(bytes('00000000000000000000000000000000')), '::');
  assert.equal(addressFromBytes(bytes('20010db8000000000001000000000001')), '2001:db8::1:0:0:1');
  assert.equal(addressFromBytes(bytes('20010db8000100020003000400050006')), '2001:db8:1:2:3:4:5:6');
  assert.equal(addressFromBytes(bytes('20010db8000000010001000100010001')), '2001:db8:0:1:1:1:1:1');
  assert.equal(addressFromBytes(bytes('')), '');
});

test('IPv4 mapped into IPv6 is shown as IPv4', () => {
  assert.equal(addressFromText('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(addressFromText('2001:db8::1'), '2001:db8::1');
  assert.equal(addressFromText(undefined), '');
});
