/** The cinema club in the shop: joined, paid, used at the checkout, renewed, left; and what goes wrong on the way. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { GOOD_PASSWORD } from '../support/accounts-stage.ts';
import { DESKTOP, PHONE, type VisitorOptions } from '../support/browser.ts';
import { type Buyer, buyer, CPFS } from '../support/buyer.ts';
import { clubStage } from '../support/club-stage.ts';

const CLUB = '/account/club';
const KIOSK = { width: 1080, height: 1920 };
/** Stripe's test cards. */
const CARDS = { pays: '4242424242424242', declines: '4000000000000002', asks: '4000002500003155' } as const;
const FIELDS = 'iframe[title="Campos seguros do cartão"]';
const BANK = 'iframe[title="3-D Secure"]';

/** Somebody with an account of his own, signed in by the club's page. */
async function signedIn(t: TestContext, name: string, cpf: string, more: Partial<VisitorOptions> = {}): Promise<Buyer> {
  const { url, account } = await clubStage();
  const email = `${name}@exemplo.com.br`;
  await account(email, cpf);
  const someone = await buyer(t, { url, ...more });
  const { page } = someone;
  await page.goto(CLUB);
  await page.getByRole('main').getByRole('link', { name: 'Entrar' }).click();
  await page.getByLabel('E-mail', { exact: true }).fill(email);
  await page.getByLabel('Senha', { exact: true }).fill(GOOD_PASSWORD);
  await page.getByRole('button', { name: 'Entrar', exact: true }).click();
  await says(someone, 'Planos');
  return someone;
}

const says = ({ page }: Buyer, heading: string): Promise<void> =>
  page.getByRole('heading', { name: heading }).waitFor();

async function joins(someone: Buyer): Promise<void> {
  await someone.page.getByRole('button', { name: 'Assinar Clube Estação' }).click();
  await says(someone, 'Falta só o primeiro mês');
}

/** Types a card into the fields, which are in a frame of Stripe's, and pays. */
async function paysWith({ page }: Buyer, number: string): Promise<void> {
  const fields = page.frameLocator(FIELDS);
  await fields.getByLabel('Número do cartão').fill(number);
  await fields.getByLabel('Validade').fill('12/40');
  await fields.getByLabel('CVC').fill('123');
  // By the keyboard: where a page has just scrolled, a click can still be led into the frame that was there before.
  await page.getByRole('button', { name: /^Pagar R\$\s29,90$/ }).press('Enter');
}

async function isMember(someone: Buyer, tickets: string): Promise<void> {
  await says(someone, 'Você é do Clube Estação');
  await someone.page.getByText(tickets, { exact: true }).waitFor();
}

/** Of the server, whatever a page shows. */
function ticketsLeft(someone: Buyer, left: number): Promise<void> {
  return someone.visitor.until(
    `fetch('/api/club').then((answer) => answer.json()).then(({ membership }) => membership.ticketsLeft === ${left})`,
  );
}

async function choosesClub({ page, words }: Buyer, ...seats: readonly string[]): Promise<void> {
  for (const seat of seats) {
    const choice = page.getByLabel(words.ticketOf(seat));
    const option = choice.locator('option', { hasText: 'Clube' });
    await option.waitFor({ state: 'attached' });
    await choice.selectOption((await option.getAttribute('value')) ?? '');
  }
}

test('[EE60] nobody yet, he sees what the club costs and signs in; he joins, pays, and is a member', async (t) => {
  const someone = await signedIn(t, 'ana', CPFS[0], { size: PHONE });
  const { page, visitor } = someone;
  await visitor.picture('club-1-plans-phone');
  assert.deepEqual(await visitor.barriers(), []);
  await joins(someone);
  await page.frameLocator(FIELDS).getByLabel('CVC').waitFor();
  await visitor.picture('club-2-card-phone');
  assert.deepEqual(await visitor.barriers(), []);
  await paysWith(someone, CARDS.pays);
  await isMember(someone, 'Restam 2 de 2');
  await visitor.picture('club-3-member-phone');
  assert.deepEqual(await visitor.barriers(), []);
});

