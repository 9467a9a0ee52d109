/** Payments that do not go straight on: whatever the bank, the buyer or the power do, each purchase has one end, and the page says which. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { clientConfig } from '../../storage/database.ts';
import { PHONE } from '../support/browser.ts';
import { buyer } from '../support/buyer.ts';
import { e2eStage, endStage } from '../support/e2e-stage.ts';

/** What the database has of a screening: orders that were sold, and tickets. */
async function sold(screening: number): Promise<{ orders: number; tickets: number }> {
  const client = new pg.Client(clientConfig((await e2eStage()).database, 'reader', 'e2e counts'));
  await client.connect();
  try {
    const { rows } = await client.query<{ orders: number; tickets: number }>(
      'select count(distinct order_id)::int as orders, count(*)::int as tickets from tickets where screening = $1',
      [screening],
    );
    return rows[0]!;
  } finally {
    await client.end();
  }
}

async function screeningOf(rank: number): Promise<{ url: string; screening: number }> {
  const { url, screenings } = await e2eStage();
  return { url, screening: screenings[rank]! };
}

test('[EE11] a declined card charges nothing and keeps the seats; another card then buys them', async (t) => {
  const { url, screening } = await screeningOf(0);
  const someone = await buyer(t, { url, size: PHONE });
  await someone.open(screening);
  await someone.take('B5');
  await someone.toCheckout();
  await someone.tells('ana@exemplo.com.br');
  await someone.pay('declined');
  await someone.page.getByRole('heading', { name: someone.words.declined }).waitFor();
  await someone.visitor.picture('declined-phone-pt-BR');
  assert.deepEqual(await sold(screening), { orders: 0, tickets: 0 });
  await someone.pay('approved');
  await someone.done();
  assert.deepEqual(await sold(screening), { orders: 1, tickets: 1 });
});

test('[EE12] the bank asks whether it is the buyer: authorised, the purchase goes on', async (t) => {
  const { url, screening } = await screeningOf(1);
  const someone = await buyer(t, { url });
  await someone.open(screening);
  await someone.take('B5', 'B6');
  await someone.toCheckout();
  await someone.tells('bia@exemplo.com.br');
  await someone.pay('authenticate');
  await someone.page.getByRole('heading', { name: someone.words.bank }).waitFor();
  await someone.visitor.picture('authenticate-desktop-pt-BR');
  await someone.page.getByRole('button', { name: someone.words.authorise }).click();
  await someone.done();
  assert.deepEqual(await sold(screening), { orders: 1, tickets: 2 });
});

test('[EE13] a slow bank, and the page is loaded anew in the middle: one order, sold once', async (t) => {
  const { url, screening } = await screeningOf(2);
  const someone = await buyer(t, { url, size: PHONE });
  await someone.open(screening);
  await someone.take('C5');
  await someone.toCheckout();
  await someone.tells('caio@exemplo.com.br');
  await someone.pay('slow');
  await someone.page.getByText('Falando com o banco').first().waitFor();
  await someone.page.reload();
  await someone.done();
  assert.deepEqual(await sold(screening), { orders: 1, tickets: 1 });
});

test('[EE14] a button that is pressed twice buys once', async (t) => {
  const { url, screening } = await screeningOf(3);
  const someone = await buyer(t, { url });
  await someone.open(screening);
  await someone.take('C5', 'C6');
  await someone.toCheckout();
  await someone.tells('davi@exemplo.com.br');
  await someone.chooses('approved');
  await someone.payButton().dblclick();
  await someone.done();
  assert.deepEqual(await sold(screening), { orders: 1, tickets: 2 });
});

test('[EE15] back from the payment to the map: the seats are still there, and can be changed', async (t) => {
  const { url, screening } = await screeningOf(4);
  const someone = await buyer(t, { url });
  await someone.open(screening);
  await someone.take('B5');
  await someone.toCheckout();
  await someone.page.goBack();
  // The list of seats is there before the map is drawn and follows the room: touched earlier, it would not hear it.
  await someone.isLive();
  await someone.isMine('B5');
  await someone.take('B6');
  await someone.toCheckout();
  await someone.page.getByLabel(someone.words.ticketOf('B6')).waitFor();
});

test('[EE16] the server is killed in the middle of a payment, and starts again: the page comes to the one true end', async (t) => {
  const { url, screening } = await screeningOf(5);
  const stage = await e2eStage();
  const someone = await buyer(t, { url, expected: /ERR_CONNECTION|ERR_EMPTY_RESPONSE|Failed to fetch/ });
  await someone.open(screening);
  await someone.take('D5');
  await someone.toCheckout();
  await someone.tells('eva@exemplo.com.br');
  await someone.pay('slow');
  await someone.page.getByText('Falando com o banco').first().waitFor();
  await stage.killAndRestart();
  await someone.done();
  await someone.toTickets();
  assert.deepEqual(await sold(screening), { orders: 1, tickets: 1 });
});

test('[EE19] the books are sound', async () => {
  await endStage();
});
