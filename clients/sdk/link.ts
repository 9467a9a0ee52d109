/**
 * One lasting link to the server over many sockets: connects, says hello, notices when the other end has gone silent, waits as
 * long as the close code asks for, and connects again with the same session token; after a sign-out without one, as a new
 * visitor. It knows nothing of seats.
 *
 * Always true: at most one socket is alive; `down` is told once for each `opened`, before the next one; after `close`, or
 * after a close code that says that we are not understood, nothing is told or tried any more.
 */
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import type { ClientRequest } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { ClientOp, ServerOp } from '../../server/protocol/opcodes.ts';
import { decodeServerFrame, type Limits, type Received, type Welcome } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { reconnectDelayMs } from './backoff.ts';
import { SendBudget } from './send-budget.ts';
import { SocketAttempt } from './socket-attempt.ts';
import type { Cancel, Surroundings, WebSocketConstructor } from './surroundings.ts';

export type ConnectionState =
  /** `tries`: connections in a row that did not last. */
  | { readonly is: 'connecting'; readonly tries: number }
  | { readonly is: 'open'; readonly buyer: string; readonly serverName: string; readonly limits: Limits }
  /** `untilMs`: on the clock of the surroundings. `code`, `text`: why the last connection ended. */
  | { readonly is: 'waiting'; readonly untilMs: number; readonly code: number; readonly text: string }
  | { readonly is: 'closed'; readonly reason: 'asked' | 'protocol'; readonly text: string };

export interface LinkListener {
  /** Goes out in one frame with the hello: what a new connection needs at once. At most a few messages. */
  greeting(): readonly ClientRequest[];
  opened(welcome: Welcome): void;
  received(message: Received): void;
  /** What was sent and not answered may or may not have arrived. */
  down(): void;
  stateChanged(state: ConnectionState): void;
  /** Something was sent that has not been answered yet. */
  awaitsAnswer(): boolean;
}

export interface LinkOptions {
  readonly url: string;
  readonly webSocket: WebSocketConstructor;
  readonly clientName: string;
  readonly surroundings: Surroundings;
}

type Stage =
  | { readonly is: 'connecting'; readonly attempt: SocketAttempt }
  | { readonly is: 'open'; readonly attempt: SocketAttempt; readonly budget: SendBudget; readonly sinceMs: number }
  | { readonly is: 'waiting'; readonly cancel: Cancel; readonly code: number }
  | { readonly is: 'closed' };

/** When an answer is due and nothing at all arrives for so long, the connection is dead (a phone that changed networks). */
const SILENCE_MS = 10_000;
/** A connection that lasted this long was a good one: the next wait is short again. */
const LASTING_MS = 5_000;
const BROKEN = 1006;

export class Link {
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  #token: string | null;
  #stage: Stage;
  #tries = 0;
  #lastNotice = '';
  #silence: Cancel | null = null;
  #nextPing: Cancel | null = null;

  /** Begins to connect. @throws what the WebSocket constructor throws for an address that it does not take. */
  constructor(options: LinkOptions, token: string | null, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#token = token;
    this.#stage = { is: 'connecting', attempt: this.#attempt() };
  }

  get token(): string | null {
    return this.#token;
  }

  /** Messages that may be sent now; 0 while there is no connection. */
  get room(): number {
    return this.#stage.is === 'open' ? this.#stage.budget.available(this.#options.surroundings.nowMs()) : 0;
  }

  /** Until there is room for one more; null while there is no connection. */
  get msUntilRoom(): number | null {
    return this.#stage.is === 'open' ? this.#stage.budget.msUntilNext() : null;
  }

