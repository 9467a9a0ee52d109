/*
 * What a shop's page loads instead of Stripe's script: the part of Stripe.js that Poltrona uses, with the same promises. Card data
 * is typed into a frame of the stand-in's own origin and never passes through the page; the page gets a token. It sets no inline
 * style attribute in markup and evaluates nothing, so it runs under the same Content-Security-Policy as the real one.
 */
(() => {
  const script = document.currentScript;
  const base = new URL(script.src).origin;
  let madeFrames = 0;

  /** Styles by the object model, which a style-src without 'unsafe-inline' allows. */
  const dress = (node, styles) => {
    for (const [name, value] of Object.entries(styles)) node.style.setProperty(name, value);
  };
  const integrationError = (message) => Object.assign(new Error(message), { name: 'IntegrationError' });
  const only = (given, known, where) => {
    for (const name of Object.keys(given ?? {}))
      if (!known.includes(name)) throw integrationError(`Unrecognized ${where} parameter: ${name}.`);
  };

  /** One call of the API with the publishable key. Returns {body} or {error} in Stripe.js's manner; it never rejects. */
  const call = async (key, method, path, params) => {
    const form = new URLSearchParams(params);
    try {
      const response = await fetch(method === 'GET' ? `${base}${path}?${form}` : base + path, {
        method,
        headers: { authorization: `Bearer ${key}` },
        ...(method === 'POST' && { body: form }),
      });
      const body = await response.json();
      return response.ok ? { body } : { error: body.error };
    } catch {
      const message =
        'We are experiencing issues connecting to our payments provider. Please check your internet connection.';
      return { error: { type: 'api_connection_error', message } };
    }
  };
  const idOf = (clientSecret) => {
    const found = /^(pi_[^_]+)_secret_/.exec(clientSecret ?? '');
    if (found === null)
      throw integrationError('Invalid value for clientSecret: it must be an id, _secret_ and a secret.');
    return found[1];
  };

  /** A frame of ours in `parent`, and what it says, by `type`. Messages of anybody else are not heard. */
  const openFrame = (parent, path, title, hear) => {
    const frame = document.createElement('iframe');
    frame.title = title;
    frame.src = base + path;
    frame.setAttribute('allow', 'payment *');
    const listen = (event) => {
      if (event.source === frame.contentWindow && event.origin === base) hear(event.data);
    };
    window.addEventListener('message', listen);
    parent.append(frame);
    return {
      frame,
      say: (message) => frame.contentWindow?.postMessage(message, base),
      close: () => {
        window.removeEventListener('message', listen);
        frame.remove();
      },
    };
  };

  class PaymentElement {
    #elements;
    #listeners = new Map();
    #open = null;
    #waiting = new Map();
    #asked = 0;

    constructor(elements) {
      this.#elements = elements;
    }
    mount(target) {
      const parent = typeof target === 'string' ? document.querySelector(target) : target;
      if (parent === null) throw integrationError(`The selector you specified (${target}) applies to no DOM elements.`);
      if (this.#open !== null) throw integrationError('This Element is already mounted.');
      madeFrames += 1;
      const path = `/elements/card?locale=${encodeURIComponent(this.#elements.locale)}&frame=${madeFrames}`;
      this.#open = openFrame(parent, path, this.#elements.frameTitle(), (message) => this.#hear(message));
      const { frame } = this.#open;
      dress(frame, { border: '0', width: '100%', height: '14rem', display: 'block', 'color-scheme': 'normal' });
      frame.addEventListener('error', () => this.#tell('loaderror', { error: { type: 'api_connection_error' } }));
      this.#tell('loaderstart', {});
    }
    unmount() {
      this.#open?.close();
      this.#open = null;
    }
    destroy() {
      this.unmount();
      this.#elements.forget(this);
      this.#listeners.clear();
    }
    on(name, listener) {
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
      return this;
    }
    off(name, listener) {
      this.#listeners.set(
        name,
        (this.#listeners.get(name) ?? []).filter((one) => one !== listener),
      );
      return this;
    }
    once(name, listener) {
      const once = (event) => {
        this.off(name, once);
        listener(event);
      };
      return this.on(name, once);
    }
    focus() {
      this.#open?.say({ type: 'focus' });
    }
    update() {}
    get isMounted() {
      return this.#open !== null;
    }
    /** Asks the frame and waits for its answer: `validate` or `tokenise`. */
    ask(question) {
      this.#asked += 1;
      const asked = this.#asked;
      return new Promise((resolve) => {
        this.#waiting.set(asked, resolve);
        this.#open.say({ type: question, asked });
      });
    }
    #hear(message) {
      if (message.type === 'answer') {
        this.#waiting.get(message.asked)?.(message.result);
        this.#waiting.delete(message.asked);
      } else if (message.type === 'height') dress(this.#open.frame, { height: `${message.pixels}px` });
      else if (message.type === 'ready') {
        this.#open.say({ type: 'appearance', appearance: this.#elements.appearance });
        this.#tell('ready', {});
      } else if (message.type === 'change')
        this.#tell('change', {
          collapsed: false,
          complete: message.complete,
          empty: message.empty,
          value: { type: 'card', payment_method: undefined },
        });
      else if (message.type === 'focus' || message.type === 'blur') this.#tell(message.type, {});
    }
    #tell(name, event) {
      for (const listener of this.#listeners.get(name) ?? []) listener({ elementType: 'payment', ...event });
    }
  }

  const ELEMENTS =
    `mode amount currency captureMethod allowedPaymentMethodTypes setupFutureUsage appearance locale fonts loader clientSecret
    customerSessionClientSecret paymentMethodCreation`.split(/\s+/);

  class Elements {
    #options;
    #element = null;
    isSubmitted = false;

    constructor(options, locale) {
      only(options, ELEMENTS, 'elements()');
      if (options.clientSecret === undefined && !(options.mode && options.currency && Number.isInteger(options.amount)))
        throw integrationError('elements() needs clientSecret, or mode, currency and an integer amount.');
      this.#options = { ...options };
      this.locale = options.locale ?? locale ?? 'auto';
      if (this.locale === 'auto') this.locale = navigator.language;
    }
    get appearance() {
      return this.#options.appearance ?? {};
    }
    get clientSecret() {
      return this.#options.clientSecret;
    }
    frameTitle() {
      return this.locale.startsWith('pt') ? 'Campos seguros do cartão' : 'Secure card fields';
    }
    create(kind) {
      if (kind !== 'payment') throw integrationError(`The stand-in has no ${kind} element.`);
      if (this.#element !== null) throw integrationError('Can only create one Element of type payment.');
      this.#element = new PaymentElement(this);
      return this.#element;
    }
    getElement(kind) {
      return kind === 'payment' ? this.#element : null;
    }
    update(options) {
      only(options, ELEMENTS, 'elements.update()');
      if (options.amount !== undefined && !Number.isInteger(options.amount))
        throw integrationError('amount must be an integer.');
      Object.assign(this.#options, options);
    }
    forget(element) {
      if (this.#element === element) this.#element = null;
    }
    async fetchUpdates() {
      return {};
    }
    async submit() {
      if (this.#element?.isMounted !== true)
        throw integrationError('elements.submit() needs a mounted Payment Element.');
      const error = await this.#element.ask('validate');
      this.isSubmitted = error === null;
      return error === null ? { selectedPaymentMethod: 'card' } : { error };
    }
    async tokenise() {
      if (!this.isSubmitted)
        throw integrationError('elements.submit() must be called before stripe.createConfirmationToken().');
      this.isSubmitted = false;
      return this.#element.ask('tokenise');
    }
  }

  /** The bank's page over everything, until it says how it ended. */
  const challenge = (intent) =>
    new Promise((resolve) => {
      const veil = document.createElement('div');
      dress(veil, {
        position: 'fixed',
        inset: '0',
        'z-index': '2147483647',
        background: 'rgb(0 0 0 / 60%)',
        display: 'grid',
        'place-items': 'center',
      });
      const path = new URL(intent.next_action.use_stripe_sdk.stripe_js);
      const opened = openFrame(veil, path.pathname + path.search, '3-D Secure', (message) => {
        if (message.type !== 'challenge-ended') return;
        opened.close();
        veil.remove();
        resolve();
      });
      dress(opened.frame, { border: '0', width: 'min(100%, 30rem)', height: 'min(100%, 26rem)', background: '#fff' });
      document.body.append(veil);
    });

  class Shop {
    #key;
    #locale;

    constructor(key, options) {
      if (typeof key !== 'string' || !key.startsWith('pk_'))
        throw integrationError('Stripe() needs a publishable key, pk_….');
      this.#key = key;
      this.#locale = options?.locale;
    }
    elements(options = {}) {
      return new Elements(options, this.#locale);
    }
    async createConfirmationToken({ elements }) {
      const { id, error } = await elements.tokenise();
      return error === undefined ? { confirmationToken: { id, object: 'confirmation_token' } } : { error };
    }
    async retrievePaymentIntent(clientSecret) {
      const path = `/v1/payment_intents/${idOf(clientSecret)}`;
      const { body, error } = await call(this.#key, 'GET', path, { client_secret: clientSecret });
      return error === undefined ? { paymentIntent: body } : { error };
    }
    async handleNextAction({ clientSecret }) {
      const asked = await this.retrievePaymentIntent(clientSecret);
      if (asked.error !== undefined) return asked;
      if (asked.paymentIntent.status === 'requires_action') return this.#follow(asked.paymentIntent);
      const message = 'handleNextAction: The PaymentIntent supplied is not in the requires_action state.';
      return { error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message } };
    }
    async confirmPayment({ elements, clientSecret, confirmParams, redirect }) {
      const secret = clientSecret ?? elements?.clientSecret;
      const id = idOf(secret);
      const token = confirmParams?.confirmation_token ?? (await this.#tokenFor(elements));
      if (token.error !== undefined) return token;
      const { body, error } = await call(this.#key, 'POST', `/v1/payment_intents/${id}/confirm`, {
        client_secret: secret,
        confirmation_token: token.id ?? token,
        use_stripe_sdk: 'true',
        ...(confirmParams?.return_url !== undefined && { return_url: confirmParams.return_url }),
      });
      if (error !== undefined) return { error };
      const ended = body.status === 'requires_action' ? await this.#follow(body) : { paymentIntent: body };
      if (redirect === 'if_required' || ended.error !== undefined) return ended;
      const back = new URL(confirmParams.return_url);
      back.searchParams.set('payment_intent', id);
      back.searchParams.set('payment_intent_client_secret', secret);
      back.searchParams.set('redirect_status', 'succeeded');
      location.assign(back);
      return new Promise(() => {});
    }
    async #tokenFor(elements) {
      // With elements that know their intent, the real one submits by itself.
      if (!elements.isSubmitted) {
        const { error } = await elements.submit();
        if (error !== undefined) return { error };
      }
      return elements.tokenise();
    }
    async #follow(intent) {
      if (intent.next_action.type === 'redirect_to_url') {
        location.assign(intent.next_action.redirect_to_url.url);
        return new Promise(() => {});
      }
      await challenge(intent);
      const { paymentIntent, error } = await this.retrievePaymentIntent(intent.client_secret);
      if (error !== undefined) return { error };
      if (paymentIntent.status !== 'requires_payment_method') return { paymentIntent };
      return { error: { ...paymentIntent.last_payment_error, payment_intent: paymentIntent } };
    }
  }

  window.Stripe = Object.assign((key, options) => new Shop(key, options), { version: 'stand-in' });
})();
