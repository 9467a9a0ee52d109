/* The fields of the Payment Element, inside the stand-in's own frame: what is typed here is sent to the stand-in and nowhere else. */
(() => {
  const form = document.querySelector('form');
  const fields = Object.fromEntries(['number', 'expiry', 'cvc'].map((name) => [name, form.elements.namedItem(name)]));
  const words = JSON.parse(form.dataset.words);
  const digits = (field) => field.value.replace(/\D/g, '');
  // The page that holds us is not known by origin, so nothing secret is ever said to it: states, codes and a token.
  const say = (message) => parent.postMessage(message, '*');

  /** Luhn's sum: a slip of a digit is told before anybody is asked. */
  const adds = (number) =>
    [...number].reverse().reduce((sum, digit, place) => {
      const doubled = Number(digit) * ((place % 2) + 1);
      return sum + (doubled > 9 ? doubled - 9 : doubled);
    }, 0) %
      10 ===
    0;
  const faults = {
    number: () => {
      const number = digits(fields.number);
      if (number.length < 14) return 'incomplete_number';
      return adds(number) ? null : 'invalid_number';
    },
    expiry: () => {
      const [, month, year] = /^(0[1-9]|1[0-2])(\d\d)$/.exec(digits(fields.expiry)) ?? [];
      if (month === undefined) return 'incomplete_expiry';
      return new Date(2000 + Number(year), Number(month)) > new Date() ? null : 'invalid_expiry_year_past';
    },
    cvc: () => (digits(fields.cvc).length < 3 ? 'incomplete_cvc' : null),
  };

  const fit = () => say({ type: 'height', pixels: Math.ceil(form.getBoundingClientRect().height) + 8 });
  const show = (name, code) => {
    const place = document.getElementById(`${name}-error`);
    place.textContent = code === null ? '' : words[code];
    fields[name].setAttribute('aria-invalid', String(code !== null));
    fit();
  };
  const validate = () => {
    let first = null;
    for (const name of Object.keys(fields)) {
      const code = faults[name]();
      show(name, code);
      if (code !== null && first === null) {
        first = { type: 'validation_error', code, message: words[code] };
        fields[name].focus();
      }
    }
    return first;
  };
  const tokenise = async () => {
    try {
      const response = await fetch('/elements/tokens', {
        method: 'POST',
        body: new URLSearchParams({ number: digits(fields.number) }),
      });
      return await response.json();
    } catch {
      return { error: { type: 'api_connection_error', message: words.connection } };
    }
  };
  const dressAs = ({ variables = {}, theme } = {}) => {
    const style = document.documentElement.style;
    const dark = theme === 'night';
    style.setProperty('--text', variables.colorText ?? (dark ? '#fff' : '#1a1a1a'));
    style.setProperty('--field', variables.colorBackground ?? (dark ? '#30313d' : '#fff'));
    style.setProperty('--accent', variables.colorPrimary ?? '#0570de');
    style.setProperty('--danger', variables.colorDanger ?? (dark ? '#ff9d9d' : '#b3093c'));
    style.setProperty('--radius', variables.borderRadius ?? '5px');
    style.setProperty('font-family', variables.fontFamily ?? 'system-ui, sans-serif');
    style.setProperty('font-size', variables.fontSizeBase ?? '16px');
    fit();
  };

  fields.number.addEventListener('input', () => {
    fields.number.value = digits(fields.number)
      .slice(0, 16)
      .replace(/(\d{4})(?=\d)/g, '$1 ');
  });
  fields.expiry.addEventListener('input', () => {
    fields.expiry.value = digits(fields.expiry)
      .slice(0, 4)
      .replace(/^(\d\d)(\d)/, '$1 / $2');
  });
  form.addEventListener('input', (event) => {
    show(event.target.name, null);
    const complete = Object.values(faults).every((fault) => fault() === null);
    say({ type: 'change', complete, empty: Object.values(fields).every((field) => field.value === '') });
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('focusin', () => say({ type: 'focus' }));
  form.addEventListener('focusout', () => say({ type: 'blur' }));
  window.addEventListener('message', async ({ data, source }) => {
    if (source !== parent) return;
    if (data.type === 'validate') say({ type: 'answer', asked: data.asked, result: validate() });
    if (data.type === 'tokenise') say({ type: 'answer', asked: data.asked, result: await tokenise() });
    if (data.type === 'appearance') dressAs(data.appearance);
    if (data.type === 'focus') fields.number.focus();
  });
  fit();
  say({ type: 'ready' });
})();