  /** One frame; false, and nothing sent, while there is no connection. */
  send(requests: readonly ClientRequest[]): boolean {
    if (this.#stage.is !== 'open') return false;
    this.#stage.budget.available(this.#options.surroundings.nowMs());
    this.#stage.budget.spend(requests.length);
    this.#stage.attempt.send(encodeClientFrame(requests));
    if (this.#silence === null) this.#expectSomething();
    return true;
  }

  /**
   * The network is back, the page is seen again: do not wait any longer, unless the server asked for the wait. A connection that is
   * open is asked for a sign of life at once: it may have died while the device slept.
   */
  nudge(): void {
    if (this.#stage.is === 'open') this.send([{ op: ClientOp.ping, nonce: 0 }]);
    if (this.#stage.is !== 'waiting') return;
    const { code, cancel } = this.#stage;
    if (code === CloseCode.rateLimited || code === CloseCode.tooManyConnections) return;
    cancel();
    this.#connect();
  }

  close(): void {
    const stage = this.#stage;
    if (stage.is === 'closed') return;
    if (stage.is === 'waiting') stage.cancel();
    else stage.attempt.abandon();
    this.#finish('asked', 'closed');
  }

  #connect(): void {
    try {
      this.#stage = { is: 'connecting', attempt: this.#attempt() };
    } catch {
      // It took the address the first time, so this is a passing trouble of the platform.
      this.#ended(BROKEN, 'no socket could be made');
      return;
    }
    this.#listener.stateChanged({ is: 'connecting', tries: this.#tries });
  }

  #attempt(): SocketAttempt {
    const { webSocket, url } = this.#options;
    const attempt: SocketAttempt = new SocketAttempt(webSocket, url, SUBPROTOCOL, {
      opened: () => {
        const hello: ClientRequest = { op: ClientOp.hello, token: this.#token, clientName: this.#options.clientName };
        attempt.send(encodeClientFrame([hello, ...this.#listener.greeting()]));
      },
      frame: (bytes) => this.#frame(attempt, bytes),
      ended: (code, reason) => this.#ended(code, reason),
    });
    this.#lastNotice = '';
    this.#expectSomething();
    return attempt;
  }

  #frame(attempt: SocketAttempt, bytes: Uint8Array): void {
    const decoded = decodeServerFrame(bytes);
    if (!decoded.ok) {
      attempt.end(BROKEN, `not understood: ${decoded.text}`);
      return;
    }
    this.#stopSilence();
    for (const message of decoded.messages) {
      // A listener may have closed the session.
      if (this.#stage.is === 'closed') return;
      if (message.op === ServerOp.welcome) this.#welcomed(attempt, message);
      else if (message.op === ServerOp.notice) this.#lastNotice = message.text;
      else this.#listener.received(message);
    }
    if (this.#stage.is === 'open' && this.#silence === null && this.#listener.awaitsAnswer()) this.#expectSomething();
  }

  #welcomed(attempt: SocketAttempt, welcome: Welcome): void {
    if (this.#stage.is !== 'connecting') return;
    const nowMs = this.#options.surroundings.nowMs();
    this.#token = welcome.token;
    const { buyer, serverName, limits } = welcome;
    this.#stage = { is: 'open', attempt, budget: new SendBudget(limits.messagesPerSecond, nowMs), sinceMs: nowMs };
    this.#pingLater(limits.pingSeconds);
    this.#listener.stateChanged({ is: 'open', buyer, serverName, limits });
    this.#listener.opened(welcome);
  }

  #ended(code: number, reason: string): void {
    const stage = this.#stage;
    const { surroundings } = this.#options;
    const nowMs = surroundings.nowMs();
    this.#stopTimers();
    // Whoever comes next at this device is somebody else.
    if (code === CloseCode.signedOut) this.#token = null;
    const lasted = stage.is === 'open' && nowMs - stage.sinceMs >= LASTING_MS;
    this.#tries = lasted ? 1 : this.#tries + 1;
    const text = this.#lastNotice || reason;
    const delayMs = reconnectDelayMs(code, this.#tries, surroundings.random());
    if (delayMs === null) {
      this.#finish('protocol', text);
    } else {
      const cancel = surroundings.after(delayMs, () => this.#connect());
      this.#stage = { is: 'waiting', cancel, code };
      this.#listener.stateChanged({ is: 'waiting', untilMs: nowMs + delayMs, code, text });
    }
    if (stage.is === 'open') this.#listener.down();
  }

  #finish(reason: 'asked' | 'protocol', text: string): void {
    this.#stopTimers();
    this.#stage = { is: 'closed' };
    this.#listener.stateChanged({ is: 'closed', reason, text });
  }

  #pingLater(seconds: number): void {
    this.#nextPing = this.#options.surroundings.after(seconds * 1000, () => {
      this.send([{ op: ClientOp.ping, nonce: 0 }]);
      this.#pingLater(seconds);
    });
  }

  #expectSomething(): void {
    this.#silence = this.#options.surroundings.after(SILENCE_MS, () => {
      this.#silence = null;
      const stage = this.#stage;
      if (stage.is === 'connecting' || stage.is === 'open') stage.attempt.end(BROKEN, 'no answer');
    });
  }

  #stopSilence(): void {
    this.#silence?.();
    this.#silence = null;
  }

  #stopTimers(): void {
    this.#stopSilence();
    this.#nextPing?.();
    this.#nextPing = null;
  }
}
