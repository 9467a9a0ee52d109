/** Several people in one room: what one takes the other sees, one gets what both want, and what is left comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE } from '../support/browser.ts';
import { buyer } from '../support/buyer.ts';
import { e2eStage, endStage } from '../support/e2e-stage.ts';

async function screeningOf(rank: number): Promise<{ url: string; screening: number }> {
  const { url, screenings } = await e2eStage();
  return { url, screening: screenings[rank]! };
}

test('[EE20] two browsers want one seat: one gets it, the other is told which one went and keeps its others', async (t) => {
  const { url, screening } = await screeningOf(0);
  const [ana, bia] = await Promise.all([buyer(t, { url }), buyer(t, { url, size: PHONE })]);
  await Promise.all([ana.open(screening), bia.open(screening)]);
  await Promise.all([ana.take('C3'), bia.take('C8')]);
  await Promise.all([ana.touch('B5'), bia.touch('B5')]);
  const winner = await Promise.race([ana.isMine('B5').then(() => ana), bia.isMine('B5').then(() => bia)]);
  const [loser, own] = winner === ana ? ([bia, 'C8'] as const) : ([ana, 'C3'] as const);
  await loser.page.getByText(/B5/).first().waitFor();
  await loser.visitor.picture('lost-the-seat');
  await loser.isMine(own);
  assert.equal(await loser.panel('B5').count(), 0);
});

test('[EE21] a seat that somebody takes changes while one looks, and again when it comes back', async (t) => {
  const { url, screening } = await screeningOf(1);
  const someone = await buyer(t, { url });
  await someone.open(screening);
  const { session } = await e2eStage();
  const other = session(t);
  const map = await (await fetch(`${url}/api/screenings/${screening}/seats`)).json();
  const seats = (map as { seats: readonly [number, number, number, string][] }).seats;
  const seat = seats.findIndex(([, , , label]) => label === 'C6');
  const held = await other.hold(screening, [seat]);
  assert.ok(held.is === 'accepted');
  await someone.page.getByRole('gridcell', { name: /^Fila C, poltrona 6\b.*alguém está escolhendo/ }).waitFor();
  await other.release(screening, held.hold, [seat]);
  await someone.page.getByRole('gridcell', { name: /^Fila C, poltrona 6\b.*livre/ }).waitFor();
});

test('[EE22] who goes away gives the seats back', async (t) => {
  const { url, screening } = await screeningOf(2);
  const [ana, bia] = await Promise.all([buyer(t, { url }), buyer(t, { url })]);
  await Promise.all([ana.open(screening), bia.open(screening)]);
  await ana.take('B5');
  await bia.page.getByRole('gridcell', { name: /^Fila B, poltrona 5\b.*alguém está escolhendo/ }).waitFor();
  await ana.page.getByRole('link', { name: 'Poltrona' }).first().click();
  await bia.page.getByRole('gridcell', { name: /^Fila B, poltrona 5\b.*livre/ }).waitFor();
  await bia.take('B5');
});

test('[EE23] a purchase by keys alone', async (t) => {
  const { url, screening } = await screeningOf(3);
  const someone = await buyer(t, { url, language: 'en' });
  const { page, words } = someone;
  await someone.open(screening);
  await page.locator('[role=gridcell][tabindex="0"]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await page.getByRole('timer').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: words.checkout }).waitFor();
  await someone.payButton().waitFor();
  await page.getByLabel(words.email, { exact: true }).focus();
  await page.keyboard.type('keys@exemplo.com.br');
  await page.keyboard.press('Tab');
  await page.keyboard.type('52998224725');
  await page.getByRole('radio', { name: words.cards.approved }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await someone.done();
  await page.getByRole('link', { name: words.openTickets }).focus();
  await page.keyboard.press('Enter');
  await someone.qr().waitFor();
});

test('[EE24] a room that is full says so, and so does one that does not exist', async (t) => {
  const { url, tiny, session } = await e2eStage();
  const other = session(t);
  const held = await other.hold(tiny, [0, 1]);
  assert.ok(held.is === 'accepted');
  const someone = await buyer(t, { url, size: PHONE });
  await someone.page.goto(`/screenings/${tiny}`);
  await someone.page.getByText(someone.words.soldOut).first().waitFor();
  await someone.visitor.picture('sold-out-phone');
  await someone.page.goto('/screenings/999999');
  await someone.page.getByRole('heading', { level: 1, name: someone.words.unknownScreening }).waitFor();
});

test('[EE19] the books are sound', async () => {
  await endStage();
});
