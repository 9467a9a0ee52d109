/** Webhooks: which are PayPal's, and how little is believed of them. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { SIGNING_KEY } from '../../../tests/providers/paypal/paypal-certificate.ts';
import { type PaypalStage, paypalStage } from '../../../tests/support/paypal-stage.ts';
import { ProviderUnknown } from '../provider-port.ts';
import { payPalDesk } from './paypal-desk.ts';

/** Another host's, good until 2126; its key is thrown away. */
const OTHER_NAME = `
-----BEGIN CERTIFICATE-----
MIIDRzCCAi+gAwIBAgIUX6Qq6twG276wlY/fBLVJNlFz+hIwDQYJKoZIhvcNAQEL
BQAwMjEXMBUGA1UECgwOUG9sdHJvbmEgdGVzdHMxFzAVBgNVBAMMDnd3dy5wYXlw
YWwuY29tMCAXDTI2MTEyNTE3MDg1NloYDzIxMjYxMTAxMTcwODU2WjAyMRcwFQYD
VQQKDA5Qb2x0cm9uYSB0ZXN0czEXMBUGA1UEAwwOd3d3LnBheXBhbC5jb20wggEi
MA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDToEvMsfTQRDEyO4/2dokUY4Mz
ARjfgFZbBYAe/6t7KV2Y4/wpLezcr9LZbDk3+mO3llEl6uBXJOXPk1m639BSSOOX
idE+bQTyYQTGhzdb9wbtvG+HoEah0aooAJAJwLRTTxn5VFUo5mCoisuM3PEABvZ1
7bYpGoc5Ti8ckEVe9bnl770mKJK2FyXOhhTl/MG73cluZ2OHhxQ0paDZI8kMurwQ
wAejxxRDz6NCLSJZTh/AnUn+FzNxbD7HelheXD9xOsv1TdVu/U3tZS3FCI+YHUYx
H5qrLltgABNzyzbgrullf/MUwWYly1TJKpBPZKsINhnxJ2wDTvkJrpzCUmy9AgMB
AAGjUzBRMB0GA1UdDgQWBBTogmQS73RkdHg/8Ce6dYNwmFZZgTAfBgNVHSMEGDAW
gBTogmQS73RkdHg/8Ce6dYNwmFZZgTAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3
DQEBCwUAA4IBAQAtra4IsU59POy9EfqMGEmiXHXUFNjBWHleontEEUYNtUGElizh
QJMJssQ41SU3xSP9IL5b8kKJwklFj+AHZTEy87O3TUWXZ1nNsCfB/CUOTkVA22QI
xkQ7anSGIFb0A6ojuCCa3AQntLIgqAcgc570HzMR5hXl8MN6WBTdGsLGq/FNdXTl
99IGUJaBQ4/jtq7tTEjdng8G7iwDY+4yMvTQY2fCnpQimLUtadtlAw57jY44IGjx
Q5gQxsQ00fnJI57roWEl8wIuWxXjLAk9B4GMvgqwXDKb1Xa8Q/4ToRij9chycNRg
V3EWr8rsu1FWako1olFrWZfe3j/KvUe/wayg
-----END CERTIFICATE-----
`;

type Headers = Record<string, string>;
const DAY_MS = 86_400_000;

/** A true transmission of a captured payment's event. */
async function transmission(t: TestContext) {
  const stage = await paypalStage(t);
  await stage.captured();
  const event = stage.standIn.events.find(({ event_type: type }) => type === 'PAYMENT.CAPTURE.COMPLETED');
  assert.ok(event);
  const body = Buffer.from(event.payload);
  const headers = signed(stage, body);
  const verify = (changed: Partial<Headers> = {}, other: Uint8Array = body) =>
    stage.desk.verifyWebhook((name) => ({ ...headers, ...changed })[name], other);
  return { stage, event, body, headers, verify };
}

