/** Every page, in both themes: nothing for axe-core to find, no policy broken, both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { buyer } from '../support/buyer.ts';
import { e2eStage, endStage } from '../support/e2e-stage.ts';

const ADDRESSES = [
  '/',
  '/?q=nada+disso',
  '/tickets',
  '/tickets/find',
  '/account/sign-in',
  '/account/sign-up',
  '/account/forgot',
  '/account',
  '/nada-aqui',
  '/screenings/999999',
];

for (const [theme, size] of [
  ['light', PHONE],
  ['dark', DESKTOP],
] as const) {
  test(`[EE40] axe-core finds nothing on any page, and no page breaks the policy: ${theme}`, async (t) => {
    const { url, screenings, film } = await e2eStage();
    const someone = await buyer(t, { url, theme, size });
    const { page, visitor } = someone;
    const found: string[] = [];
    const look = async (what: string): Promise<void> => {
      found.push(...(await visitor.barriers()).map((barrier) => `${what}: ${barrier}`));
    };
    for (const address of [...ADDRESSES, `/films/${film}`]) {
      await page.goto(address);
      await page.locator('main h1').first().waitFor();
      await visitor.until(`document.querySelector('.skeleton') === null`);
      await look(address);
    }
    await someone.open(screenings[theme === 'light' ? 0 : 1]!);
    await someone.take('B5');
    await look('seats');
    await visitor.picture(`seats-${theme}`);
    await someone.toCheckout();
    await look('checkout');
    await someone.payButton().click();
    await look('checkout, fields missing');
    await someone.tells('ana@exemplo.com.br');
    await someone.pay();
    await someone.done();
    await look('order');
    await someone.toTickets();
    await look('ticket');
    await page.goto('/tickets');
    await page.locator('main li a').first().waitFor();
    await look('my tickets');
    assert.deepEqual(found, []);
  });
}

test('[EE41] a CPF with wrong digits is told beside its field, and nothing is asked of the server', async (t) => {
  const { url, screenings } = await e2eStage();
  const someone = await buyer(t, { url, language: 'en' });
  await someone.open(screenings[2]!);
  await someone.take('B5');
  await someone.toCheckout();
  await someone.tells('ana@exemplo.com.br', '12345678901');
  await someone.pay();
  await someone.page.getByText(someone.words.wrongCpf).first().waitFor();
  await someone.payButton().waitFor();
});

test('[EE42] the language is changed in place, and remembered', async (t) => {
  const { url } = await e2eStage();
  const someone = await buyer(t, { url });
  const { page } = someone;
  await page.goto('/tickets');
  await page.getByRole('heading', { level: 1, name: 'Meus ingressos' }).waitFor();
  await page.getByLabel('Idioma').selectOption('en');
  await page.getByRole('heading', { level: 1, name: 'My tickets' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'My tickets' }).waitFor();
});

test('[EE19] the books are sound', async () => {
  await endStage();
});
