/**
 * The one way to the server: HTTP at once, and the live session (WebSocket) once a page needs seats. The session is one for all
 * pages, its token is kept for all tabs, so that two tabs are the same visitor and see the same seats as theirs.
 */
import { Injectable, signal } from '@angular/core';
import { ApiClient } from '../../../sdk/api/http.ts';
import type { ConnectionState, Session } from '../../../sdk/index.ts';
import { earlyAnswer, fetchWithEarly } from './early-answer.ts';
import { VisitorToken } from './visitor-token.ts';

const storage = () => localStorage;

@Injectable({ providedIn: 'root' })
export class Server {
  readonly api = new ApiClient({ fetch: fetchWithEarly(earlyAnswer(), (input, init) => fetch(input, init)) });
  /** Null until a page has asked for the live session. */
  readonly connection = signal<ConnectionState | null>(null);
  #visitor: VisitorToken | null = null;
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
    new VisitorToken(storage).forget();
    await this.reconnect();
  }

  /** Signed out in another tab, which may be a new visitor by now: only what this tab was called goes, and no newer token. */
  async leaveVisitor(): Promise<void> {
    this.#visitor?.signedOut();
    await this.reconnect();
  }

  async #connect(): Promise<Session> {
    const { connect, CloseCode } = await import('../../../sdk/index.ts');
    const visitor = new VisitorToken(storage);
    this.#visitor = visitor;
    const session = connect({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
      token: visitor.sent,
      clientName: 'shop',
      onState: (state) => {
        if (state.is === 'open') visitor.welcomed(session.token);
        // The SDK comes back as a new visitor.
        if (state.is === 'waiting' && state.code === CloseCode.signedOut) visitor.signedOut();
        this.connection.set(state);
      },
    });
    this.connection.set(session.state);
    return session;
  }
}
