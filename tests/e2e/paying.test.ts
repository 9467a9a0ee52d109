/**
 * Paying with Stripe and PayPal, whose stand-ins keep their rules: whichever way it goes (declined, asked about, cancelled, loaded anew,
 * paid on another device), there is one order, and the provider has taken its amount once or not at all.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PHONE, type VisitorOptions, visitor } from '../support/browser.ts';
import { type Buyer, buyer, CPFS } from '../support/buyer.ts';
import { FULL_CENTS } from '../support/e2e-stage.ts';
import {
  answerBank,
  CARDS,
  cardFrame,
  endPayingStage,
  Kiosk,
  type PayingStage,
  PUBLIC_URL,
  payingStage,
  payPalButton,
  payPalWindow,
  toPayment,
  typeCard,
} from '../support/paying-stage.ts';

/** With the fee. */
const SEAT_CENTS = (FULL_CENTS * 11) / 10;

async function someoneAt(t: TestContext, rank: number, more: Partial<VisitorOptions> = {}) {
  const stage = await payingStage();
  const someone = await buyer(t, { url: stage.url, ...more });
  return { ...stage, someone, screening: stage.screenings[rank]! };
}

/** What each provider has taken or keeps reserved of orders of this screening, cents. */
function taken({ stripe, paypal }: PayingStage): { readonly capturedCents: number; readonly authorisedCents: number } {
  const intents = stripe.books.paymentIntents.all();
  const captured = intents.reduce((sum, { amount_received }) => sum + amount_received, 0);
  const reserved = intents.reduce((sum, { amount_capturable }) => sum + amount_capturable, 0);
  const books = paypal.books();
  return { capturedCents: captured + books.capturedCents, authorisedCents: reserved };
}

