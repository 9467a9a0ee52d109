/**
 * What is mine in one screening, and what I do about it: one hold at a time, its seats with their ticket types, and the tickets I
 * bought. It knows the SDK and no page. Commands are sent one after the other, since the second click may need to know what
 * became of the first; whenever the fate of one is unknown, the server is asked what is mine.
 */
import {
  type BuyResult,
  type Failed,
  type HoldResult,
  type MineOrder,
  OutcomeCode,
  type Refused,
  type ReleaseResult,
  type Session,
  type Unsuccessful,
} from '../../sdk/index.ts';

export interface MyHold {
  readonly hold: number;
  readonly seats: readonly number[];
  /** On the clock of performance.now(). */
  readonly endsAtMs: number;
  readonly isPaying: boolean;
}

/** Something to tell the person. */
export type Said =
  | { readonly is: 'held' | 'released' | 'time-up'; readonly seats: readonly number[] }
  | { readonly is: 'more-time' }
  | { readonly is: 'bought'; readonly tickets: number }
  | { readonly is: 'refused'; readonly code: number; readonly seats: readonly number[] }
  | { readonly is: 'failed'; readonly mayHaveHappened: boolean; readonly tooMany: boolean };

export interface MySeatsListener {
  changed(): void;
  said(said: Said): void;
}

type PaymentDetail = 'approved' | 'declined';

const FULL = 1;

export class MySeats {
  /** The layout on which seats are chosen here; 0: not known. */
  seatMap = 0;
  readonly #session: Session;
  readonly #screening: number;
  readonly #listener: MySeatsListener;
  readonly #types = new Map<number, number>();
  #hold: MyHold | null = null;
  #orders: readonly MineOrder[] = [];
  /** Seats that a command under way takes or gives back: a second click on them says nothing new. */
  readonly #asked = new Set<number>();
  /** What ran out last, to take it again. */
  #lapsed: readonly number[] = [];
  #mayExtend = true;
  #isBuying = false;
  #underWay = 0;
  #tail: Promise<void> = Promise.resolve();
  /** A purchase whose fate is unknown is said again with its own request id. */
  #lastPurchase: { readonly content: string; readonly requestId: string } | null = null;
  #isClosed = false;

  constructor(session: Session, screening: number, listener: MySeatsListener) {
    this.#session = session;
    this.#screening = screening;
    this.#listener = listener;
  }

  get hold(): MyHold | null {
    return this.#hold;
  }

