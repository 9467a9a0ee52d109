/**
 * Screenings on their way into memory, and the commands that wait for them. Few are loaded at once, the others stand
 * in line; a load that takes too long is given up (its result is not wanted any more when it comes), so that a
 * connection that has gone silent cannot hold up the thread's other screenings.
 */
import { Mailbox } from '../actors/mailbox.ts';
import { OutcomeCode, type Refused } from '../actors/seat-outcome.ts';
import type { Asker } from './asker.ts';
import type { ActorMessage } from './bus.ts';

export interface Waiting {
  readonly command: ActorMessage;
  readonly asker: Asker;
  readonly tag: number;
  /** After this the asker has given up; on the owner's clock. */
  readonly deadlineMs: number;
}

export interface Loading {
  readonly is: 'loading';
  readonly screening: number;
  readonly mailbox: Mailbox<Waiting>;
  /** Null while it stands in line. */
  startedMs: number | null;
  isGivenUp: boolean;
}

export interface LoadingLimits {
  readonly mailboxCommandsMax: number;
  readonly loadsMax: number;
  /** Commands waiting in all mailboxes together. */
  readonly waitingCommandsMax: number;
  readonly loadDeadlineMs: number;
}

export interface LoadingPorts {
  nowMs(): number;
  /** Brings the screening to life or refuses what waits. A rejection ends in `failed`. */
  load(loading: Loading): Promise<void>;
  failed(loading: Loading, cause: unknown): void;
}

const expired: Refused = { code: OutcomeCode.expired };

export class LoadingScreenings {
  readonly #ports: LoadingPorts;
  readonly #limits: LoadingLimits;
  readonly #underWay = new Set<Loading>();
  #line: Loading[] = [];
  #waiting = 0;

  constructor(ports: LoadingPorts, limits: LoadingLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Commands in all mailboxes. */
  get waitingCommands(): number {
    return this.#waiting;
  }

  start(screening: number): Loading {
    const loading: Loading = {
      is: 'loading',
      screening,
      mailbox: new Mailbox<Waiting>(this.#limits.mailboxCommandsMax),
      startedMs: null,
      isGivenUp: false,
    };
    if (this.#underWay.size < this.#limits.loadsMax) this.#load(loading);
    else this.#line.push(loading);
    return loading;
  }

  /** False, and nothing done, when there is no room. */
  wait(loading: Loading, waiting: Waiting): boolean {
    if (this.#waiting >= this.#limits.waitingCommandsMax || !loading.mailbox.push(waiting)) return false;
    this.#waiting++;
    return true;
  }

  /** The next command that may still be executed; those whose time is over are answered here. */
  next(loading: Loading): Waiting | undefined {
    const nowMs = this.#ports.nowMs();
    this.#dropExpired(loading, nowMs);
    const waiting = loading.mailbox.shift();
    if (waiting !== undefined) this.#waiting--;
    return waiting;
  }

  /** Call every tick: answers commands whose time is over, gives up loads that take too long. */
  tick(): void {
    if (this.#underWay.size === 0) return;
    const nowMs = this.#ports.nowMs();
    for (const loading of this.#underWay) {
      this.#dropExpired(loading, nowMs);
      if (nowMs - (loading.startedMs ?? nowMs) > this.#limits.loadDeadlineMs) {
        this.#ended(loading);
        loading.isGivenUp = true;
        this.#ports.failed(loading, new Error(`not loaded within ${this.#limits.loadDeadlineMs} ms`));
      }
    }
    for (const loading of this.#line) this.#dropExpired(loading, nowMs);
  }

  #dropExpired(loading: Loading, nowMs: number): void {
    for (
      let head = loading.mailbox.peek();
      head !== undefined && nowMs > head.deadlineMs;
      head = loading.mailbox.peek()
    ) {
      loading.mailbox.shift();
      this.#waiting--;
      head.asker.answered(head.tag, head.command.requestId, expired, 0, nowMs);
    }
  }

  #load(loading: Loading): void {
    loading.startedMs = this.#ports.nowMs();
    this.#underWay.add(loading);
    this.#ports.load(loading).then(
      () => this.#ended(loading),
      (cause: unknown) => {
        this.#ended(loading);
        if (!loading.isGivenUp) this.#ports.failed(loading, cause);
      },
    );
  }

  #ended(loading: Loading): void {
    if (!this.#underWay.delete(loading)) return;
    const next = this.#line.shift();
    if (next !== undefined) this.#load(next);
  }
}