test('[EE61] a declined card, one whose bank says no, and the page closed in the middle: one subscription, paid once', async (t) => {
  const someone = await signedIn(t, 'bia', CPFS[1], { theme: 'dark' });
  const { page, visitor } = someone;
  const { stripe, subscription } = await clubStage();
  const before = stripe.books.subscriptions.all().length;
  await joins(someone);
  await paysWith(someone, CARDS.declines);
  await page.getByText('O banco recusou o cartão. Nada foi cobrado.').waitFor();
  await visitor.picture('club-declined-desktop');
  assert.deepEqual(await visitor.barriers(), []);
  await paysWith(someone, CARDS.asks);
  await page.frameLocator(BANK).getByRole('button', { name: 'Recusar' }).click();
  await page.getByText('O banco não confirmou que é você. Nada foi cobrado.').waitFor();
  // Comes back another day.
  await page.goto('/');
  await page.goto(CLUB);
  await says(someone, 'Falta só o primeiro mês');
  await paysWith(someone, CARDS.asks);
  await page.frameLocator(BANK).getByRole('button', { name: 'Autorizar' }).click();
  await isMember(someone, 'Restam 2 de 2');
  assert.equal(stripe.books.subscriptions.all().length, before + 1);
  assert.equal(stripe.eventsOf('invoice.paid').filter(({ payload }) => payload.includes(subscription())).length, 1);
});

test('[EE62] a bank with a page of its own leads back to a member, and leaves no secret in the address', async (t) => {
  const { stripe } = await clubStage();
  stripe.challengeBy = 'redirect';
  t.after(() => {
    stripe.challengeBy = 'overlay';
  });
  const someone = await signedIn(t, 'caio', CPFS[2]);
  const { page } = someone;
  await joins(someone);
  await paysWith(someone, CARDS.asks);
  await page.getByRole('button', { name: 'Autorizar' }).click();
  await isMember(someone, 'Restam 2 de 2');
  await someone.visitor.until(`location.search === ''`);
});

test('[EE63] a member buys a seat at the members’ price; the next month brings new tickets; he leaves, and keeps the month', async (t) => {
  const { screenings, monthGoesBy } = await clubStage();
  const someone = await signedIn(t, 'davi', CPFS[3]);
  const { page, visitor } = someone;
  await joins(someone);
  await paysWith(someone, CARDS.pays);
  await isMember(someone, 'Restam 2 de 2');
  await someone.open(screenings[0]!);
  await someone.take('B5', 'B6');
  await someone.toCheckout();
  await page.getByText('Você tem 2 ingressos do clube neste mês.').waitFor();
  await choosesClub(someone, 'B5');
  // 15.00 and 30.00, with the exhibitor's tenth on top.
  await page.getByRole('button', { name: /^Pagar R\$\s49,50$/ }).waitFor();
  await visitor.picture('club-4-checkout-desktop');
  assert.deepEqual(await visitor.barriers(), []);
  await someone.pay();
  await someone.done();
  await page.goto(CLUB);
  await isMember(someone, 'Resta 1 de 2');
  await monthGoesBy();
  await ticketsLeft(someone, 2);
  await page.goto(CLUB);
  await isMember(someone, 'Restam 2 de 2');
  await page.getByRole('button', { name: 'Sair do clube…' }).click();
  await visitor.picture('club-5-leave-desktop');
  await page.getByRole('button', { name: 'Sair do clube', exact: true }).click();
  await says(someone, 'Você está de saída');
  await isMember(someone, 'Restam 2 de 2');
  assert.deepEqual(await visitor.barriers(), []);
});

