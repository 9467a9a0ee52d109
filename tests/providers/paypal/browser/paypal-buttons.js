/**
 * The stand-in's half of PayPal's browser SDK: `paypal.Buttons(…)` with the calls a shop makes. A click opens PayPal's window at
 * once (a browser allows that only inside the click), the shop creates its order, the window goes to the buyer's page and reports
 * back by postMessage. Where no window may be opened the whole page goes there and comes back by the order's return_url.
 * It needs of the shop's page what PayPal's needs: its origin in script-src, no inline code, no eval, no style attribute.
 */
(() => {
  const own = document.currentScript;
  const origin = new URL(own.src).origin;
  const asked = new URL(own.src).searchParams;
  const namespace = own.getAttribute('data-namespace') ?? 'paypal';
  /** How often a window is asked whether it is still there: no browser tells when another origin's closes. */
  const WATCH_MS = 200;
  const LABELS = {
    paypal: 'PayPal',
    checkout: 'PayPal Checkout',
    pay: 'Pagar com PayPal',
    buynow: 'Comprar com PayPal',
  };
  const COLOURS = { gold: '#ffc439', blue: '#0070ba', silver: '#eeeeee', white: '#ffffff', black: '#2c2e2f' };

  /** @returns {{render, close, isEligible}} as PayPal's component. */
  function Buttons(options = {}) {
    const { style = {}, createOrder, onApprove, onCancel, onError, onClick, onInit } = options;
    let host = null;
    let button = null;
    /** The one purchase under way: a second click while it runs shows its window instead of beginning another. */
    let running = null;

    function fail(error) {
      const shown = error instanceof Error ? error : new Error(String(error));
      if (onError) onError(shown);
      else
        queueMicrotask(() => {
          throw shown;
        });
    }

    async function allowed() {
      if (!onClick) return true;
      let isRefused = false;
      const answer = await onClick(
        { fundingSource: 'paypal' },
        {
          resolve: () => true,
          reject: () => {
            isRefused = true;
            return false;
          },
        },
      );
      return !isRefused && answer !== false;
    }

    async function click() {
      if (running !== null) return running.popup?.focus();
      const popup = window.open(`${origin}/checkoutnow`, '', 'popup,width=450,height=640');
      running = { popup, orderID: null };
      try {
        if (!(await allowed())) {
          popup?.close();
          running = null;
          return;
        }
        if (!createOrder) throw new Error('createOrder is missing');
        const orderID = await createOrder({ paymentSource: 'paypal' }, { order: { create: notHere } });
        if (typeof orderID !== 'string' || orderID === '') throw new Error('createOrder gave no order id');
        // Closed while the shop was creating its order: nothing to show it in.
        if (popup?.closed) return end(() => onCancel?.({ orderID }));
        open(orderID, popup);
      } catch (error) {
        popup?.close();
        end(() => fail(error));
      }
    }

    function open(orderID, popup) {
      const address = new URL(`${origin}/checkoutnow`);
      address.searchParams.set('token', orderID);
      for (const key of ['currency', 'intent']) if (asked.has(key)) address.searchParams.set(key, asked.get(key));
      if (popup === null) return void location.assign(address);
      address.searchParams.set('shop', location.origin);
      running = { popup, orderID };
      popup.location.replace(address);
      listen(orderID, popup);
    }

    function listen(orderID, popup) {
      const watch = setInterval(() => {
        if (popup.closed) settle('cancel');
      }, WATCH_MS);
      window.addEventListener('message', hear);
      function hear(event) {
        // Anybody may post a message to a page: only this window, at this origin, about this order is believed.
        if (event.origin !== origin || event.source !== popup || event.data?.orderID !== orderID) return;
        settle(event.data.type, event.data);
      }
      function settle(type, said = {}) {
        clearInterval(watch);
        window.removeEventListener('message', hear);
        popup.close();
        if (type === 'approve') return void approved(orderID, said.payerID);
        end(() => (type === 'cancel' ? onCancel?.({ orderID }) : fail(new Error(said.message ?? 'PayPal failed'))));
      }
    }

    async function approved(orderID, payerID) {
      running = null;
      const restart = () => {
        // Inside a click or soon after one a window opens; otherwise the page itself goes.
        const popup = window.open(`${origin}/checkoutnow`, '', 'popup,width=450,height=640');
        open(orderID, popup);
      };
      const actions = {
        restart,
        redirect: (url) => location.assign(url),
        order: { get: notHere, authorize: notHere, capture: notHere },
      };
      try {
        await onApprove?.({ orderID, payerID, paymentSource: 'paypal', facilitatorAccessToken: '' }, actions);
      } catch (error) {
        fail(error);
      }
    }

    function end(tell) {
      running = null;
      tell();
    }

    async function render(target) {
      const place = typeof target === 'string' ? document.querySelector(target) : target;
      if (!place?.isConnected) throw new Error('Document is ready and element does not exist');
      host = document.createElement('div');
      const root = host.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      const height = Math.min(Math.max(style.height ?? 45, 25), 55);
      sheet.replaceSync(
        `button{width:100%;min-width:150px;height:${height}px;border:0;cursor:pointer;font:600 16px system-ui,sans-serif;` +
          `border-radius:${style.shape === 'pill' ? height / 2 : 4}px;background:${COLOURS[style.color] ?? COLOURS.gold};` +
          `color:${/blue|black/.test(style.color) ? '#fff' : '#111'}}button:focus-visible{outline:3px solid #0070ba}`,
      );
      root.adoptedStyleSheets = [sheet];
      button = document.createElement('button');
      button.type = 'button';
      button.textContent = LABELS[style.label] ?? LABELS.paypal;
      button.addEventListener('click', () => void click());
      root.append(button);
      place.append(host);
      const set = (isDisabled) => async () => {
        button.disabled = isDisabled;
      };
      onInit?.({ correlationID: 'stand-in' }, { enable: set(false), disable: set(true) });
    }

    async function close() {
      running?.popup?.close();
      host?.remove();
      host = button = null;
    }

    return { render, close, isEligible: () => true };
  }

  function notHere() {
    throw new Error('orders are created and authorised by the shop\u2019s server');
  }

  const FUNDING = { PAYPAL: 'paypal', CARD: 'card', CREDIT: 'credit', PAYLATER: 'paylater', VENMO: 'venmo' };
  window[namespace] = { version: '5.0.stand-in', Buttons, FUNDING, getFundingSources: () => ['paypal'] };
})();
