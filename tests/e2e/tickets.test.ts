/** The ticket after the purchase: in a dead zone, in another browser by the letter's link, and its code as the server signed it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import qrcode from 'qrcode';
import { PHONE, visitor } from '../support/browser.ts';
import { buyer, CPFS } from '../support/buyer.ts';
import { e2eStage, endStage } from '../support/e2e-stage.ts';
import { KEPT } from './delivery-states.ts';

test('[EE30] after one visit the ticket and its code open with no network at all', async (t) => {
  const { url, screenings } = await e2eStage();
  const someone = await buyer(t, { url, size: PHONE, expected: /ERR_INTERNET_DISCONNECTED/ });
  const order = await someone.buys(screenings[0]!, ['B5', 'B6'], 'ana@exemplo.com.br');
  await someone.toTickets();
  await someone.visitor.until(KEPT);
  const address = someone.page.url();
  await someone.visitor.context.setOffline(true);
  await someone.page.goto(address);
  for (const seat of ['B5', 'B6']) await someone.qr(seat).waitFor({ state: 'attached' });
  await someone.visitor.picture('ticket-offline-phone');
  await someone.page.goto('/tickets');
  await someone.page.locator(`main a[href*="${order}"]`).first().waitFor();
});

test('[EE31] the link of the letter opens the tickets in another browser; without it they do not open', async (t) => {
  const { url, screenings, folder } = await e2eStage();
  const someone = await buyer(t, { url });
  const order = await someone.buys(screenings[1]!, ['B5'], 'bia@exemplo.com.br', CPFS[1]);
  await someone.toTickets();
  const link = await letterLink(path.join(folder, 'mail'), order);
  const stranger = await visitor(t, { url });
  await stranger.page.goto(`/tickets/${order}`);
  await stranger.page.getByRole('heading', { level: 1, name: 'Este ingresso não abre aqui' }).waitFor();
  const other = await buyer(t, { url, size: PHONE });
  await other.page.goto(link);
  await other.qr('B5').waitFor();
  assert.doesNotMatch(other.page.url(), /access=/, 'the key of the tickets stays in the address');
});

test('[EE33] the code on the screen is, square by square, the text that the server signed', async (t) => {
  const { url, screenings } = await e2eStage();
  const someone = await buyer(t, { url, size: PHONE, theme: 'dark' });
  const order = await someone.buys(screenings[3]!, ['D5'], 'davi@exemplo.com.br', CPFS[4]);
  await someone.toTickets();
  const { order: bought } = (await someone.page.evaluate(
    `fetch('/api/orders/${order}').then((answer) => answer.json())`,
  )) as { order: { tickets: readonly { qr: string }[] } };
  const { modules } = qrcode.create(bought.tickets[0]?.qr ?? '', { errorCorrectionLevel: 'Q' });
  const drawn = someone.qr('D5');
  const [, , side] = ((await drawn.getAttribute('viewBox')) ?? '').split(' ').map(Number);
  const quiet = ((side ?? 0) - modules.size) / 2;
  assert.ok(quiet >= 4, `the quiet zone is ${quiet} squares wide`);
  const shown = new Set<string>();
  const path = (await drawn.locator('path').getAttribute('d')) ?? '';
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    for (let i = 0; i < Number(run); i++) shown.add(`${Number(x) + i - quiet} ${Number(y) - quiet}`);
  const wanted = new Set<string>();
  for (let row = 0; row < modules.size; row++)
    for (let column = 0; column < modules.size; column++) if (modules.get(row, column)) wanted.add(`${column} ${row}`);
  assert.deepEqual(shown, wanted);
});

test('[EE32] a ticket is found by its code and the CPF, by nothing less', async (t) => {
  const { url, screenings } = await e2eStage();
  const someone = await buyer(t, { url });
  const order = await someone.buys(screenings[2]!, ['C5'], 'caio@exemplo.com.br', CPFS[2]);
  const { order: bought } = (await someone.page.evaluate(
    `fetch('/api/orders/${order}').then((answer) => answer.json())`,
  )) as { order: { tickets: readonly { code: string }[] } };
  const { page } = await visitor(t, { url });
  await page.goto('/tickets/find');
  await page.getByLabel('Código do ingresso').fill(bought.tickets[0]?.code ?? '');
  await page.getByLabel('CPF').fill(CPFS[3]);
  await page.getByRole('button', { name: 'Buscar' }).click();
  await page.getByText('Não achamos ingressos com este código e este CPF juntos').waitFor();
  await page.getByLabel('CPF').fill(CPFS[2]);
  await page.getByRole('button', { name: 'Buscar' }).click();
  await page.getByRole('img', { name: 'Código QR da poltrona C5' }).waitFor();
});

/** The address in the letter of an order; letters are files here, written a moment after the sale. */
async function letterLink(folder: string, order: string): Promise<string> {
  for (const endsMs = performance.now() + 20_000; performance.now() < endsMs; ) {
    for (const name of list(folder)) {
      const text = readFileSync(path.join(folder, name), 'utf8')
        .replace(/=\r?\n/g, '')
        .replaceAll('=3D', '=');
      const [, link] = new RegExp(`https?://[^/\\s"]+(/tickets/${order}#access=[\\w.~-]+)`).exec(text) ?? [];
      if (link !== undefined) return link;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`no letter for ${order} in ${folder}: ${list(folder).join(' ')}`);
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eml'));
  } catch {
    return [];
  }
}

test('[EE19] the books are sound', async () => {
  await endStage();
});
