/** The buttons and the buyer's window in a real browser, under a strict policy: what breaks it fails the test by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPayPalShop } from './paypal-shop.ts';

test('[SP12] the buyer pays in PayPal\u2019s window, and the page hears which order and who', async (t) => {
  const { paypal, someone, orderIds, untilHeard, openWindow } = await openPayPalShop(t);
  const popup = await openWindow();
  assert.match((await popup.locator('h1').textContent()) ?? '', /R\$\s64,00/);
  await someone.picture('paypal-window', popup);
  await popup.getByRole('button', { name: 'Pagar agora' }).click();
  assert.deepEqual(await untilHeard(1), [`approve:${orderIds[0]}:${paypal.state.payerId}`]);
  assert.ok(popup.isClosed() || (await popup.waitForEvent('close')));
  assert.equal(paypal.state.orders.get(orderIds[0] ?? '')?.status, 'APPROVED');
});

test('[SP12] a buyer who cancels or closes the window has cancelled, and may begin again', async (t) => {
  const { paypal, orderIds, untilHeard, openWindow } = await openPayPalShop(t);
  await (await openWindow()).getByRole('button', { name: 'Cancelar' }).click();
  assert.deepEqual(await untilHeard(1), [`cancel:${orderIds[0]}`]);
  await (await openWindow()).close();
  assert.deepEqual((await untilHeard(2)).at(-1), `cancel:${orderIds[1]}`);
  await (await openWindow()).getByRole('button', { name: 'Pagar agora' }).click();
  assert.match((await untilHeard(3)).at(-1) ?? '', /^approve:/);
  assert.equal([...paypal.state.orders.values()].filter(({ status }) => status === 'APPROVED').length, 1);
});

test('[SP12] a card that will decline is approved now, refused at authorisation, and mended in a new window', async (t) => {
  const { paypal, someone, orderIds, untilHeard, openWindow } = await openPayPalShop(t);
  await (await openWindow()).getByRole('button', { name: 'Recusar no cartão' }).click();
  assert.match((await untilHeard(1))[0] ?? '', /^approve:/);
  assert.equal(paypal.state.orders.get(orderIds[0] ?? '')?.trouble, 'declines');
  const [popup] = await Promise.all([someone.page.waitForEvent('popup'), someone.page.evaluate('restart()')]);
  await popup.getByRole('button', { name: 'Pagar agora' }).click();
  assert.equal((await untilHeard(2)).at(-1), `approve:${orderIds[0]}:${paypal.state.payerId}`);
  assert.equal(paypal.state.orders.get(orderIds[0] ?? '')?.trouble, null);
});

test('[SP12] a message from anybody else is not believed', async (t) => {
  const { someone, orderIds, heard, openWindow, untilHeard } = await openPayPalShop(t);
  const popup = await openWindow();
  const forged = `{ type: 'approve', orderID: '${orderIds[0]}', payerID: 'FORGED' }`;
  // From the page's own origin, and from PayPal's window about another order.
  await someone.page.evaluate(`postMessage(${forged}, '*')`);
  const session = await someone.context.newCDPSession(popup);
  const expression = `opener.postMessage({ type: 'approve', orderID: 'OTHER', payerID: 'FORGED' }, '*')`;
  await session.send('Runtime.evaluate', { expression });
  // Messages arrive in order: when the true one was heard, the forged ones were there before.
  await popup.getByRole('button', { name: 'Cancelar' }).click();
  await untilHeard(1);
  assert.deepEqual(await heard(), [`cancel:${orderIds[0]}`]);
});

test('[SP12] where no window may open the page itself goes to PayPal and comes back by the order\u2019s address', async (t) => {
  const { paypal, someone, url, orderIds } = await openPayPalShop(t, { script: 'window.open = () => null;' });
  await someone.page.getByRole('button', { name: 'PayPal' }).click();
  await someone.page.getByRole('button', { name: 'Pagar agora' }).click();
  await someone.page.waitForURL(`${url}/volta**`);
  const back = new URL(someone.page.url());
  assert.deepEqual(
    [back.searchParams.get('pedido'), back.searchParams.get('token'), back.searchParams.get('PayerID')],
    ['7', orderIds[0], paypal.state.payerId],
  );
  await someone.page.goto('/');
  await someone.until('document.body.dataset.ready !== undefined');
  await someone.page.getByRole('button', { name: 'PayPal' }).click();
  await someone.page.getByRole('button', { name: 'Cancelar' }).click();
  await someone.page.waitForURL(`${url}/desiste?token=${orderIds[1]}`);
});

test('[SP12] a script for another currency than the order\u2019s, and a shop that cannot order, are told by onError', async (t) => {
  const { someone, untilHeard } = await openPayPalShop(t, { currency: 'USD' });
  await someone.page.getByRole('button', { name: 'PayPal' }).click();
  assert.deepEqual(await untilHeard(1), ['error:O pedido tem currency BRL, o script USD.']);
  await someone.page.evaluate(`window.fetch = () => Promise.reject(new Error('no net'))`);
  await someone.page.getByRole('button', { name: 'PayPal' }).click();
  assert.deepEqual((await untilHeard(2)).at(-1), 'error:no net');
});

test('[SP12] the script is given to its client only, and the buttons go when they are closed', async (t) => {
  const { paypal, someone } = await openPayPalShop(t);
  const answers = await Promise.all(
    ['', '?client-id=other'].map(async (query) => {
      const response = await fetch(`${paypal.url}/sdk/js${query}`);
      return [response.status, (await response.text()).slice(0, 38)];
    }),
  );
  const refusal = 'throw new Error("SDK Validation error:';
  assert.deepEqual(answers, [
    [400, refusal],
    [400, refusal],
  ]);
  await someone.page.evaluate('buttons.close()');
  assert.equal(await someone.page.getByRole('button').count(), 0);
});
