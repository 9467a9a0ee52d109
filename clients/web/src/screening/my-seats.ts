/**
 * What is mine in one screening, and what I do about it. It knows the SDK and no page.
 *
 * Commands go one after the other, in the order of the taps, since the second tap may need to know what became of the first; a
 * seat is mine when the server has said so and not before. Whenever the fate of a command is unknown, or the server and this
 * page disagree, the server is asked what is mine. One hold is the choice that is bought; what another tab held at the same
 * moment in a hold of its own is moved into it.
 */
import {
  type HoldResult,
  type MineOrder,
  OutcomeCode,
  type Refused,
  type Session,
  type Unsuccessful,
} from '../../../sdk/index.ts';

/** The current choice. */
export interface Hold {
  readonly hold: number;
  readonly seats: readonly number[];
  /** On the clock of performance.now(). */
  readonly endsAtMs: number;
  /** Its payment has begun: nothing about it can be changed. */
  readonly isPaying: boolean;
}

/** Something to tell the person. */
export type Said =
  | { readonly is: 'held' | 'released' | 'time-up'; readonly seats: readonly number[] }
  | { readonly is: 'more-time' }
  /** `wanted`: what was asked for; `seats`: those of them that are the reason. */
  | {
      readonly is: 'refused';
      readonly code: number;
      readonly seats: readonly number[];
      readonly wanted: readonly number[];
    }
  | { readonly is: 'failed'; readonly mayHaveHappened: boolean }
  /** More taps than are kept: this one was not. */
  | { readonly is: 'too-quick' };

export interface MySeatsListener {
  changed(): void;
  said(said: Said): void;
}

export interface MySeatsPorts extends MySeatsListener {
  /** The live session of the moment. */
  session(): Promise<Session>;
}

/**
 * Taps that wait for their turn. One buyer may have ten seats, so that nobody taps more than twenty times ahead on purpose; beyond it
 * a tap is turned away with a word, since a queue that nobody sees only hides that the server is slow.
 */
export const QUEUE_MAX = 20;

