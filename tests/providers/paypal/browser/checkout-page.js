/**
 * The buyer's page of the stand-in: the amount and three buttons. Opened by a shop's script it reports to that shop's origin and to
 * no other; opened as a page it goes to the order's return_url or cancel_url. Without `token` it is the window that waits for one.
 */
(() => {
  const query = new URLSearchParams(location.search);
  const token = query.get('token');
  const shop = query.get('shop');
  const byId = (id) => document.getElementById(id);
  if (token === null) return;
  const path = `/checkoutnow/${encodeURIComponent(token)}`;

  async function ask(what, method) {
    const response = await fetch(`${path}/${what}`, { method });
    return { isDone: response.ok, order: await response.json() };
  }

  function tell(type, more = {}) {
    const isInWindow = shop !== null && window.opener !== null;
    if (isInWindow) window.opener.postMessage({ type, orderID: token, ...more }, shop);
    return isInWindow;
  }

  function leave(type, order) {
    if (tell(type, { payerID: order.payerID })) return;
    const target = type === 'approve' ? order.returnUrl : order.cancelUrl;
    if (target === null) return note('A loja não disse para onde voltar. Pode fechar esta página.');
    const address = new URL(target);
    address.searchParams.set('token', token);
    if (type === 'approve') address.searchParams.set('PayerID', order.payerID);
    location.replace(address);
  }

  function note(text) {
    byId('note').textContent = text;
  }

  function fail(text) {
    byId('choices').hidden = true;
    note(text);
    tell('error', { message: text });
  }

  async function decide(what) {
    const { isDone, order } = await ask(what, 'POST');
    if (!isDone) return fail('Este pedido não pode mais ser pago. Nada foi cobrado.');
    leave(what === 'cancel' ? 'cancel' : 'approve', order);
  }

  async function show() {
    const { isDone, order } = await ask('order', 'GET');
    if (!isDone) return fail('Pedido desconhecido. Nada foi cobrado.');
    // What the shop's script asked for has to be what its server ordered, as with PayPal.
    for (const key of ['currency', 'intent']) {
      if (query.has(key) && query.get(key) !== order[key])
        return fail(`O pedido tem ${key} ${order[key]}, o script ${query.get(key)}.`);
    }
    const amount = new Intl.NumberFormat('pt-BR', { style: 'currency', currency: order.currency });
    byId('amount').textContent = amount.format(order.value);
    if (order.status === 'COMPLETED' || order.status === 'EXPIRED') {
      return fail('Este pedido não pode mais ser pago. Nada mais foi cobrado.');
    }
    byId('choices').hidden = false;
    byId('pay').focus();
    for (const what of ['pay', 'decline', 'cancel']) byId(what).addEventListener('click', () => void decide(what));
  }

  void show();
})();
