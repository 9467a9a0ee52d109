/**
 * The seats that I hold in the screening of the moment: one for all pages, so that the seat map and the checkout speak of the same
 * ones. What the server said last is in the signals; it is asked again after each connection, when the page is seen again,
 * and when another tab did something.
 */
import { computed, effect, Injectable, inject, signal, untracked } from '@angular/core';
import { NavigationEnd, Router } from '@angular/router';
import { type Offer, offer } from '../../../sdk/api/offer-api.ts';
import { type Room, type RoomSeat, room } from '../../../sdk/api/room-api.ts';
import type { Session } from '../../../sdk/index.ts';
import { Server } from '../server/server.ts';
import { Leaving } from '../shell/leaving.ts';
import { OtherTabs, remember, remembered, showing, whenNobodyShows } from './hold-keeping.ts';
import { type Hold, MySeats, type Said } from './my-seats.ts';

/** A seat of mine. */
export interface MySeat extends RoomSeat {
  readonly seat: number;
  /** A full ticket on it with the service fee, cents; without it while the offer is not there. */
  readonly fullCents: number;
}

/** What can be seen of MySeats at one moment. */
interface Picture {
  readonly hold: Hold | null;
  readonly seats: readonly number[];
  readonly asked: ReadonlySet<number>;
  readonly sold: ReadonlySet<number>;
  readonly lapsed: readonly number[];
  readonly mayExtend: boolean;
  readonly isKnown: boolean;
  readonly isWorking: boolean;
  readonly isBuying: boolean;
}

const NOTHING: Picture = {
  hold: null,
  seats: [],
  asked: new Set(),
  sold: new Set(),
  lapsed: [],
  mayExtend: true,
  isKnown: false,
  isWorking: false,
  isBuying: false,
};
const FULL = 1;

