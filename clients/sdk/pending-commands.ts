/**
 * The commands that have not been settled yet. Each keeps its request id until it is answered, so that it can be said again
 * as often as it takes (promise I4): after a reconnect, and after "busy" or "unavailable", with growing pauses, until its
 * deadline. Bounded by `commandsMax`: beyond it a command is turned away at once, since a queue that nobody can see
 * only hides that the server is not reached.
 *
 * `mine` is kept here too. It has no request id, and its refusal names no screening: one at a time is under way.
 */
import type { ClientRequest } from '../../server/protocol/client-messages.ts';
import { ClientOp } from '../../server/protocol/opcodes.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Answer, Mine } from '../../server/protocol/server-frame.ts';
import { retryDelayMs } from './backoff.ts';
import type { Failed } from './results.ts';
import type { Cancel, Surroundings } from './surroundings.ts';

export type CommandRequest = Extract<ClientRequest, { readonly requestId: string }>;
export type MineRequest = Extract<ClientRequest, { readonly op: typeof ClientOp.mine }>;

/** Exactly one of these, once. */
export interface CommandListener {
  answered(answer: Answer): void;
  /** For `mine` only. */
  mine(message: Mine): void;
  failed(reason: Failed['reason'], mayHaveHappened: boolean): void;
}

/** The link, as far as it is needed here. */
export interface Outlet {
  readonly room: number;
  readonly msUntilRoom: number | null;
  send(requests: readonly ClientRequest[]): boolean;
}

type Stage =
  | { readonly is: 'queued' }
  /** `cancel`: of the timer after which it is queued again, because no answer came or because it was to rest so long. */
  | { readonly is: 'sent' | 'resting'; readonly cancel: Cancel };

interface Pending {
  readonly request: CommandRequest | MineRequest;
  readonly listener: CommandListener;
  readonly cancelDeadline: Cancel;
  stage: Stage;
  tries: number;
  /** It was sent, and the connection broke or the server did not know. */
  mayHaveHappened: boolean;
  lastRefusal: Answer | null;
}

/** A server answers within half of this, if only with "unavailable"; after it the command is said again, on the same connection. */
const ANSWER_MS = 10_000;
/** With the longest commands that there are, such a frame is still within the server's limit. */
const MESSAGES_PER_FRAME = 16;

export class PendingCommands {
  readonly #outlet: Outlet;
  readonly #surroundings: Surroundings;
  readonly #commandsMax: number;
  /** In the order in which they were given. */
  readonly #all = new Set<Pending>();
  readonly #byRequestId = new Map<string, Pending>();
  #cancelPump: Cancel | null = null;
  /** Why nothing can be sent any more. */
  #over: Failed['reason'] | null = null;

  constructor(outlet: Outlet, surroundings: Surroundings, commandsMax: number) {
    this.#outlet = outlet;
    this.#surroundings = surroundings;
    this.#commandsMax = commandsMax;
  }

  get size(): number {
    return this.#all.size;
  }

