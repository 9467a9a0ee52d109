/**
 * Browser tests in which money moves: the cinema of e2e-stage.ts with Stripe and PayPal, both stood in for on the loopback, and the
 * sandbox off. What is typed into a provider's frame or window is written down here.
 */
import type { FrameLocator, Page } from 'playwright-core';
import WebSocket from 'ws';
import { connect, type Session } from '../../clients/sdk/session.ts';
import { PayPalStandIn } from '../providers/paypal/paypal-stand-in.ts';
import { StripeStandIn } from '../providers/stripe/stripe-stand-in.ts';
import type { Buyer } from './buyer.ts';
import { type E2eStage, e2eStage, endStage } from './e2e-stage.ts';

/** Where the server says that it is; browsers come to its port, and a test leads them on. */
export const PUBLIC_URL = 'http://paying.test';

/** Cards by what becomes of them. */
export const CARDS = {
  good: '4242424242424242',
  declined: '4000000000000002',
  asked: '4000002500003155',
} as const;

export interface PayingStage extends E2eStage {
  readonly stripe: StripeStandIn;
  readonly paypal: PayPalStandIn;
}

let opened: Promise<PayingStage> | null = null;

/** This file's stage. */
export function payingStage(): Promise<PayingStage> {
  opened ??= open();
  return opened;
}

export async function endPayingStage(): Promise<void> {
  const { stripe, paypal } = await payingStage();
  await endStage();
  await Promise.all([stripe.close(), paypal.close()]);
}

async function open(): Promise<PayingStage> {
  const secret = 'whsec_of_browser_tests';
  const [stripe, paypal] = await Promise.all([
    StripeStandIn.start({ webhookSecrets: [secret] }),
    PayPalStandIn.start(),
  ]);
  const stage = await e2eStage({
    PUBLIC_URL,
    POLTRONA_SANDBOX_PAYMENTS: 'off',
    STRIPE_API_URL: stripe.url,
    STRIPE_SCRIPT_URL: `${stripe.url}/endive/stripe.js`,
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
    STRIPE_WEBHOOK_SECRETS: secret,
    PAYPAL_API_URL: paypal.url,
    PAYPAL_SCRIPT_URL: `${paypal.url}/sdk/js`,
    PAYPAL_CLIENT_ID: paypal.clientId,
    PAYPAL_CLIENT_SECRET: paypal.clientSecret,
    PAYPAL_WEBHOOK_ID: paypal.webhookId,
  });
  return { ...stage, stripe, paypal };
}

/** The frame of the card's fields. */
export function cardFrame(page: Page): FrameLocator {
  return page.frameLocator('iframe[title="Campos seguros do cartão"]');
}

export async function typeCard(page: Page, number: string): Promise<void> {
  const frame = cardFrame(page);
  await frame.getByLabel('Número do cartão').fill(number);
  await frame.getByLabel('Validade').fill('12/34');
  await frame.getByLabel('CVC').fill('123');
}

/** The bank's question over the page. */
export async function answerBank(page: Page, answer: 'Autorizar' | 'Recusar'): Promise<void> {
  await page.frameLocator('iframe[title="3-D Secure"]').getByRole('button', { name: answer }).click();
}

export const payPalButton = (page: Page) => page.getByRole('button', { name: 'Pagar com PayPal' });

/** PayPal's window, opened by its button. */
export async function payPalWindow({ page, visitor }: Buyer): Promise<Page> {
  const [opened] = await Promise.all([visitor.context.waitForEvent('page'), payPalButton(page).click()]);
  visitor.listen(opened);
  await opened.getByRole('button', { name: 'Pagar agora' }).waitFor();
  return opened;
}

/** From the map to the payment, all but the money filled in. */
export async function toPayment(
  someone: Buyer,
  screening: number,
  seats: readonly string[],
  cpf?: string,
): Promise<void> {
  await someone.open(screening);
  await someone.take(...seats);
  await someone.page.getByRole('button', { name: someone.words.continue }).click();
  await someone.page.getByRole('heading', { level: 1, name: someone.words.checkout }).waitFor();
  await someone.tells('ana@exemplo.com.br', cpf);
}

/** A kiosk with a person's CPF: it holds seats, and waits for a phone to pay them. */
export class Kiosk {
  readonly #url: string;
  readonly #cookie: string;
  readonly #session: Session;

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
    class WithCookie extends WebSocket {
      constructor(address: string | URL, protocols: string) {
        super(address, protocols, { headers: { cookie } });
      }
    }
    this.#session = connect({ url: `${url.replace('http', 'ws')}/ws`, webSocket: WithCookie });
  }

  static async start(url: string, cpf: string): Promise<Kiosk> {
    const answer = await fetch(`${url}/api/guests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ cpf, email: 'kiosk@exemplo.com.br', locale: 'pt-BR' }),
    });
    const cookie = answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    return new Kiosk(url, cookie);
  }

  /** Begins a purchase that a phone is to pay; `link` is what the code holds, `sold` asks whether it is paid. */
  async begin(screening: number, seat: number, category: number) {
    const held = await this.#session.hold(screening, [seat]);
    if (held.is !== 'accepted') throw new Error(`not held: ${JSON.stringify(held)}`);
    const requestId = crypto.randomUUID().replaceAll('-', '').slice(0, 22);
    const lines = [{ seat, type: 1, category }];
    const buy = () =>
      this.#session.buy(
        screening,
        held.hold,
        lines,
        { method: 'phone', detail: '' },
        { requestId, deadlineMs: 10_000 },
      );
    const begun = await buy();
    const order = begun.is === 'refused' ? begun.order : undefined;
    if (order === undefined) throw new Error(`not begun: ${JSON.stringify(begun)}`);
    return { order, link: `/pay/${order}#access=${await this.#access(order)}`, buy };
  }

  close(): void {
    this.#session.close();
  }

  async #access(order: string): Promise<string> {
    for (let tries = 0; tries < 50; tries++) {
      const answer = await fetch(`${this.#url}/api/orders/${order}`, { headers: { cookie: this.#cookie } });
      if (answer.ok) return ((await answer.json()) as { order: { access: string } }).order.access;
      // The books are a moment behind the purchase.
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('the order is not in the books');
  }
}