/** The money follows the sale; resolves when the providers have taken so much more than `before`. */
async function tookMore(stage: PayingStage, before: number, cents: number): Promise<void> {
  const endsMs = Date.now() + 10_000;
  while (taken(stage).capturedCents !== before + cents || taken(stage).authorisedCents !== 0) {
    assert.ok(Date.now() < endsMs, `taken: ${JSON.stringify(taken(stage))}, wanted ${before + cents}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function paysByCard(someone: Buyer, card: string): Promise<void> {
  await typeCard(someone.page, card);
  await someone.payButton().click();
}

test('[EE50] paid by card on a page of its own kind: the map, the card’s fields in Stripe’s frame, the ticket', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 0, { size: PHONE });
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5']);
  const kind = () => someone.page.getAttribute('meta[name="document"]', 'content');
  assert.equal(await kind(), 'payment');
  await cardFrame(someone.page).getByLabel('Número do cartão').waitFor();
  assert.deepEqual(await someone.visitor.barriers(), []);
  await paysByCard(someone, CARDS.good);
  await someone.done();
  assert.equal(await kind(), 'plain');
  await someone.toTickets();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE51] a declined card takes nothing, keeps seats and fields, and gives time: another card then pays', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 1);
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5']);
  await paysByCard(someone, CARDS.declined);
  await someone.page.getByRole('heading', { name: someone.words.declined }).waitFor();
  await someone.page.getByText(/^Você tem mais \d:\d\d/).waitFor();
  await someone.visitor.picture('card-declined-desktop');
  assert.equal(await cardFrame(someone.page).getByLabel('CVC').inputValue(), '123', 'what was typed is still there');
  await tookMore(stage, capturedCents, 0);
  await paysByCard(someone, CARDS.good);
  await someone.done();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE52] the bank asks over the page: refused, nothing is taken; authorised the next time, the purchase goes on', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 2);
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5', 'B6']);
  await paysByCard(someone, CARDS.asked);
  await answerBank(someone.page, 'Recusar');
  await someone.page.getByRole('heading', { name: someone.words.declined }).waitFor();
  await paysByCard(someone, CARDS.asked);
  await answerBank(someone.page, 'Autorizar');
  await someone.done();
  await tookMore(stage, capturedCents, 2 * SEAT_CENTS);
});

test('[EE53] a bank with a page of its own sends the buyer back, and the purchase goes on by itself', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 3);
  const { capturedCents } = taken(stage);
  await someone.page.route(`${PUBLIC_URL}/**`, (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.fulfill({ status: 302, headers: { location: stage.url + pathname + search } });
  });
  stage.stripe.challengeBy = 'redirect';
  t.after(() => {
    stage.stripe.challengeBy = 'overlay';
  });
  await toPayment(someone, screening, ['B5']);
  await paysByCard(someone, CARDS.asked);
  await someone.page.getByRole('button', { name: 'Autorizar' }).click();
  await someone.done();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[WY60] back from the bank when all is decided already, a buyer comes to his order and reads of no kiosk', async (t) => {
  const { someone, screening } = await someoneAt(t, 3);
  const { page } = someone;
  await toPayment(someone, screening, ['C5']);
  await paysByCard(someone, CARDS.good);
  await someone.done();
  const order = new URL(page.url()).pathname.split('/').at(-1);
  await page.addInitScript(
    `new MutationObserver(() => { if (/totem/.test(document.body?.innerText ?? '')) console.error('a kiosk'); })
       .observe(document, { childList: true, subtree: true, characterData: true })`,
  );
  await page.goto(`/pay/${order}?payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_x`);
  await page.waitForURL(`**/orders/${order}`);
  await someone.done();
});

test('[WY61] in another browser the order’s address opens nothing, and does not say that nothing was charged; its secret is gone first', async (t) => {
  const { url } = await payingStage();
  const { page } = await visitor(t, { url, size: PHONE });
  const addresses: unknown[] = [];
  await page.route('**/api/orders/**', async (route) => {
    addresses.push(await page.evaluate('location.search'));
    await route.continue();
  });
  await page.goto('/pay/0123456789abcdef?payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_x');
  await page.getByRole('heading', { level: 1, name: 'Daqui não sabemos desta compra' }).waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /nada foi cobrado/i);
  assert.deepEqual([...new Set(addresses)], ['']);
});

test('[EE54] PayPal: no window while the form has a mistake; then paid in it', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 4);
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5'], '11111111111');
  await someone.page.getByRole('radio', { name: /^PayPal/ }).check({ force: true });
  await payPalButton(someone.page).click();
  await someone.page.getByText(someone.words.wrongCpf).first().waitFor();
  assert.equal(someone.visitor.context.pages().length, 1);
  await someone.tells('ana@exemplo.com.br');
  const opened = await payPalWindow(someone);
  await someone.visitor.picture('paypal-open-desktop');
  await opened.getByRole('button', { name: 'Pagar agora' }).click();
  await someone.done();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE55] PayPal’s window closed without paying: nothing is taken, the seats stay, and a card pays them', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 5, { size: PHONE });
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5']);
  await someone.page.getByRole('radio', { name: /^PayPal/ }).check({ force: true });
  await (await payPalWindow(someone)).close();
  await someone.page.getByText('Você fechou o PayPal sem pagar.').waitFor();
  await payPalButton(someone.page).waitFor();
  await someone.page.getByRole('radio', { name: /^Cartão/ }).check({ force: true });
  await paysByCard(someone, CARDS.good);
  await someone.done();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE56] loaded anew while the bank asks: the question is put again, and there is one order', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 6);
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5']);
  await paysByCard(someone, CARDS.asked);
  await someone.page.locator('iframe[title="3-D Secure"]').waitFor();
  await someone.page.reload();
  await answerBank(someone.page, 'Autorizar');
  await someone.done();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE56] loaded anew while PayPal’s window is open: it is gone on with, or another way is taken', async (t) => {
  const { someone, screening, ...stage } = await someoneAt(t, 7);
  const { capturedCents } = taken(stage);
  await toPayment(someone, screening, ['B5']);
  await someone.page.getByRole('radio', { name: /^PayPal/ }).check({ force: true });
  await payPalWindow(someone);
  await someone.page.reload();
  await someone.page.getByRole('heading', { name: 'Falta confirmar no PayPal' }).waitFor();
  await someone.visitor.picture('paypal-again-desktop');
  await someone.page.getByRole('button', { name: 'Pagar de outro jeito' }).click();
  // A CPF is not kept on the device.
  await someone.tells('ana@exemplo.com.br');
  await paysByCard(someone, CARDS.good);
  await someone.done();
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE57] [WY62] a phone pays what a kiosk has chosen, and the kiosk hears of it', async (t) => {
  const stage = await payingStage();
  const { url, screenings } = stage;
  const screening = screenings[8]!;
  const { capturedCents } = taken(stage);
  const offer = (await (await fetch(`${url}/api/screenings/${screening}/offer`)).json()) as {
    ticketTypes: { id: number; engineType: number }[];
  };
  const category = offer.ticketTypes.find(({ engineType }) => engineType === 1)!.id;
  const kiosk = await Kiosk.start(url, CPFS[2]);
  t.after(() => kiosk.close());
  const { link, buy } = await kiosk.begin(screening, 20, category);
  const phone = await visitor(t, { url, size: PHONE });
  const { page } = phone;
  await page.goto(link);
  await page.getByRole('heading', { level: 1, name: 'Pagar no celular' }).waitFor();
  assert.doesNotMatch(page.url(), /access/, 'the secret is out of the address');
  await cardFrame(page).getByLabel('Número do cartão').waitFor();
  await page.reload();
  await typeCard(page, CARDS.asked);
  assert.deepEqual(await phone.barriers(), []);
  await phone.picture('pay-phone');
  await page.getByRole('button', { name: /^Pagar R\$/ }).click();
  await answerBank(page, 'Autorizar');
  await page.getByRole('heading', { level: 1, name: 'Pago. Boa sessão!' }).waitFor();
  await phone.until(`document.activeElement?.matches('h1') === true`);
  await phone.picture('paid-phone');
  assert.equal((await buy()).is, 'accepted');
  await tookMore(stage, capturedCents, SEAT_CENTS);
});

test('[EE58] Stripe’s script does not come: said so, PayPal still pays, and another try finds it', async (t) => {
  const { someone, screening, stripe } = await someoneAt(t, 9, { expected: /ERR_FAILED|net::/ });
  await someone.page.route(`${stripe.url}/**`, (route) => route.abort());
  await toPayment(someone, screening, ['B5']);
  await someone.page.getByText('Os campos do cartão não abriram.').waitFor();
  assert.deepEqual(await someone.visitor.barriers(), []);
  await someone.page.getByRole('radio', { name: /^PayPal/ }).check({ force: true });
  await payPalButton(someone.page).waitFor();
  await someone.page.unroute(`${stripe.url}/**`);
  await someone.page.getByRole('radio', { name: /^Cartão/ }).check({ force: true });
  await someone.page.getByRole('button', { name: 'Tentar de novo' }).click();
  await paysByCard(someone, CARDS.good);
  await someone.done();
});

test('[EE59] the books are sound', async () => {
  await endPayingStage();
});