  get isAnySent(): boolean {
    for (const pending of this.#all) if (pending.stage.is === 'sent') return true;
    return false;
  }

  /** Sends it now, or as soon as there is a connection with room. */
  add(request: CommandRequest | MineRequest, deadlineMs: number, listener: CommandListener): void {
    if (this.#over !== null) {
      listener.failed(this.#over, false);
      return;
    }
    if (this.#all.size >= this.#commandsMax) {
      listener.failed('too-many-commands', false);
      return;
    }
    if (request.op !== ClientOp.mine && this.#byRequestId.has(request.requestId)) {
      throw new TypeError(`a command with the request id ${request.requestId} is under way already`);
    }
    const pending: Pending = {
      request,
      listener,
      cancelDeadline: this.#surroundings.after(deadlineMs, () => this.#deadlinePassed(pending)),
      stage: { is: 'queued' },
      tries: 0,
      mayHaveHappened: false,
      lastRefusal: null,
    };
    this.#all.add(pending);
    if (request.op !== ClientOp.mine) this.#byRequestId.set(request.requestId, pending);
    this.pump();
  }

  /** Sends what is queued, as far as there is room. */
  pump(): void {
    let room = Math.min(this.#outlet.room, this.#all.size);
    if (room > 0) {
      let batch: Pending[] = [];
      for (const pending of this.#sendable()) {
        if (room-- === 0) break;
        batch.push(pending);
        if (batch.length < MESSAGES_PER_FRAME) continue;
        this.#send(batch);
        batch = [];
      }
      this.#send(batch);
    }
    this.#pumpLater();
  }

  answered(answer: Answer): void {
    const pending = answer.requestId === '' ? this.#mineUnderWay() : this.#byRequestId.get(answer.requestId);
    // An answer that came twice, or after the deadline.
    if (pending === undefined) return;
    if (!isPassing(answer.code)) {
      this.#settle(pending);
      pending.listener.answered(answer);
      this.pump();
      return;
    }
    pending.lastRefusal = answer;
    if (answer.code === OutcomeCode.unavailable) pending.mayHaveHappened = true;
    // An answer to an earlier time that it was said counts as one to the latest.
    this.#queueAfter(pending, 'resting', retryDelayMs(pending.tries, this.#surroundings.random()));
    this.pump();
  }

  mineArrived(message: Mine): void {
    const pending = this.#mineUnderWay();
    if (pending?.request.op !== ClientOp.mine || pending.request.screening !== message.screening) return;
    this.#settle(pending);
    pending.listener.mine(message);
    this.pump();
  }

  /** The connection is lost: all of it is to be said again. */
  down(): void {
    this.#cancelPump?.();
    this.#cancelPump = null;
    for (const pending of this.#all) {
      if (pending.stage.is !== 'sent') continue;
      pending.stage.cancel();
      pending.stage = { is: 'queued' };
      pending.mayHaveHappened = true;
    }
  }

  /** Nothing will be sent any more. */
  fail(reason: Failed['reason']): void {
    this.#over = reason;
    this.giveUp(reason);
  }

  /** What is there is not said again; what comes later is. */
  giveUp(reason: Failed['reason']): void {
    this.#cancelPump?.();
    this.#cancelPump = null;
    for (const pending of [...this.#all]) {
      const mayHaveHappened = pending.mayHaveHappened || pending.stage.is === 'sent';
      this.#settle(pending);
      pending.listener.failed(reason, mayHaveHappened);
    }
  }

  *#sendable(): Iterable<Pending> {
    let mayAskMine = this.#mineUnderWay() === undefined;
    for (const pending of this.#all) {
      if (pending.stage.is !== 'queued') continue;
      if (pending.request.op === ClientOp.mine) {
        if (!mayAskMine) continue;
        mayAskMine = false;
      }
      yield pending;
    }
  }

  #send(batch: readonly Pending[]): void {
    if (batch.length === 0) return;
    if (!this.#outlet.send(batch.map(({ request }) => request))) return;
    for (const pending of batch) {
      pending.tries++;
      this.#queueAfter(pending, 'sent', ANSWER_MS);
    }
  }

  /** When the server's limit on messages is what holds the queue back, go on as soon as it allows. */
  #pumpLater(): void {
    if (this.#cancelPump !== null) return;
    const ms = this.#outlet.msUntilRoom;
    if (ms === null || ms === 0 || this.#sendable()[Symbol.iterator]().next().done) return;
    this.#cancelPump = this.#surroundings.after(Math.ceil(ms), () => {
      this.#cancelPump = null;
      this.pump();
    });
  }

  #queueAfter(pending: Pending, is: 'sent' | 'resting', ms: number): void {
    if (pending.stage.is !== 'queued') pending.stage.cancel();
    const cancel = this.#surroundings.after(ms, () => {
      if (is === 'sent') pending.mayHaveHappened = true;
      pending.stage = { is: 'queued' };
      this.pump();
    });
    pending.stage = { is, cancel };
  }

  #deadlinePassed(pending: Pending): void {
    const mayHaveHappened = pending.mayHaveHappened || pending.stage.is === 'sent';
    this.#settle(pending);
    // The server's own word says more than "no answer", as long as it is the whole truth.
    if (pending.lastRefusal !== null && !mayHaveHappened) pending.listener.answered(pending.lastRefusal);
    else pending.listener.failed('deadline', mayHaveHappened);
  }

  #settle(pending: Pending): void {
    pending.cancelDeadline();
    if (pending.stage.is !== 'queued') pending.stage.cancel();
    this.#all.delete(pending);
    if (pending.request.op !== ClientOp.mine) this.#byRequestId.delete(pending.request.requestId);
  }

  #mineUnderWay(): Pending | undefined {
    for (const pending of this.#all) {
      if (pending.request.op === ClientOp.mine && pending.stage.is === 'sent') return pending;
    }
    return undefined;
  }
}

/** Answers after which the same command may succeed. */
function isPassing(code: number): boolean {
  return (
    code === OutcomeCode.busy ||
    code === OutcomeCode.unavailable ||
    code === OutcomeCode.expired ||
    code === OutcomeCode.rateLimited
  );
}
