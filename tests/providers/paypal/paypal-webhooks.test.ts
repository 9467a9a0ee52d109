/** Webhooks: signed as PayPal's, delivered when the test says or at once, forged on demand. */
import assert from 'node:assert/strict';
import { createVerify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { openFixture } from './fixture.ts';
import type { PayPalStandIn } from './paypal-stand-in.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

test('[SP8] a delivery is signed with the key of the certificate at its address', async (t) => {
  const { paypal, create } = await openFixture(t, { webhooks: 'hold' });
  const shop = await openShop(t);
  paypal.webhookUrl = shop.url;
  paypal.approve(await create());
  const [event] = paypal.events;
  assert.ok(event !== undefined);
  assert.deepEqual(await paypal.deliver(event), { status: 200 });
  const [received] = shop.received;
  assert.ok(received !== undefined);
  assert.equal(received.body, event.payload);
  assert.equal(received.headers['paypal-cert-url'], paypal.certUrl);
  const certificate = await (await fetch(paypal.certUrl)).text();
  assert.equal(certificate, paypal.certificatePem);
  assert.ok(isSigned(paypal, received, certificate));
  assert.ok(await isVerified(paypal, received));
});

test('[SP8] a forged delivery fails both ways of checking it', async (t) => {
  const { paypal, create } = await openFixture(t, { webhooks: 'hold' });
  const shop = await openShop(t);
  paypal.webhookUrl = shop.url;
  paypal.approve(await create());
  const [event] = paypal.events;
  assert.ok(event !== undefined);
  for (const forge of ['signature', 'body'] as const) {
    await paypal.deliver(event, { forge });
    const received = shop.received.at(-1);
    assert.ok(received !== undefined);
    assert.equal(isSigned(paypal, received, paypal.certificatePem), false, forge);
    assert.equal(await isVerified(paypal, received), false, forge);
  }
  assert.notEqual(shop.received.at(-1)?.body, event.payload);
  assert.doesNotThrow(() => JSON.parse(shop.received.at(-1)?.body ?? ''));
  // An old one is genuine and late, and one with a foreign certificate is signed: the shop has to look at the time and the host.
  await paypal.deliver(event, { forge: 'old' });
  const ageMs = Date.now() - Date.parse(String(shop.received.at(-1)?.headers['paypal-transmission-time']));
  assert.ok(ageMs > 300 * 24 * 3600_000);
  await paypal.deliver(event, { forge: 'certificate' });
  assert.equal(new URL(String(shop.received.at(-1)?.headers['paypal-cert-url'])).hostname, 'api.paypal.com.example');
});

test('[SP8] the check is over the bytes: the same event written otherwise is not the event', async (t) => {
  const { paypal, create } = await openFixture(t, { webhooks: 'hold' });
  const shop = await openShop(t);
  paypal.webhookUrl = shop.url;
  paypal.approve(await create());
  await paypal.deliver(paypal.events[0] ?? assert.fail());
  const [received] = shop.received;
  assert.ok(received !== undefined);
  const pretty = JSON.stringify(JSON.parse(received.body), null, 2);
  assert.equal(await isVerified(paypal, { ...received, body: pretty }), false);
});

test('[SP9] held events are delivered in the order the test likes, twice or never', async (t) => {
  const { paypal, create, authorize, capture } = await openFixture(t, { webhooks: 'hold' });
  const shop = await openShop(t);
  paypal.webhookUrl = shop.url;
  await capture(await authorize(await create()));
  assert.equal(shop.received.length, 0);
  const [approved, , captured] = paypal.events;
  assert.ok(approved !== undefined && captured !== undefined);
  await paypal.deliver(captured, { times: 2 });
  await paypal.deliver(approved);
  const types = shop.received.map(({ body }) => (JSON.parse(body) as { event_type: string }).event_type);
  assert.deepEqual(types, ['PAYMENT.CAPTURE.COMPLETED', 'PAYMENT.CAPTURE.COMPLETED', 'CHECKOUT.ORDER.APPROVED']);
  assert.deepEqual([captured.accepted, approved.accepted], [2, 1]);
  const ids = shop.received.map(({ headers }) => headers['paypal-transmission-id']);
  assert.equal(new Set(ids).size, 3);
});

test('[SP9] sent events come by themselves, again when refused, and hold up nobody', async (t) => {
  const shop = await openShop(t);
  const { paypal, orders, create } = await openFixture(t, { webhookUrl: shop.url });
  shop.refusals = 1;
  const id = await create();
  shop.isSilent = true;
  paypal.approve(id);
  // The shop has not answered its webhook, and PayPal answers the shop.
  assert.equal((await orders.getOrder({ id })).result.status, 'APPROVED');
  await shop.until(1);
  shop.speak();
  await shop.until(2);
  assert.equal(shop.received[0]?.body, shop.received[1]?.body);
});

test('[SP9] an event is listed and sent again on demand', async (t) => {
  const { paypal, create, exchanges } = await openFixture(t, { webhooks: 'hold' });
  const shop = await openShop(t);
  paypal.webhookUrl = shop.url;
  paypal.approve(await create());
  const authorization = exchanges.findLast(({ request }) => request.headers.authorization?.startsWith('Bearer '))
    ?.request.headers.authorization;
  const headers = { authorization: authorization ?? '' };
  const list = async (query: string) =>
    (await (await fetch(`${paypal.url}/v1/notifications/webhooks-events?${query}`, { headers })).json()) as {
      events: { id: string }[];
    };
  const { events } = await list(`start_time=${new Date(Date.now() - 60_000).toISOString()}`);
  assert.deepEqual(
    events.map(({ id }) => id),
    [paypal.events[0]?.id],
  );
  assert.equal((await list(`start_time=${new Date(Date.now() + 60_000).toISOString()}`)).events.length, 0);
  paypal.webhooks = 'send';
  await fetch(`${paypal.url}/v1/notifications/webhooks-events/${events[0]?.id}/resend`, { method: 'POST', headers });
  await shop.until(1);
});

/** As the shop checks with the certificate. */
function isSigned({ webhookId }: PayPalStandIn, { headers, body }: Received, certificatePem: string): boolean {
  const message = `${headers['paypal-transmission-id']}|${headers['paypal-transmission-time']}|${webhookId}|${crc32(body)}`;
  const { publicKey } = new X509Certificate(certificatePem);
  const signature = String(headers['paypal-transmission-sig']);
  return createVerify('RSA-SHA256').update(message).verify(publicKey, signature, 'base64');
}

/** As the shop asks PayPal, with the event's own bytes. */
async function isVerified(paypal: PayPalStandIn, { headers, body }: Received): Promise<boolean> {
  const granted = await fetch(`${paypal.url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${paypal.clientId}:${paypal.clientSecret}`).toString('base64')}` },
    body: 'grant_type=client_credentials',
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const claim = JSON.stringify({
    auth_algo: headers['paypal-auth-algo'],
    cert_url: headers['paypal-cert-url'],
    transmission_id: headers['paypal-transmission-id'],
    transmission_sig: headers['paypal-transmission-sig'],
    transmission_time: headers['paypal-transmission-time'],
    webhook_id: paypal.webhookId,
  });
  const answer = await fetch(`${paypal.url}/v1/notifications/verify-webhook-signature`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: `${claim.slice(0, -1)},"webhook_event":${body}}`,
  });
  return ((await answer.json()) as { verification_status: string }).verification_status === 'SUCCESS';
}

interface Shop {
  readonly url: string;
  readonly received: Received[];
  /** How many of the next it answers with 503. */
  refusals: number;
  /** Takes them and says nothing until `speak`. */
  isSilent: boolean;
  speak(): void;
  /** When `count` have come. */
  until(count: number): Promise<void>;
}

async function openShop(t: TestContext): Promise<Shop> {
  const received: Received[] = [];
  let arrived = (): void => undefined;
  let speak = (): void => undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += String(part);
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      arrived();
      const answer = () => response.writeHead(shop.refusals-- > 0 ? 503 : 200).end();
      if (!shop.isSilent) return void answer();
      speak = () => {
        shop.isSilent = false;
        answer();
      };
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/paypal`,
    received,
    refusals: 0,
    isSilent: false,
    speak() {
      speak();
    },
    async until(count) {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
  return shop;
}