test('[EE64] used up on another device while he pays: nothing is charged, and he is told, and goes on at full price', async (t) => {
  const { screenings, useUp } = await clubStage();
  const someone = await signedIn(t, 'eva', CPFS[4], { size: PHONE });
  const { page } = someone;
  await joins(someone);
  await paysWith(someone, CARDS.pays);
  await isMember(someone, 'Restam 2 de 2');
  await someone.open(screenings[1]!);
  await someone.take('B5');
  await someone.toCheckout();
  await choosesClub(someone, 'B5');
  await useUp();
  await page.getByRole('button', { name: /^Pagar R\$\s16,50$/ }).waitFor();
  await someone.pay();
  await says(someone, 'O ingresso do clube não está mais disponível');
  await page.getByText('Seus ingressos do clube deste mês acabaram.').waitFor();
  await someone.visitor.picture('club-6-used-up-phone');
  await page.getByRole('button', { name: 'Comprar inteira' }).click();
  await page.getByRole('button', { name: /^Pagar R\$\s33,00$/ }).click();
  await someone.done();
});

test('[EE65] a month that the card does not pay: he is told, and pays it with another one', async (t) => {
  const { monthGoesBy } = await clubStage();
  const someone = await signedIn(t, 'fabio', '93541134780', { size: KIOSK });
  const { page, visitor } = someone;
  await joins(someone);
  await paysWith(someone, CARDS.pays);
  await isMember(someone, 'Restam 2 de 2');
  await monthGoesBy({ fails: true });
  await visitor.until(
    `fetch('/api/club').then((answer) => answer.json()).then(({ membership }) => membership.status === 'late')`,
  );
  await page.goto(CLUB);
  await says(someone, 'A mensalidade não passou');
  await visitor.picture('club-7-late-kiosk');
  assert.deepEqual(await visitor.barriers(), []);
  await page.getByRole('button', { name: 'Pagar com outro cartão' }).click();
  await says(someone, 'Pagar este mês');
  await paysWith(someone, CARDS.pays);
  await isMember(someone, 'Restam 2 de 2');
  await visitor.picture('club-8-member-kiosk');
});

for (const [theme, size, language] of [
  ['light', DESKTOP, 'en'],
  ['dark', PHONE, 'pt-BR'],
] as const) {
  test(`[EE66] who cannot join yet is told what to do: ${theme}, ${language}`, async (t) => {
    const { url, screenings } = await clubStage();
    const someone = await buyer(t, { url, size, theme, language });
    const { page, visitor } = someone;
    const plans = language === 'en' ? 'Plans' : 'Planos';
    await page.goto(CLUB);
    await says(someone, plans);
    await page.getByText(language === 'en' ? 'Joining needs an account' : 'Para assinar é preciso uma conta').waitFor();
    await visitor.picture(`club-visitor-${theme}`);
    assert.deepEqual(await visitor.barriers(), []);
    await someone.buys(
      screenings[2]!,
      [theme === 'light' ? 'C5' : 'D5'],
      `visita-${theme}@exemplo.com.br`,
      '86288366757',
    );
    await page.goto(CLUB);
    await page.getByText(language === 'en' ? 'You are here as a guest' : 'Você está como convidado').waitFor();
    assert.deepEqual(await visitor.barriers(), []);
  });
}

test('[EE67] without a network the page says so, and goes on when it is back', async (t) => {
  const { url } = await clubStage();
  const someone = await buyer(t, { url, expected: /ERR_INTERNET_DISCONNECTED|ERR_FAILED/ });
  const { page, visitor } = someone;
  await page.route('**/api/club/**', (route) => route.abort());
  await page.goto(CLUB);
  await page.getByText('Os planos não carregaram. Nada foi cobrado.').waitFor();
  await visitor.picture('club-unreachable');
  assert.deepEqual(await visitor.barriers(), []);
  await page.unroute('**/api/club/**');
  await page.getByRole('button', { name: 'Tentar de novo' }).click();
  await says(someone, 'Planos');
});

test('[EE69] the books are sound', async () => {
  await (await clubStage()).end();
});
