/**
 * The one way to the server: HTTP at once, and the live session (WebSocket) once a page needs seats. The session is one for all
 * pages, its token is kept for all tabs, so that two tabs are the same visitor and see the same seats as theirs.
 */
import { Injectable, signal } from '@angular/core';
import { ApiClient } from '../../../sdk/api/http.ts';
import type { ConnectionState, Session } from '../../../sdk/index.ts';
import { earlyAnswer, fetchWithEarly } from './early-answer.ts';

const TOKEN_KEY = 'poltrona.visitor';

@Injectable({ providedIn: 'root' })
export class Server {
  readonly api = new ApiClient({ fetch: fetchWithEarly(earlyAnswer(), (input, init) => fetch(input, init)) });
  /** Null until a page has asked for the live session. */
  readonly connection = signal<ConnectionState | null>(null);
  #session: Promise<Session> | null = null;

  constructor() {
    addEventListener('online', () => void this.#session?.then((session) => session.nudge()));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.#session?.then((session) => session.nudge());
    });
  }

  /** The live session; the first call loads the SDK and connects. */
  session(): Promise<Session> {
    this.#session ??= this.#connect();
    return this.#session;
  }

  /**
   * Who we are has changed (a guest's CPF was told, somebody signed in): the next connection carries the new cookie. Seats that
   * are held stay held, since they belong to the visitor's token. Commands that are under way fail as "closed".
   */
  async reconnect(): Promise<void> {
    const session = await this.#session;
    session?.close();
    this.#session = null;
    this.connection.set(null);
  }

  /** Signed out: whoever comes next at this device is somebody else. */
  async forgetVisitor(): Promise<void> {
    store(null);
    await this.reconnect();
  }

  async #connect(): Promise<Session> {
    const { connect } = await import('../../../sdk/index.ts');
    const session = connect({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
      token: stored(),
      clientName: 'shop',
      onState: (state) => {
        if (state.is === 'open') store(session.token);
        this.connection.set(state);
      },
    });
    this.connection.set(session.state);
    return session;
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(TOKEN_KEY);
  } catch {
    return null;
  }
}

function store(token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(TOKEN_KEY);
    else localStorage.setItem(TOKEN_KEY, token);
  } catch {
    // Storage is switched off: the visitor lasts as long as the page.
  }
}
