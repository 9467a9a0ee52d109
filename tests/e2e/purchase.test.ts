/** The whole way to a ticket, from the first page to the code at the gate: on a phone, on a desk, in both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { buyer, CPFS } from '../support/buyer.ts';
import { CINEMA, e2eStage, endStage, FILM } from '../support/e2e-stage.ts';

const WAYS = [
  { name: 'phone', language: 'pt-BR', size: PHONE, theme: 'light', search: 'poltrona vazia' },
  { name: 'desktop', language: 'en', size: DESKTOP, theme: 'dark', search: 'vazia' },
  { name: 'phone', language: 'en', size: PHONE, theme: 'dark', search: 'campinas' },
  { name: 'desktop', language: 'pt-BR', size: DESKTOP, theme: 'light', search: 'cine estacao' },
] as const;

for (const [way, { name, language, size, theme, search }] of WAYS.entries()) {
  test(`[EE10] from a search to a ticket with its code, as a guest: ${name}, ${language}`, async (t) => {
    const { url } = await e2eStage();
    const someone = await buyer(t, { url, language, size, theme });
    const { page, words } = someone;
    const picture = (what: string): Promise<void> => someone.visitor.picture(`${name}-${language}-${what}`);
    await page.goto('/');
    await page.getByLabel(words.search).fill(search);
    await page.getByLabel(words.search).press('Enter');
    const film = page.getByRole('heading', { level: 2, name: FILM });
    await film.waitFor();
    await picture('1-search');
    await film.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: FILM }).waitFor();
    await page.getByRole('heading', { name: CINEMA }).first().waitFor();
    await picture('2-film');
    await page
      .locator('main a[href*="/screenings/"]')
      .nth(way % 2)
      .click();
    await page.getByRole('grid').waitFor();
    await someone.isLive();
    // Each buyer a row of their own: they share two screenings.
    const row = ['B', 'C', 'D', 'B'][way] ?? 'B';
    const seats = way === 3 ? ['C1', 'C2'] : [`${row}5`, `${row}6`];
    await someone.take(...seats);
    await picture('3-seats');
    await someone.toCheckout();
    const half = page.getByLabel(words.ticketOf(seats[1] ?? ''));
    await half.selectOption({ index: 1 });
    await someone.tells(`comprador${way}@exemplo.com.br`, CPFS[way]);
    await picture('4-checkout');
    await someone.pay();
    const order = await someone.done();
    assert.notEqual(order, '');
    await picture('5-done');
    await someone.toTickets();
    for (const seat of seats) await someone.qr(seat).waitFor({ state: 'attached' });
    await picture('6-ticket');
    await page.goto('/tickets');
    await page.getByRole('heading', { level: 1, name: words.myTickets }).waitFor();
    await page.locator(`main a[href*="${order}"]`).first().waitFor();
    await picture('7-my-tickets');
  });
}

test('[EE19] the books are sound', async () => {
  await endStage();
});