  get seats(): readonly number[] {
    return this.#hold?.seats ?? [];
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

  get isBuying(): boolean {
    return this.#isBuying;
  }

  get isWorking(): boolean {
    return this.#underWay > 0;
  }

  isMine(seat: number): boolean {
    return (
      this.seats.includes(seat) || this.#orders.some(({ tickets }) => tickets.some((ticket) => ticket.seat === seat))
    );
  }

  isAsked(seat: number): boolean {
    return this.#asked.has(seat);
  }

  typeOf(seat: number): number {
    return this.#types.get(seat) ?? FULL;
  }

  setType(seat: number, type: number): void {
    this.#types.set(seat, type);
    this.#listener.changed();
  }

  /** Takes a seat that is not mine, gives back one that is. */
  toggle(seat: number): void {
    if (this.#asked.has(seat)) return;
    if (this.seats.includes(seat)) this.release([seat]);
    else this.take([seat]);
  }

  take(seats: readonly number[]): void {
    this.#lapsed = [];
    this.#do(async () => {
      const options = {
        ...(this.seatMap === 0 ? {} : { seatMap: this.seatMap }),
        ...(this.#hold === null ? {} : { hold: this.#hold.hold }),
      };
      await this.#held(await this.#session.hold(this.#screening, seats, options), seats);
    }, seats);
  }

  /** The best seats side by side, instead of what I have now. */
  takeBest(count: number): void {
    this.#lapsed = [];
    this.#do(async () => {
      const before = this.#hold;
      const result = await this.#session.bestAvailable(this.#screening, count);
      if (result.is === 'accepted' && before !== null) await this.#session.release(this.#screening, before.hold);
      await this.#held(result, result.is === 'accepted' ? result.seats : []);
    });
  }

  release(seats: readonly number[]): void {
    this.#do(async () => {
      const hold = this.#hold;
      if (hold === null) return;
      const isAll = hold.seats.every((seat) => seats.includes(seat));
      const result: ReleaseResult = await this.#session.release(this.#screening, hold.hold, isAll ? [] : seats);
      if (result.is !== 'accepted') return this.#unsuccessful(result);
      const left = hold.seats.filter((seat) => !result.seats.includes(seat));
      this.#hold = left.length === 0 ? null : { ...hold, seats: left };
      this.#listener.said({ is: 'released', seats: result.seats });
    }, seats);
  }

  extend(): void {
    this.#do(async () => {
      if (this.#hold === null) return;
      const result = await this.#session.extend(this.#screening, this.#hold.hold);
      if (result.is === 'accepted' || (result.is === 'refused' && result.code === OutcomeCode.extensionsUsedUp)) {
        this.#mayExtend = false;
      }
      if (result.is !== 'accepted') return this.#unsuccessful(result);
      this.#keep(result);
      this.#listener.said({ is: 'more-time' });
    });
  }

  buy(detail: PaymentDetail): void {
    if (this.#isBuying) return;
    this.#isBuying = true;
    this.#do(async () => {
      try {
        await this.#buy(detail);
      } finally {
        this.#isBuying = false;
      }
    });
  }

  /** Asks the server what is mine: after every connection, and when there is doubt. */
  refresh(): void {
    this.#do(() => this.#ask());
  }

  /** The clock has passed the hold's end. The server frees the seats by itself. */
  timeIsUp(): void {
    const hold = this.#hold;
    if (hold === null || hold.isPaying || this.#isBuying) return;
    this.#hold = null;
    this.#lapsed = hold.seats;
    this.#mayExtend = true;
    this.#listener.said({ is: 'time-up', seats: hold.seats });
    this.refresh();
  }

  /** From now on nobody listens. The hold stays: the person may come back. */
  close(): void {
    this.#isClosed = true;
  }

  async #buy(detail: PaymentDetail): Promise<void> {
    const hold = this.#hold;
    if (hold === null) return;
    const lines = hold.seats.map((seat) => ({ seat, type: this.typeOf(seat) }));
    const content = JSON.stringify([hold.hold, lines, detail]);
    const again = this.#lastPurchase?.content === content ? { requestId: this.#lastPurchase.requestId } : {};
    const payment = { method: 'sandbox', detail };
    const result: BuyResult = await this.#session.buy(this.#screening, hold.hold, lines, payment, again);
    this.#lastPurchase = result.is === 'failed' ? { content, requestId: result.requestId } : null;
    if (result.is !== 'accepted') {
      await this.#unsuccessful(result);
      // A declined payment gives the hold fresh time; which, only the server knows.
      if (result.is === 'refused') await this.#ask();
      return;
    }
    this.#hold = null;
    this.#mayExtend = true;
    this.#orders = [...this.#orders, { order: result.order, tickets: result.tickets }];
    this.#listener.said({ is: 'bought', tickets: result.tickets.length });
  }

  async #held(result: HoldResult, seats: readonly number[]): Promise<void> {
    if (result.is !== 'accepted') return this.#unsuccessful(result);
    if (result.hold !== this.#hold?.hold) this.#mayExtend = true;
    this.#keep(result);
    this.#listener.said({ is: 'held', seats });
  }

  #keep({ hold, seats, endsAtMs }: Extract<HoldResult, { is: 'accepted' }>): void {
    this.#hold = { hold, seats, endsAtMs, isPaying: false };
  }

  async #unsuccessful(result: Unsuccessful): Promise<void> {
    if (result.is === 'refused') {
      this.#listener.said({ is: 'refused', code: result.code, seats: result.seats });
      if (isAboutMyHold(result)) await this.#ask();
      return;
    }
    this.#listener.said(saidOf(result));
    if (result.mayHaveHappened) await this.#ask();
  }

  async #ask(): Promise<void> {
    const result = await this.#session.mine(this.#screening);
    if (result.is !== 'accepted') return;
    this.#orders = result.orders;
    // Of several (another tab, an answer that was lost) the newest is this page's; the others run out by themselves.
    const newest = result.holds.toSorted((one, other) => other.hold - one.hold)[0];
    if (newest === undefined) this.#hold = null;
    else this.#hold = { hold: newest.hold, seats: newest.seats, endsAtMs: newest.endsAtMs, isPaying: newest.paying };
  }

  /** One after the other. The SDK's promises never reject, so the chain never breaks. */
  #do(act: () => Promise<void>, seats: readonly number[] = []): void {
    this.#underWay++;
    for (const seat of seats) this.#asked.add(seat);
    this.#tail = this.#tail.then(async () => {
      if (!this.#isClosed) await act();
      this.#underWay--;
      for (const seat of seats) this.#asked.delete(seat);
      if (!this.#isClosed) this.#listener.changed();
    });
    this.#listener.changed();
  }
}

/** The server and this page disagree about what is mine. */
function isAboutMyHold({ code }: Refused): boolean {
  return (
    code === OutcomeCode.holdUnknown ||
    code === OutcomeCode.holdNotYours ||
    code === OutcomeCode.holdExpired ||
    code === OutcomeCode.holdPaying ||
    code === OutcomeCode.seatNotInHold ||
    code === OutcomeCode.linesMismatch
  );
}

function saidOf({ reason, mayHaveHappened }: Failed): Said {
  return { is: 'failed', mayHaveHappened, tooMany: reason === 'too-many-commands' };
}
