/**
 * One connection of the load generator: a buyer, its walk, and the commands under way. It sends when told to, notes when each
 * command was due, and tells what came of it. Its state is flat arrays; nothing is allocated per command.
 */
import { randomBytes } from 'node:crypto';
import { AnswerReader } from './answer-reader.ts';
import { CommandFrames, clientFrame, requestIdOf } from './command-frames.ts';
import type { LoadPlan } from './load-plan.ts';
import { RawSocket } from './raw-socket.ts';
import { SeatWalk } from './seat-walk.ts';

/** Most commands under way whatever the plan says; a power of two. */
const UNDER_WAY_MAX = 8192;
const WELCOME = 101;
const NOTICE = 107;

export interface LoadTally {
  /** `dueMs`: when the command was to be sent, on the clock of performance.now(). */
  answered(connection: LoadConnection, dueMs: number, code: number, isHold: boolean, acked: AckedCommand): void;
  /** After the answers of one read: room for more. */
  ready(connection: LoadConnection): void;
  failed(reason: string): void;
}

/** The command just answered; read it at once, it is filled again for the next. */
export interface AckedCommand {
  sequence: number;
  spot: number;
  version: number;
}

export class LoadConnection {
  underWay = 0;
  answers = 0;
  isOpen = false;
  readonly walk: SeatWalk;
  readonly idPrefix = randomBytes(12).toString('base64url');
  readonly #tally: LoadTally;
  readonly #frames: CommandFrames;
  readonly #spots = new Int32Array(UNDER_WAY_MAX);
  readonly #isHold = new Uint8Array(UNDER_WAY_MAX);
  readonly #dueMs = new Float64Array(UNDER_WAY_MAX);
  readonly #acked: AckedCommand = { sequence: 0, spot: 0, version: 0 };
  #socket: RawSocket | null = null;
  #sequence = 0;
  /** The oldest command that may still be under way. */
  #oldest = 0;
  #welcomed: (() => void) | null = null;

  constructor(plan: LoadPlan, index: number, seatsPerBuyer: number, tally: LoadTally) {
    this.walk = new SeatWalk({ ...plan, seatsPerBuyer }, index);
    this.#tally = tally;
    this.#frames = new CommandFrames(this.idPrefix, plan.frameCommands, 256);
  }

  /** Connects and says hello; resolves after the welcome. */
  async open(host: string, port: number): Promise<void> {
    const reader = new AnswerReader({
      answer: (sequence, code, version, hold) => this.#answer(sequence, code, version, hold),
      other: (op, message) => {
        if (op === WELCOME) this.#welcomed?.();
        else if (op === NOTICE) this.#tally.failed(`notice: ${Buffer.from(message).toString('latin1')}`);
      },
    });
    this.#socket = await RawSocket.open(host, port, '/ws', 'poltrona.1', {
      frame: (bytes, from, to) => reader.read(bytes, from, to),
      readDone: () => this.#tally.ready(this),
      closed: (reason) => {
        if (this.isOpen) this.#tally.failed(reason);
        this.isOpen = false;
      },
    });
    const welcome = new Promise<void>((resolve) => (this.#welcomed = resolve));
    // [[1, nil, "bench"]]
    this.#socket.write(clientFrame(Buffer.from([0x91, 0x93, 1, 0xc0, 0xa5, ...Buffer.from('bench')])));
    await welcome;
    this.isOpen = true;
  }

  /** Whether every screening of the walk has answered: none is asleep any more. */
  get isWarm(): boolean {
    return this.answers >= this.walk.screenings;
  }

  /** Writes the next command of the walk; false when the walk waits for an answer or too much is under way. It leaves with `flush`. */
  next(dueMs: number): boolean {
    const { spot } = this.walk;
    if (spot < 0) return false;
    return this.#send(spot, dueMs);
  }

  /** Writes a release of the next held seat from `spot` on; resolves to the spot after it, or -1 when nothing is held. */
  giveBack(spot: number, dueMs: number): number {
    const held = this.walk.nextHeld(spot);
    if (held < 0 || !this.#send(held, dueMs)) return -1;
    return held + 1;
  }

  #send(spot: number, dueMs: number): boolean {
    if (this.#sequence - this.#oldest >= UNDER_WAY_MAX) {
      this.#forgetAnswered();
      if (this.#sequence - this.#oldest >= UNDER_WAY_MAX) return false;
    }
    const sequence = this.#sequence++;
    const slot = sequence & (UNDER_WAY_MAX - 1);
    const { walk } = this;
    const screening = walk.screeningOf(spot);
    const isHold = walk.sent(spot);
    this.#spots[slot] = spot;
    this.#isHold[slot] = isHold ? 1 : 0;
    this.#dueMs[slot] = dueMs;
    if (isHold) this.#frames.hold(sequence, screening, walk.seatOf(spot));
    else this.#frames.release(sequence, screening, walk.holdOf(spot));
    this.underWay++;
    return true;
  }

  /** Sends what was written since the last time, in one write. */
  flush(): void {
    if (this.#frames.isEmpty || this.#socket === null) return;
    if (!this.#socket.write(this.#frames.take())) this.#frames.keep();
  }

  close(): void {
    this.isOpen = false;
    this.#socket?.close();
  }

  requestId(sequence: number): string {
    return requestIdOf(this.idPrefix, sequence);
  }

  #answer(lowSequence: number, code: number, version: number, hold: number): void {
    const slot = lowSequence & (UNDER_WAY_MAX - 1);
    const spot = this.#spots[slot]!;
    if (spot < 0 || this.underWay === 0) {
      this.#tally.failed('an answer came twice, or to nothing');
      return;
    }
    this.#spots[slot] = -1;
    this.underWay--;
    this.answers++;
    this.walk.answered(spot, code === 0, hold);
    this.#acked.sequence = this.#fullSequence(lowSequence);
    this.#acked.spot = spot;
    this.#acked.version = version;
    this.#tally.answered(this, this.#dueMs[slot]!, code, this.#isHold[slot] === 1, this.#acked);
  }

  /** The answer carries 24 bits; the rest follows from what was sent last. */
  #fullSequence(low: number): number {
    const last = this.#sequence - 1;
    return last - ((last - low) & 0xffffff);
  }

  #forgetAnswered(): void {
    while (this.#oldest < this.#sequence && this.#spots[this.#oldest & (UNDER_WAY_MAX - 1)] === -1) this.#oldest++;
  }
}
