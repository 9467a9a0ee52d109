import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientAddress, trustedProxies } from './client-address.ts';

const PROXY = '10.0.0.7';
const trusted = trustedProxies([PROXY, '172.16.0.0/12', 'fd00::/8', '2001:db8:ffff::1']);
const from = (header: string | undefined, peer = PROXY): string => clientAddress(peer, header, trusted);

test('[D1] what an untrusted peer sends is not believed', () => {
  for (const peer of ['10.0.0.8', '192.0.2.9', '2001:db8::9', '172.32.0.1', '']) {
    assert.equal(from('198.51.100.1', peer), peer);
    assert.equal(from(`198.51.100.1, ${PROXY}`, peer), peer);
  }
  const nobody = trustedProxies([]);
  assert.equal(clientAddress('127.0.0.1', '198.51.100.1', nobody), '127.0.0.1');
});

test('[D1] without the header the peer is the client', () => {
  assert.equal(from(undefined), PROXY);
  assert.equal(from(''), PROXY);
  assert.equal(from(' , ,'), PROXY);
});

test('[D1] the last entry that is no proxy of ours is the client; what stands before it is its own invention', () => {
  assert.equal(from('198.51.100.1'), '198.51.100.1');
  assert.equal(from('203.0.113.5, 198.51.100.1'), '198.51.100.1');
  assert.equal(from('203.0.113.5,198.51.100.1 , 172.16.9.9, fd00::1'), '198.51.100.1');
  assert.equal(from('10.0.0.7, 198.51.100.1'), '198.51.100.1');
  // Two headers, joined by the socket layer.
  assert.equal(from('203.0.113.5, 203.0.113.6, 198.51.100.1'), '198.51.100.1');
});

test('[D1] when all entries are proxies of ours, the first of them asks', () => {
  assert.equal(from('172.16.1.1, 172.17.2.2'), '172.16.1.1');
});

test('[D2] one visitor has one spelling', () => {
  assert.equal(from('::ffff:198.51.100.1'), '198.51.100.1');
  assert.equal(from('::FFFF:c633:6401'), '198.51.100.1');
  assert.equal(from('2001:DB8:0:0:0:0:0:1'), '2001:db8::1');
  assert.equal(from('[2001:db8::1]'), '2001:db8::1');
  assert.equal(from('[2001:db8::1]:50123'), '2001:db8::1');
  assert.equal(from('198.51.100.1:50123'), '198.51.100.1');
  assert.equal(from('[::ffff:198.51.100.1]:1'), '198.51.100.1');
  // Proxies are recognised in any spelling, too.
  assert.equal(from('198.51.100.1, [::ffff:172.16.0.1]:80, FD00:0::1'), '198.51.100.1');
});

test('[D2] what is no address ends the search: the proxy that passed it on is taken', () => {
  const junk = [
    'unknown',
    '_hidden',
    'localhost',
    '198.51.100',
    '198.51.100.256',
    '0198.51.100.1',
    '198.51.100.1:',
    '198.51.100.1:123456',
    '[198.51.100.1',
    '2001:db8::1]',
    '[]',
    'fe80::1%eth0',
    '"198.51.100.1"',
    'for=198.51.100.1',
    '198.51.100.1 203.0.113.1',
    '\u0000',
  ];
  for (const entry of junk) {
    assert.equal(from(entry), PROXY, entry);
    assert.equal(from(`198.51.100.1, ${entry}, 172.16.3.3`), '172.16.3.3', entry);
  }
});

test('[D1] whatever stands in front of the entry that our proxy wrote changes nothing', () => {
  const forged = fc.string({ maxLength: 60 });
  fc.assert(
    fc.property(
      forged,
      fc.ipV4().filter((client) => !trusted.has(client)),
      (text, client) => {
        assert.equal(from(`${text},${client}`), client);
        assert.equal(from(text, '192.0.2.9'), '192.0.2.9');
      },
    ),
    { seed: 20_261_124 },
  );
});

test('[D1] networks are whole: their first and last address, and none beside them', () => {
  const inside = (entry: string, address: string): boolean => trustedProxies([entry]).has(address);
  assert.ok(inside('192.168.17.9/30', '192.168.17.8') && inside('192.168.17.9/30', '192.168.17.11'));
  assert.ok(!inside('192.168.17.9/30', '192.168.17.7') && !inside('192.168.17.9/30', '192.168.17.12'));
  assert.ok(inside('0.0.0.0/0', '203.0.113.1') && !inside('0.0.0.0/0', '2001:db8::1'));
  assert.ok(inside('2001:db8::/57', '2001:db8:0:7f::1') && !inside('2001:db8::/57', '2001:db8:0:80::1'));
  assert.ok(inside('::/0', 'ffff::') && inside('::1', '::1') && !inside('::1', '::2'));
  assert.ok(inside('::ffff:10.0.0.1', '10.0.0.1'));
});

test('[D1] an entry that is neither address nor network is refused by name', () => {
  for (const entry of [
    'proxy',
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '*',
    '::ffff:10.0.0.0/104',
    'fe80::1%lo',
  ]) {
    assert.throws(
      () => trustedProxies(['10.0.0.1', entry]),
      (error) => error instanceof RangeError && error.message.includes(`"${entry}"`),
    );
  }
});
