/**
 * What the links in messages open: confirm an address, choose a password. Nothing happens before the button is pressed,
 * because mail programs open links to look at them. The token stands behind the # of the address, which no server and no
 * log ever sees, and is taken out of the address at once.
 */
import { accountMessagesFor } from './account-messages.ts';
import { element } from './element.ts';

const words = accountMessagesFor(navigator.languages);
const main = document.getElementById('main') ?? document.body;
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
history.replaceState(null, '', location.pathname);
document.documentElement.lang = words.language;

const PASSWORD_CHARS_MIN = 10;

function show(title: string, ...children: readonly (Node | string | null)[]): void {
  document.title = `${title} · Poltrona`;
  main.replaceChildren(element('h1', {}, title), ...children.filter((child) => child !== null));
  main.focus();
}

const shopLink = (): HTMLElement => element('p', {}, element('a', { href: '/' }, words.toTheShop));

/** Sends the token; says in `status` what went wrong, and gives the button back. */
async function send(
  path: string,
  body: object,
  button: HTMLButtonElement,
  status: HTMLElement,
  done: string,
): Promise<void> {
  const text = button.textContent;
  button.disabled = true;
  button.textContent = words.working;
  status.textContent = '';
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      show(words.done, element('p', { role: 'status' }, done), shopLink());
      return;
    }
    const problem = (await answer.json().catch(() => ({}))) as { error?: string; code?: string; fields?: unknown };
    if (answer.status === 429) status.textContent = words.tooOften;
    else if (answer.status >= 500) status.textContent = words.noConnection;
    else if (problem.code === 'wrong-password') status.textContent = words.passwordWrong;
    else if (problem.fields !== undefined || /password/.test(problem.code ?? ''))
      status.textContent = problem.error ?? words.passwordHint;
    else status.textContent = words.linkOver;
  } catch {
    status.textContent = words.noConnection;
  }
  button.disabled = false;
  button.textContent = text;
}

/** The password as well: with it the account is the one that this person opened, and not somebody else's with his address. */
function confirmPage(): void {
  const status = element('p', { class: 'wrong', role: 'alert' });
  const button = element('button', { type: 'submit', class: 'main' }, words.confirm);
  const password = element('input', {
    type: 'password',
    name: 'password',
    autocomplete: 'current-password',
    required: true,
    maxlength: 128,
  });
  const form = element('form', {}, element('label', {}, words.password, password), button, status);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send('/api/accounts/confirm', { token, password: password.value }, button, status, words.confirmed);
  });
  show(words.confirmTitle, element('p', {}, words.confirmText), form);
}

function passwordPage(title: string, text: string | null): void {
  const status = element('p', { class: 'wrong', role: 'alert' });
  const button = element('button', { type: 'submit', class: 'main' }, words.setPassword);
  const password = element('input', {
    type: 'password',
    name: 'password',
    autocomplete: 'new-password',
    required: true,
    minlength: PASSWORD_CHARS_MIN,
    maxlength: 128,
    'aria-describedby': 'password-hint',
  });
  const form = element(
    'form',
    {},
    element(
      'label',
      {},
      words.password,
      password,
      element('span', { class: 'hint', id: 'password-hint' }, words.passwordHint),
    ),
    button,
    status,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send('/api/password/reset', { token, password: password.value }, button, status, words.passwordSet);
  });
  show(title, text === null ? null : element('p', {}, text), form);
}

if (token === '')
  show(words.confirmTitle, element('p', { class: 'wrong', role: 'alert' }, words.linkIncomplete), shopLink());
else if (location.pathname === '/account/confirm') confirmPage();
else if (location.pathname === '/staff/welcome') passwordPage(words.welcomeTitle, words.welcomeText);
else passwordPage(words.resetTitle, null);
