/** The page at `/`: a list of screenings, and behind each its seats. One session for all of it, kept over reloads. */
import { type ConnectionState, connect } from '../../sdk/index.ts';
import { ConnectionLine } from './connection-line.ts';
import { Formats } from './formats.ts';
import { messagesFor } from './messages.ts';
import { ScreeningList } from './screening-list.ts';
import { ScreeningPage } from './screening-page.ts';
import { readToken, storeToken } from './stored-token.ts';

const messages = messagesFor(navigator.languages);
const formats = new Formats(messages.language);
const main = part('main');
const live = part('live');
const connection = new ConnectionLine(part('connection'), messages);
document.documentElement.lang = messages.language;

let shown: ScreeningList | ScreeningPage | null = null;

const session = connect({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
  token: readToken(),
  clientName: 'plain page',
  onState: (state: ConnectionState) => {
    storeToken(session.token);
    connection.show(state, session);
    if (shown instanceof ScreeningPage) shown.connected(state.is === 'open');
  },
});
connection.show(session.state, session);

function route(): void {
  shown?.close();
  const found = /^#\/(\d{1,15})$/.exec(location.hash);
  shown =
    found === null
      ? new ScreeningList(messages, formats)
      : new ScreeningPage(Number(found[1]), { session, messages, formats, announce });
  main.replaceChildren(shown.element);
  scrollTo(0, 0);
}

/** The same text twice in a row is spoken twice. */
function announce(text: string): void {
  live.textContent = live.textContent === text ? `${text}\u00a0` : text;
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

addEventListener('hashchange', () => {
  route();
  main.focus();
});
addEventListener('online', () => session.nudge());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') session.nudge();
});
route();