/** As PayPal signs; `more` lies. */
function signed(
  { standIn, clock }: PaypalStage,
  body: Uint8Array,
  more: { time?: string; webhookId?: string; crc?: number; key?: typeof SIGNING_KEY; certUrl?: string } = {},
): Headers {
  const { time = new Date(clock.nowMs).toISOString(), webhookId = standIn.webhookId } = more;
  const message = `t-1|${time}|${webhookId}|${more.crc ?? crc32(body)}`;
  return {
    'paypal-transmission-id': 't-1',
    'paypal-transmission-time': time,
    'paypal-transmission-sig': sign('RSA-SHA256', Buffer.from(message), more.key ?? SIGNING_KEY).toString('base64'),
    'paypal-cert-url': more.certUrl ?? standIn.certUrl,
    'paypal-auth-algo': 'SHA256withRSA',
  };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum's register before `bytes` went through it, by what it was afterwards. */
function before(register: number, bytes: Uint8Array): number {
  return bytes.reduceRight((after, byte) => {
    const index = TABLE.findIndex((value) => value >>> 24 === after >>> 24);
    return (((after ^ (TABLE[index] ?? 0)) << 8) | (index ^ byte)) >>> 0;
  }, register);
}

/** Four bytes between the two make the whole have the checksum that is wanted: what a forger would do. */
function forgedBody(head: string, tail: string, wanted: number): Buffer {
  const register = before(before(~wanted >>> 0, Buffer.from(tail)), Buffer.alloc(4));
  const four = Buffer.alloc(4);
  four.writeUInt32LE((register ^ ~crc32(head)) >>> 0);
  return Buffer.concat([Buffer.from(head), four, Buffer.from(tail)]);
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}

test('[PP13] a transmission of PayPal’s is verified by the certificate that it names, fetched once', async (t) => {
  const { stage, event, verify } = await transmission(t);
  const verified = await Promise.all(Array.from({ length: 5 }, () => verify()));
  for (const one of verified) assert.equal(one?.id, event.id);
  await verify();
  assert.equal(stage.asked('GET', /certs/), 1);
});

test('[PP13] what the stand-in sends is verified, and none of its forgeries', async (t) => {
  const { stage, event } = await transmission(t);
  const shop = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const found = await stage.desk.verifyWebhook((name) => request.headers[name] as string | undefined, body);
    response.writeHead(found === null ? 400 : 200).end();
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  t.after(() => shop.close());
  stage.standIn.webhookUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  assert.deepEqual(await stage.standIn.deliver(event), { status: 200 });
  for (const forge of ['signature', 'body', 'old', 'certificate'] as const) {
    assert.deepEqual(await stage.standIn.deliver(event, { forge }), { status: 400 }, forge);
  }
});

test('[PP13] a changed body, a missing header, another algorithm, another webhook or another key: forged', async (t) => {
  const { stage, body, headers, verify } = await transmission(t);
  assert.equal(await verify({}, Buffer.concat([body, Buffer.from(' ')])), null);
  for (const name of Object.keys(headers)) {
    assert.equal(await verify({ [name]: '' }), null, name);
    assert.equal(await verify({ [name]: 'x'.repeat(2_000) }), null, name);
  }
  for (const algorithm of ['SHA1withRSA', 'sha256withrsa', 'none']) {
    assert.equal(await verify({ 'paypal-auth-algo': algorithm }), null, algorithm);
  }
  assert.equal(await verify({ 'paypal-transmission-sig': '***' }), null);
  assert.equal(await verify({ 'paypal-transmission-id': 't-2' }), null);
  assert.equal(await verify(signed(stage, body, { webhookId: 'ANOTHER' })), null);
  assert.equal(
    await verify(signed(stage, body, { key: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey })),
    null,
  );
  assert.notEqual(await verify(), null);
});

test('[PP13] a transmission counts for four days, and five minutes ahead of our clock', async (t) => {
  const { stage, body, verify } = await transmission(t);
  const at = (ms: number) => verify(signed(stage, body, { time: new Date(stage.clock.nowMs + ms).toISOString() }));
  const taken = await Promise.all([-4 * DAY_MS, -4 * DAY_MS + 1_000, 300_000, 301_000].map(at));
  assert.deepEqual(
    taken.map((event) => event !== null),
    [false, true, true, false],
  );
  for (const time of ['yesterday', '2026', '1e3', '']) assert.equal(await verify(signed(stage, body, { time })), null);
});

test('[PP14] only exactly PayPal’s addresses are asked for a certificate', async (t) => {
  const { stage, body, verify } = await transmission(t);
  const { url, certUrl } = stage.standIn;
  const path = new URL(certUrl).pathname;
  const host = new URL(url).host;
  const foreign = [
    `https://api.paypal.com.example${path}`,
    `https://example.com${path}`,
    // As long as the account is a stand-in's, PayPal's own mean nothing, and the other way round (below).
    `https://api.paypal.com${path}`,
    `https://${host}${path}`,
    `http://user@${host}${path}`,
    `http://${host}.example${path}`,
    `http://localhost:${new URL(url).port}${path}`,
    `${certUrl}?x=1`,
    `${certUrl}#x`,
    `${url}/v1/notifications/certs/../certs/CERT-1`,
    `${url}/v1/notifications/certs/`,
    `${url}/v2/checkout/orders`,
    `file://${path}`,
    path,
    '',
  ];
  for (const address of foreign) assert.equal(await verify(signed(stage, body, { certUrl: address })), null, address);
  assert.deepEqual([stage.asked('GET', /./), (await verify()) !== null], [0, true]);
});

test('[PP14] for PayPal itself: https and its own hosts, the sandbox’s never for real money', async (t) => {
  const { stage, body } = await transmission(t);
  const asked: string[] = [];
  t.mock.method(globalThis, 'fetch', (address: string) => {
    asked.push(address);
    return Promise.resolve(new Response('no certificate'));
  });
  const path = '/v1/notifications/certs/CERT-1';
  const hosts = [
    'https://api.paypal.com',
    'http://api.paypal.com',
    'https://api-m.paypal.com',
    'https://api.sandbox.paypal.com',
    'https://www.paypal.com',
    'https://api.paypal.com:444',
    'https://api.paypal.com.example',
  ];
  const askedBy = async (environment: 'live' | 'sandbox') => {
    asked.length = 0;
    const apiUrl = `https://api-m.${environment === 'live' ? '' : 'sandbox.'}paypal.com`;
    const account = { clientId: 'c', clientSecret: 's', webhookId: stage.standIn.webhookId, environment, apiUrl };
    const desk = payPalDesk(account);
    for (const host of hosts) {
      const headers = signed({ ...stage, clock: { nowMs: Date.now() } }, body, { certUrl: host + path });
      assert.equal(await desk.verifyWebhook((name) => headers[name], body), null);
    }
    return asked.map((address) => address.replace(path, ''));
  };
  assert.deepEqual(await askedBy('live'), ['https://api.paypal.com', 'https://api-m.paypal.com']);
  assert.deepEqual(await askedBy('sandbox'), [
    'https://api.paypal.com',
    'https://api-m.paypal.com',
    'https://api.sandbox.paypal.com',
  ]);
});

test('[PP14] what is no certificate, a long one, one of another name or another time verifies nothing', async (t) => {
  const stage = await paypalStage(t);
  const body = Buffer.from('{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}');
  const path = '/v1/notifications/certs/CERT-1';
  const verify = async (pem: string, nowMs = stage.clock.nowMs, apiUrl = stage.standIn.url) => {
    t.mock.method(globalThis, 'fetch', () => Promise.resolve(new Response(pem)));
    const { clientId, clientSecret, webhookId } = stage.standIn;
    const desk = payPalDesk({ clientId, clientSecret, webhookId, environment: 'live', apiUrl, nowMs: () => nowMs });
    const headers = signed({ ...stage, clock: { nowMs } }, body, { certUrl: apiUrl + path });
    return desk.verifyWebhook((name) => headers[name], body);
  };
  const pem = stage.standIn.certificatePem;
  assert.notEqual(await verify(pem), null);
  // An issuer may follow; what comes first counts.
  assert.notEqual(await verify(`${pem}\n${OTHER_NAME}`), null);
  assert.equal(await verify('no certificate'), null);
  assert.equal(await verify(OTHER_NAME), null);
  assert.equal(await verify(pem, Date.parse('2026-01-01T00:00:00Z')), null);
  assert.equal(await verify(pem, Date.parse('2126-12-01T00:00:00Z')), null);
  // A stand-in's name is none of PayPal's.
  assert.equal(await verify(pem, stage.clock.nowMs, 'https://api-m.paypal.com'), null);
  await assert.rejects(verify(pem + ' '.repeat(40_000)), ProviderUnknown);
});

test('[PP14] a certificate that cannot be had now is asked for again; it is kept for a day; so many are fetched in a minute', async (t) => {
  const { stage, body, verify } = await transmission(t);
  const real = globalThis.fetch;
  let fetches = 0;
  let answer: (address: string, init: RequestInit) => Promise<Response> = () =>
    Promise.resolve(new Response('', { status: 503 }));
  t.mock.method(globalThis, 'fetch', (address: string, init: RequestInit) => {
    fetches++;
    return answer(address, init);
  });
  await assert.rejects(verify(), (error) => error instanceof ProviderUnknown && error.failure === 'status 503');
  answer = () => Promise.reject(new TypeError('fetch failed'));
  await assert.rejects(verify(), (error) => error instanceof ProviderUnknown && error.failure === 'connection');
  answer = real;
  assert.notEqual(await verify(), null);
  stage.clock.nowMs += DAY_MS - 1;
  assert.notEqual(await verify(signed(stage, body)), null);
  assert.equal(fetches, 3);
  stage.clock.nowMs += 1;
  assert.notEqual(await verify(signed(stage, body)), null);
  assert.equal(fetches, 4);
  // Invented addresses use up the minute; what is kept is verified all the same.
  answer = () => Promise.resolve(new Response('', { status: 404 }));
  const invented = (index: number) =>
    verify(signed(stage, body, { certUrl: `${stage.standIn.url}/v1/notifications/certs/CERT-${index}` }));
  for (let index = 0; index < 12; index++) assert.equal(await invented(index), null);
  await assert.rejects(
    invented(12),
    (error) => error instanceof ProviderUnknown && error.failure === 'too-many-certificates',
  );
  assert.notEqual(await verify(signed(stage, body)), null);
  stage.clock.nowMs += 60_000;
  assert.equal(await invented(13), null);
});

test('[PP15] a body with the same checksum under a true signature names what is to be fetched, and no more', async (t) => {
  const { stage, body, headers } = await transmission(t);
  const known = await stage.authorised('o-2');
  const resource = { custom_id: 'o-2', status: 'COMPLETED', amount: { currency_code: 'BRL', value: '64.00' } };
  const lie = { id: 'WH-FORGED', event_type: 'PAYMENT.CAPTURE.COMPLETED', resource };
  // Not any four bytes are part of a text.
  const forged = Array.from({ length: 1_000 }, (_, salt) =>
    forgedBody(`${JSON.stringify({ ...lie, salt }).slice(0, -1)},"x":"`, '"}', crc32(body)),
  ).find(isJson);
  assert.ok(forged !== undefined && crc32(forged) === crc32(body) && !forged.equals(body));
  const told = await stage.desk.verifyWebhook((name) => headers[name], forged);
  assert.deepEqual(told, {
    ...{ provider: 'paypal', id: 'WH-FORGED', type: 'PAYMENT.CAPTURE.COMPLETED', createdMs: null },
    about: { kind: 'payment', order: 'o-2', object: null },
  });
  // Looked at, nothing of it is true.
  assert.equal((await stage.desk.look(known)).result.is, 'authorised');
});

/** With a certificate kept, and a PayPal that answers `status` for it from now on; nothing lies at any other address. */
async function kept(t: TestContext) {
  const { stage, body, verify } = await transmission(t);
  assert.notEqual(await verify(), null);
  const answers = { status: 200, asked: 0 };
  const real = globalThis.fetch;
  t.mock.method(globalThis, 'fetch', (address: string, init: RequestInit) => {
    if (address !== stage.standIn.certUrl) return Promise.resolve(new Response('', { status: 404 }));
    answers.asked++;
    return answers.status === 200 ? real(address, init) : Promise.resolve(new Response('', { status: answers.status }));
  });
  const now = () => verify(signed(stage, body));
  const invented = (index: number) =>
    verify(signed(stage, body, { certUrl: `${stage.standIn.url}/v1/notifications/certs/CERT-${index}` }));
  return { clock: stage.clock, answers, now, invented };
}

test('[PP16] invented addresses do not keep a kept certificate from being asked for again', async (t) => {
  const { clock, answers, now, invented } = await kept(t);
  clock.nowMs += DAY_MS;
  for (let index = 0; index < 12; index++) assert.equal(await invented(index), null);
  await assert.rejects(invented(12), { failure: 'too-many-certificates' });
  assert.notEqual(await now(), null);
  assert.equal(answers.asked, 1);
});

test('[PP16] a kept certificate stays good while it cannot be asked for, until its last day', async (t) => {
  const { clock, answers, now } = await kept(t);
  answers.status = 503;
  clock.nowMs += 30 * DAY_MS;
  for (let again = 0; again < 5; again++) assert.notEqual(await now(), null);
  assert.equal(answers.asked, 1, 'asked for again after a minute');
  clock.nowMs += 60_000;
  assert.notEqual(await now(), null);
  assert.equal(answers.asked, 2);
  clock.nowMs = Date.parse('2126-12-01T00:00:00Z');
  await assert.rejects(now(), ProviderUnknown);
});

test('[PP16] a certificate that was withdrawn verifies nothing after a day', async (t) => {
  const { clock, answers, now } = await kept(t);
  answers.status = 404;
  assert.notEqual(await now(), null);
  clock.nowMs += DAY_MS;
  assert.equal(await now(), null);
});

test('[PP16] where nothing good lies is not asked again for ten minutes', async (t) => {
  const { clock, invented } = await kept(t);
  clock.nowMs += 60_000;
  for (let again = 0; again < 30; again++) assert.equal(await invented(7), null);
  // Of the minute's twelve, eleven are left.
  for (let index = 100; index < 111; index++) assert.equal(await invented(index), null);
  await assert.rejects(invented(111), ProviderUnknown);
  clock.nowMs += 600_000;
  assert.equal(await invented(7), null);
  for (let index = 200; index < 211; index++) assert.equal(await invented(index), null);
  await assert.rejects(invented(211), ProviderUnknown);
});