export class MySeats {
  /** The layout on which seats are chosen here; 0: not known. */
  seatMap = 0;
  readonly screening: number;
  readonly #ports: MySeatsPorts;
  #hold: Hold | null = null;
  #orders: readonly MineOrder[] = [];
  /** Seats that a command under way takes or gives back: a second tap on them says nothing new. */
  readonly #asked = new Set<number>();
  /** What was given back last, to take it again with one tap. */
  #lapsed: readonly number[] = [];
  #mayExtend = true;
  #isKnown = false;
  #isBuying = false;
  #underWay = 0;
  #tail: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(screening: number, ports: MySeatsPorts) {
    this.screening = screening;
    this.#ports = ports;
  }

  get hold(): Hold | null {
    return this.#hold;
  }

  get seats(): readonly number[] {
    return this.#hold?.seats ?? [];
  }

  get asked(): ReadonlySet<number> {
    return this.#asked;
  }

  get orders(): readonly MineOrder[] {
    return this.#orders;
  }

  get lapsed(): readonly number[] {
    return this.#lapsed;
  }

  get mayExtend(): boolean {
    return this.#mayExtend;
  }

  /** The server has said what is mine, at least once. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get isBuying(): boolean {
    return this.#isBuying;
  }

  get isWorking(): boolean {
    return this.#underWay > 0;
  }

  /** Takes the seats, all or none, into the hold that is there, or a new one. */
  take(seats: readonly number[]): Promise<void> {
    this.#lapsed = [];
    return this.#do(async (session) => {
      await this.#held(session, await this.#request(session, seats), seats);
    }, seats);
  }

  /** Takes of these what is still to be had: after their time ran out, when somebody may have come in between. */
  takeAgain(seats: readonly number[] = this.#lapsed): Promise<void> {
    this.#lapsed = [];
    return this.#do(async (session) => {
      const result = await this.#request(session, seats);
      await this.#held(session, result, seats);
      if (result.is !== 'refused' || !isAboutSeats(result.code)) return;
      const left = seats.filter((seat) => !result.seats.includes(seat));
      if (left.length > 0 && left.length < seats.length)
        await this.#held(session, await this.#request(session, left), left);
    }, seats);
  }

  /** The best seats side by side, instead of what I have now, which is given back only once they are mine. */
  takeBest(count: number, accessible = false): Promise<void> {
    this.#lapsed = [];
    return this.#do(async (session) => {
      const before = this.#hold;
      const result = await session.bestAvailable(this.screening, count, { accessible });
      if (result.is === 'accepted' && before !== null) await session.release(this.screening, before.hold);
      await this.#held(session, result, result.is === 'accepted' ? result.seats : []);
    });
  }

  /** Takes some seats and then gives others back: in this order, so that nothing is lost when the first is refused. */
  swap(take: readonly number[], give: readonly number[]): Promise<void> {
    return this.#do(
      async (session) => {
        const result = await this.#request(session, take);
        await this.#held(session, result, take);
        if (result.is === 'accepted') await this.#giveBack(session, give);
      },
      [...take, ...give],
    );
  }

  release(seats: readonly number[] = this.seats): Promise<void> {
    return this.#do((session) => this.#giveBack(session, seats), seats);
  }

  /** As `release` of everything, and remembers it: whoever comes back may take it again with one tap. */
  async leave(): Promise<void> {
    const { seats } = this;
    if (seats.length === 0 || this.#hold?.isPaying) return;
    await this.release(seats);
    if (this.#hold === null) this.#lapsed = seats;
  }

  extend(): Promise<void> {
    return this.#do(async (session) => {
      if (this.#hold === null) return;
      const result = await session.extend(this.screening, this.#hold.hold);
      if (result.is === 'accepted' || (result.is === 'refused' && result.code === OutcomeCode.extensionsUsedUp)) {
        this.#mayExtend = false;
      }
      if (result.is !== 'accepted') return this.#unsuccessful(session, result, []);
      this.#keep(result);
      this.#ports.said({ is: 'more-time' });
    });
  }

  /**
   * A purchase of the hold: it begins when all earlier taps are done with, its time does not lapse meanwhile, and afterwards the
   * server is asked what is mine. `act` is given null when there is nothing to buy any more.
   */
  async purchase<Result>(act: (hold: Hold | null, session: Session) => Promise<Result>): Promise<Result> {
    let bought: Promise<Result> | null = null;
    this.#isBuying = true;
    await this.#do(async (session) => {
      bought = act(this.#hold, session);
      await bought.catch(() => {});
      this.#isBuying = false;
      await this.#ask(session);
    });
    this.#isBuying = false;
    if (bought === null) throw new Error('the screening was left before its purchase began');
    return bought;
  }

  /** Asks the server what is mine: after every connection, when another tab did something, and when there is doubt. */
  refresh(): Promise<void> {
    return this.#do((session) => this.#ask(session));
  }

  /** The clock has passed the hold's end. The server frees the seats by itself. */
  timeIsUp(): void {
    const hold = this.#hold;
    if (hold === null || hold.isPaying || this.#isBuying) return;
    this.#hold = null;
    this.#lapsed = hold.seats;
    this.#mayExtend = true;
    this.#ports.said({ is: 'time-up', seats: hold.seats });
    void this.refresh();
  }

  /** From now on nothing is begun, and nobody told. */
  close(): void {
    this.#isClosed = true;
  }

  #request(session: Session, seats: readonly number[]): Promise<HoldResult> {
    const hold = this.#hold === null ? {} : { hold: this.#hold.hold };
    return session.hold(this.screening, seats, this.seatMap === 0 ? hold : { ...hold, seatMap: this.seatMap });
  }

  async #giveBack(session: Session, seats: readonly number[]): Promise<void> {
    const hold = this.#hold;
    const given = seats.filter((seat) => hold?.seats.includes(seat));
    if (hold === null || given.length === 0) return;
    const isAll = given.length === hold.seats.length;
    const result = await session.release(this.screening, hold.hold, isAll ? [] : given);
    if (result.is !== 'accepted') return this.#unsuccessful(session, result, given);
    const left = hold.seats.filter((seat) => !result.seats.includes(seat));
    this.#hold = left.length === 0 ? null : { ...hold, seats: left };
    this.#ports.said({ is: 'released', seats: result.seats });
  }

  async #held(session: Session, result: HoldResult, wanted: readonly number[]): Promise<void> {
    if (result.is !== 'accepted') return this.#unsuccessful(session, result, wanted);
    if (result.hold !== this.#hold?.hold) this.#mayExtend = true;
    this.#keep(result);
    this.#ports.said({ is: 'held', seats: wanted });
  }

  #keep({ hold, seats, endsAtMs }: Extract<HoldResult, { is: 'accepted' }>): void {
    this.#hold = { hold, seats, endsAtMs, isPaying: false };
  }

  async #unsuccessful(session: Session, result: Unsuccessful, wanted: readonly number[]): Promise<void> {
    if (result.is === 'failed') {
      if (result.mayHaveHappened) await this.#ask(session);
      this.#ports.said({ is: 'failed', mayHaveHappened: result.mayHaveHappened });
      return;
    }
    if (isAboutMyHold(result) || result.code === OutcomeCode.seatHeld) await this.#ask(session);
    // What "somebody" took may be what I took in another tab: then there is nothing to complain of.
    const seats = result.seats.filter((seat) => !this.seats.includes(seat));
    if (result.seats.length > 0 && seats.length === 0 && isAboutSeats(result.code)) return;
    this.#ports.said({ is: 'refused', code: result.code, seats, wanted });
  }

  async #ask(session: Session): Promise<void> {
    const result = await session.mine(this.screening);
    if (result.is !== 'accepted') return;
    this.#isKnown = true;
    this.#orders = result.orders;
    const [first, ...others] = result.holds.toSorted(
      (one, other) =>
        Number(other.paying) - Number(one.paying) || other.seats.length - one.seats.length || other.hold - one.hold,
    );
    if (first?.hold !== this.#hold?.hold) this.#mayExtend = true;
    this.#hold =
      first === undefined
        ? null
        : { hold: first.hold, seats: first.seats, endsAtMs: first.endsAtMs, isPaying: first.paying };
    if (this.#hold?.isPaying || this.#isBuying) return;
    for (const other of others) await this.#gather(session, other.hold);
  }

  /** Two tabs began a hold each at the same moment: the smaller one's seats go into the larger one. */
  async #gather(session: Session, hold: number): Promise<void> {
    const released = await session.release(this.screening, hold);
    // Refused: the other tab was quicker, and does the same.
    if (released.is !== 'accepted' || this.#hold === null) return;
    const result = await this.#request(session, released.seats);
    if (result.is === 'accepted') this.#keep(result);
    else if (result.is === 'refused') {
      this.#ports.said({ is: 'refused', code: result.code, seats: result.seats, wanted: released.seats });
    }
  }

  /** One after the other. The SDK's promises never reject; only the loading of the SDK may fail, without a network. */
  #do(act: (session: Session) => Promise<void>, seats: readonly number[] = []): Promise<void> {
    if (this.#underWay >= QUEUE_MAX) {
      this.#ports.said({ is: 'too-quick' });
      return Promise.resolve();
    }
    this.#underWay++;
    for (const seat of seats) this.#asked.add(seat);
    this.#tail = this.#tail.then(async () => {
      if (!this.#isClosed) {
        const session = await this.#ports.session().catch(() => null);
        if (session === null) this.#ports.said({ is: 'failed', mayHaveHappened: false });
        else await act(session);
      }
      this.#underWay--;
      for (const seat of seats) this.#asked.delete(seat);
      if (!this.#isClosed) this.#ports.changed();
    });
    this.#ports.changed();
    return this.#tail;
  }
}

/** The server and this page disagree about what is mine. */
function isAboutMyHold({ code }: Refused): boolean {
  return (
    code === OutcomeCode.holdUnknown ||
    code === OutcomeCode.holdNotYours ||
    code === OutcomeCode.holdExpired ||
    code === OutcomeCode.holdPaying ||
    code === OutcomeCode.seatNotInHold
  );
}

function isAboutSeats(code: number): boolean {
  return code === OutcomeCode.seatHeld || code === OutcomeCode.seatSold || code === OutcomeCode.seatBlocked;
}