@Injectable({ providedIn: 'root' })
export class MyHold {
  /** Which screening this is about; null before any page has opened one. */
  readonly screening = signal<number | null>(null);
  /** Its layout; null while it is not there, see `open`. */
  readonly room = signal<Room | null>(null);
  /** Prices and terms; null while they are not there: pages go on without. */
  readonly offer = signal<Offer | null>(null);
  readonly #picture = signal<Picture>(NOTHING);
  /** The current choice; null: none. */
  readonly hold = computed(() => this.#picture().hold);
  /** My seats in reading order of the room; empty until the room is there. */
  readonly seats = computed<readonly MySeat[]>(() => {
    const seats = this.room()?.seats ?? [];
    const byNumber = this.#picture().seats.toSorted((one, other) => one - other);
    return byNumber.flatMap((seat) => {
      const found = seats[seat];
      return found === undefined ? [] : [{ ...found, seat, fullCents: this.fullCents(seat) }];
    });
  });
  /** Full tickets for all of them, fees included, cents. */
  readonly totalCents = computed(() => this.seats().reduce((sum, { fullCents }) => sum + fullCents, 0));
  /** Seats that a command under way takes or gives back. */
  readonly asked = computed(() => this.#picture().asked);
  /** Seats for which I have tickets already. */
  readonly bought = computed(() => this.#picture().sold);
  /** What I had and lost with its time, or gave back by leaving; `takeAgain` takes it. */
  readonly lapsed = computed(() => this.#picture().lapsed);
  /** More time has not been asked for yet. */
  readonly mayExtend = computed(() => this.#picture().mayExtend);
  /** The server has said what is mine, at least once. */
  readonly isKnown = computed(() => this.#picture().isKnown);
  readonly isWorking = computed(() => this.#picture().isWorking);
  readonly isBuying = computed(() => this.#picture().isBuying);
  /** Whole seconds until the hold ends; null without one. It changes once a second. */
  readonly secondsLeft = signal<number | null>(null);
  /** The last thing to tell the person; the page that shows it may set it to null. Each is a new object. */
  readonly said = signal<Said | null>(null);
  /** Told of each of them, in order; a signal would swallow the first of two. */
  readonly saidTo = new Set<(said: Said) => void>();

  readonly #server = inject(Server);
  readonly #tabs = new OtherTabs((screening) => {
    if (screening === this.screening()) void this.#mine?.refresh();
  });
  #mine: MySeats | null = null;
  #stopShowing: (() => Promise<void>) | null = null;
  #clock = 0;

  constructor() {
    inject(Router).events.subscribe((event) => {
      if (event instanceof NavigationEnd) void this.#wentTo(event.urlAfterRedirects);
    });
    inject(Leaving).before.add((url) => this.#wentTo(url));
    effect(() => {
      const state = this.#server.connection();
      if (state?.is === 'open') untracked(() => void this.#mine?.refresh());
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#stopShowing !== null) void this.#mine?.refresh();
    });
  }

  /**
   * Turns to a screening: its room and offer are fetched, and the server is asked what is mine in it. Harmless when it is
   * the one that is open already; `anew` fetches the room again.
   * @throws ApiProblem (404: there is no such screening) and ApiUnreachable, when there is no room
   */
  async open(screening: number, anew = false): Promise<void> {
    if (this.screening() !== screening) this.#turnTo(screening);
    else if (this.#stopShowing === null) void this.refresh();
    this.#stopShowing ??= showing(screening);
    if (this.room() !== null && !anew) return;
    const { api } = this.#server;
    // Prices may come later, or not at all: the map does not wait for them.
    void offer(api, screening).then(
      (found) => this.screening() === screening && this.offer.set(found),
      () => {},
    );
    const found = await room(api, screening);
    if (this.screening() !== screening) return;
    this.room.set(found);
    if (this.#mine !== null) this.#mine.seatMap = found.seatMap;
  }

  /** A full ticket on this seat with its fee, cents. */
  fullCents(seat: number): number {
    const found = this.room()?.seats[seat];
    if (found === undefined) return 0;
    const of = this.offer();
    const full = of?.ticketTypes.find(({ engineType }) => engineType === FULL);
    const price = of?.prices.find(({ ticketType, seatKind }) => ticketType === full?.id && seatKind === found.kind);
    return price === undefined ? found.priceCents : price.priceCents + price.feeCents;
  }

  /** "F12" */
  labelOf(seat: number): string {
    return this.room()?.seats[seat]?.label ?? String(seat);
  }

  take(seats: readonly number[]): Promise<void> {
    return this.#mine?.take(seats) ?? nothing;
  }

  takeAgain(): Promise<void> {
    return this.#mine?.takeAgain() ?? nothing;
  }

  takeBest(count: number, accessible: boolean): Promise<void> {
    return this.#mine?.takeBest(count, accessible) ?? nothing;
  }

  /** Takes some, then gives others back; none is lost when the first is refused. */
  swap(take: readonly number[], give: readonly number[]): Promise<void> {
    return this.#mine?.swap(take, give) ?? nothing;
  }

  /** Gives these seats back; without a list all of them. */
  release(seats?: readonly number[]): Promise<void> {
    return this.#mine?.release(seats) ?? nothing;
  }

  /** More time, once; what became of it is in `said`. */
  extend(): Promise<void> {
    return this.#mine?.extend() ?? nothing;
  }

  /** Asks the server what is mine. */
  refresh(): Promise<void> {
    return this.#mine?.refresh() ?? nothing;
  }

  /** Buys the hold: see MySeats.purchase. `act` gets the hold of that moment (null: it is gone) and the live session. */
  purchase<Result>(act: (hold: Hold | null, session: Session) => Promise<Result>): Promise<Result> {
    if (this.#mine === null) throw new Error('no screening is open');
    return this.#mine.purchase(act);
  }

  #turnTo(screening: number): void {
    this.#mine?.close();
    void this.#stopShowing?.();
    this.#stopShowing = null;
    this.screening.set(screening);
    this.room.set(null);
    this.offer.set(null);
    this.said.set(null);
    this.#picture.set(NOTHING);
    const mine: MySeats = new MySeats(screening, {
      session: () => this.#server.session(),
      changed: () => this.#mine === mine && this.#changed(mine),
      said: (said) => this.#mine === mine && this.#tell(mine, said),
    });
    this.#mine = mine;
    void mine.refresh();
    const left = remembered();
    if (left !== null && left.screening !== screening) {
      void whenNobodyShows(left.screening, async () => {
        const session = await this.#server.session();
        // Refused: it has run out already.
        await session.release(left.screening, left.hold);
        remember(left.screening, null);
      });
    }
  }

  #tell(mine: MySeats, said: Said): void {
    // Whoever is told looks at what is mine now.
    this.#changed(mine);
    this.said.set(said);
    for (const listener of this.saidTo) listener(said);
  }

  #changed(mine: MySeats): void {
    const before = this.#picture();
    const { hold, seats, lapsed, mayExtend, isKnown, isWorking, isBuying, orders } = mine;
    const sold = new Set(orders.flatMap(({ tickets }) => tickets.map(({ seat }) => seat)));
    this.#picture.set({
      ...{ hold, seats, lapsed, mayExtend, isKnown, isWorking, isBuying, sold },
      asked: new Set(mine.asked),
    });
    if (hold?.hold !== before.hold?.hold || seats.length !== before.seats.length) {
      remember(mine.screening, hold?.hold ?? null);
      if (before.isKnown) this.#tabs.tell(mine.screening);
    }
    this.#tick();
  }

  /** Counts down on the clock that never jumps, and is done when there is nothing to count. */
  readonly #tick = (): void => {
    clearTimeout(this.#clock);
    const hold = this.hold();
    if (hold === null) {
      this.secondsLeft.set(null);
      return;
    }
    const msLeft = hold.endsAtMs - performance.now();
    this.secondsLeft.set(Math.max(0, Math.ceil(msLeft / 1000)));
    if (msLeft <= 0) this.#mine?.timeIsUp();
    else this.#clock = setTimeout(this.#tick, msLeft % 1000 || 1000) as unknown as number;
  };

  /** Gives the seats back when choosing is over; resolves when that is done. */
  async #wentTo(url: string): Promise<void> {
    const screening = this.screening();
    if (screening === null || this.#stopShowing === null) return;
    const path = url.split(/[?#]/)[0] ?? '';
    // Signing in on the way to paying, and the purchase's own page, belong to choosing: the seats stay.
    if (path.startsWith(`/screenings/${screening}`) && !/^\d/.test(path.slice(`/screenings/${screening}`.length)))
      return;
    if (path.startsWith('/account') || path.startsWith('/orders/')) return;
    const stopped = this.#stopShowing();
    this.#stopShowing = null;
    const mine = this.#mine;
    if (mine === null) return;
    await stopped;
    await whenNobodyShows(screening, () => mine.leave());
  }
}

const nothing = Promise.resolve();
