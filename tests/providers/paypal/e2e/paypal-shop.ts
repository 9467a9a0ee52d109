/** The smallest shop with PayPal's buttons, under a policy as strict as the real shop's: a nonce, strict-dynamic, nothing inline. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { CheckoutPaymentIntent } from '@paypal/paypal-server-sdk';
import type { Page } from 'playwright-core';
import { type Visitor, visitor } from '../../../support/browser.ts';
import { brl } from '../fixture.ts';
import { PayPalStandIn } from '../paypal-stand-in.ts';
import { sdkClient } from '../sdk-client.ts';

const NONCE = 'bm9uY2U';

export interface PayPalShop {
  readonly paypal: PayPalStandIn;
  readonly someone: Visitor;
  readonly url: string;
  /** What the page's callbacks heard, as `name:text`. */
  heard(): Promise<string[]>;
  /** Resolves when `count` were heard. */
  untilHeard(count: number): Promise<string[]>;
  /** Presses the button and answers PayPal's window, its choices shown. */
  openWindow(): Promise<Page>;
  readonly orderIds: readonly string[];
}

/** @param script Runs before the page's own, e.g. to take `window.open` away. @param currency For which the SDK is asked. */
export async function openPayPalShop(
  t: TestContext,
  { script = '', currency = 'BRL' }: { script?: string; currency?: string } = {},
): Promise<PayPalShop> {
  const paypal = await PayPalStandIn.start();
  t.after(() => paypal.close());
  const { orders } = sdkClient(paypal);
  const orderIds: string[] = [];
  let url = '';
  const createOrder = async (): Promise<string> => {
    const { result } = await orders.createOrder({
      paypalRequestId: `request-${orderIds.length}`,
      body: {
        intent: CheckoutPaymentIntent.Authorize,
        purchaseUnits: [{ amount: brl('64.00') }],
        paymentSource: {
          paypal: { experienceContext: { returnUrl: `${url}/volta?pedido=7`, cancelUrl: `${url}/desiste` } },
        },
      },
    });
    const id = result.id ?? '';
    orderIds.push(id);
    return id;
  };
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      createOrder().then(
        (id) => response.end(JSON.stringify({ id })),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
      return;
    }
    if (request.url === '/favicon.ico') return void response.writeHead(204).end();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'nonce-${NONCE}' 'strict-dynamic'; style-src 'self'; connect-src 'self'; base-uri 'none'`,
      // Opener policy `same-origin` would cut the window off: the buyer's answer would never arrive.
      'cross-origin-opener-policy': 'same-origin-allow-popups',
    });
    response.end(
      request.url === '/' ? pageOf(paypal, script, currency) : `<!doctype html><title>${request.url}</title>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const someone = await visitor(t, { url });
  await someone.page.goto('/');
  await someone.until('document.body.dataset.ready !== undefined');
  const heard = () => someone.page.evaluate('heard') as Promise<string[]>;
  return {
    paypal,
    someone,
    url,
    orderIds,
    heard,
    async untilHeard(count) {
      await someone.until(`heard.length >= ${count}`);
      return heard();
    },
    async openWindow() {
      const [popup] = await Promise.all([
        someone.page.waitForEvent('popup'),
        someone.page.getByRole('button', { name: 'PayPal' }).click(),
      ]);
      someone.listen(popup);
      await popup.getByRole('button', { name: 'Pagar agora' }).waitFor();
      return popup;
    },
  };
}

/** The script is loaded as the shop loads it: an element made by a script that has the nonce. */
function pageOf({ url, clientId }: PayPalStandIn, script: string, currency: string): string {
  const source = JSON.stringify(`${url}/sdk/js?client-id=${clientId}&currency=${currency}&intent=authorize`);
  return `<!doctype html><html lang="pt-BR"><title>loja</title><body><div id="place"></div>
<script nonce="${NONCE}">
${script}
var heard = [];
var element = document.createElement('script');
element.src = ${source};
element.dataset.cspNonce = '${NONCE}';
element.onload = async () => {
  window.buttons = paypal.Buttons({
    style: { height: 48, shape: 'pill' },
    createOrder: async () => (await (await fetch('/orders', { method: 'POST' })).json()).id,
    onApprove: async (data, actions) => { window.restart = actions.restart; heard.push('approve:' + data.orderID + ':' + data.payerID); },
    onCancel: (data) => heard.push('cancel:' + data.orderID),
    onError: (error) => heard.push('error:' + error.message),
  });
  await window.buttons.render('#place');
  document.body.dataset.ready = 'yes';
};
document.head.append(element);
</script></body></html>`;
}
