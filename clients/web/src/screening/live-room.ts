/**
 * The room of the page as it is now: who has which seat, whether that is up to date, and what was changed by others. It joins what
 * everybody sees (the watched seats) with what only I know (which of them are mine).
 */
import { computed, DestroyRef, effect, Injectable, inject, signal, untracked } from '@angular/core';
import type { Seats, SeatsEvent, Watch } from '../../../sdk/index.ts';
import { Server } from '../server/server.ts';
import { type ChangeSummary, Changes } from './change-summary.ts';
import { MyHold } from './my-hold.ts';
import { RoomGeometry } from './room-geometry.ts';
import { COUPLE_LEFT, COUPLE_RIGHT, type SeatLook, type SeatShape } from './seat-drawing.ts';
import { couplesOf } from './seat-rules.ts';

export interface LiveRoomListener {
  /** These seats look different; null: all of them may. `isSoft`: by others. */
  seatsChanged(seats: readonly number[] | null, isSoft: boolean): void;
  /** What others did in the last seconds. */
  summary(summary: ChangeSummary): void;
}

/** Which seats only I see otherwise. */
interface MineNow {
  readonly mine: ReadonlySet<number>;
  readonly asked: ReadonlySet<number>;
  readonly bought: ReadonlySet<number>;
}

const LOOK_OF_STATUS = ['free', 'held', 'sold', 'blocked'] as const;
/** Numbers on the page follow the map this much later, so that fifty changes a second are two of them. */
const COUNT_MS = 400;

@Injectable()
export class LiveRoom {
  readonly #server = inject(Server);
  readonly #myHold = inject(MyHold);
  readonly listeners = new Set<LiveRoomListener>();
  /** The seats are as the server has them now. */
  readonly isCurrent = signal(false);
  readonly salesOpen = signal(true);
  /** It cannot be watched: the outcome code. */
  readonly gone = signal<number | null>(null);
  /** Free seats, and seats that somebody (not I) is choosing; null: not known yet. */
  readonly count = signal<{ readonly free: number; readonly held: number } | null>(null);
  /** Another layout than the room that is shown. */
  readonly isOtherLayout = signal(false);
  readonly geometry = computed(() => {
    const room = this.#myHold.room();
    return room === null ? null : new RoomGeometry(room.seats, room.rowLabels.length);
  });
  /** Per seat: the other half of its couple, or −1. */
  readonly couples = computed(() => {
    const geometry = this.geometry();
    return geometry === null ? new Int16Array() : couplesOf(geometry);
  });
  readonly #mine = computed(() => new Set(this.#myHold.hold()?.seats));
  #seats: Seats | null = null;
  /** Of the last event: what a delta changed from. */
  #status: Uint8Array = new Uint8Array();
  #watch: Watch | null = null;
  readonly #changes = new Changes();
  #summaryTimer = 0;
  #countTimer = 0;
  #before: MineNow | null = null;
  #isClosed = false;

  constructor() {
    // A new session (somebody signed in) knows nothing of what the one before had watched.
    effect(() => {
      if (this.#server.connection() === null && this.#watch !== null) untracked(() => void this.watch());
    });
    effect(() => {
      const now = { mine: this.#mine(), asked: this.#myHold.asked(), bought: this.#myHold.bought() };
      untracked(() => this.#mineChanged(now));
    });
    inject(DestroyRef).onDestroy(() => {
      this.#isClosed = true;
      this.#watch?.stop();
      clearTimeout(this.#summaryTimer);
      clearTimeout(this.#countTimer);
    });
  }

  /** Follows the seats of the screening that is open. */
  async watch(): Promise<void> {
    const screening = this.#myHold.screening();
    this.#watch?.stop();
    this.#watch = null;
    this.isCurrent.set(false);
    const session = await this.#server.session();
    if (screening === null || this.#isClosed || screening !== this.#myHold.screening() || this.#watch !== null) return;
    this.#watch = session.watch(screening, (event) => this.#event(event));
  }

  /** Counts the painted seats' changes. */
  get version(): number {
    return this.#seats?.version ?? 0;
  }

  lookOf(seat: number): SeatLook {
    if (this.#myHold.asked().has(seat)) return 'asked';
    if (this.#mine().has(seat)) return 'mine';
    if (this.#myHold.bought().has(seat)) return 'bought';
    if (this.#seats === null) return 'unknown';
    return LOOK_OF_STATUS[this.#seats.status[seat] ?? 3] ?? 'blocked';
  }

  shapeOf(seat: number): SeatShape {
    const partner = this.couples()[seat] ?? -1;
    if (partner >= 0) return partner > seat ? COUPLE_LEFT : COUPLE_RIGHT;
    return this.#myHold.room()?.seats[seat]?.kind ?? 0;
  }

  /** It could be taken now, as far as is known. */
  readonly isFree = (seat: number): boolean => this.lookOf(seat) === 'free';

  #event(event: SeatsEvent): void {
    switch (event.is) {
      case 'snapshot': {
        const { seats } = event;
        this.#seats = seats;
        this.#status = seats.status.slice();
        this.#changes.forget();
        const room = this.#myHold.room();
        this.isOtherLayout.set(room !== null && seats.seatMap !== 0 && seats.seatMap !== room.seatMap);
        this.isCurrent.set(true);
        this.salesOpen.set(seats.salesOpen);
        this.#tell(null, false);
        this.#recount();
        return;
      }
      case 'changed':
        this.salesOpen.set(event.seats.salesOpen);
        this.#changed(event.seats, event.changed);
        return;
      case 'stale':
        this.isCurrent.set(false);
        return;
      case 'gone':
        this.gone.set(event.code);
    }
  }

  #changed(seats: Seats, changed: readonly number[]): void {
    const mine = this.#mine();
    const asked = this.#myHold.asked();
    let isMineLost = false;
    const others: number[] = [];
    for (const seat of changed) {
      const [was, is] = [this.#status[seat], seats.status[seat]];
      this.#status[seat] = is ?? 0;
      // A seat that I hold is free or sold: its time is up, or another tab gave it back or bought it.
      if (mine.has(seat) && is !== 1 && !asked.has(seat)) isMineLost = true;
      if (mine.has(seat) || asked.has(seat)) continue;
      others.push(seat);
      if ((was === 0) === (is === 0)) continue;
      const waitMs = this.#changes.add(seat, was === 0);
      if (waitMs !== null) this.#summaryTimer = setTimeout(() => this.#sumUp(), waitMs) as unknown as number;
    }
    this.#tell(others, true);
    this.#countTimer ||= setTimeout(() => this.#recount(), COUNT_MS) as unknown as number;
    if (isMineLost && !this.#myHold.isWorking()) void this.#myHold.refresh();
  }

  /** A seat that I hold, as others see it, is not worth a sentence; `wasFree` is told of those alone that are not mine. */
  #sumUp(): void {
    const summary = this.#changes.tell((seat) => this.isFree(seat) || this.#mine().has(seat));
    if (summary === null) this.#changes.calm();
    else for (const listener of this.listeners) listener.summary(summary);
  }

  #recount(): void {
    this.#countTimer = 0;
    const all = this.#myHold.room()?.seats.length ?? 0;
    let [free, held] = [0, 0];
    for (let seat = 0; seat < all; seat++) {
      const look = this.lookOf(seat);
      if (look === 'free') free++;
      else if (look === 'held') held++;
    }
    this.count.set({ free, held });
  }

  #mineChanged(now: MineNow): void {
    const before = this.#before;
    this.#before = now;
    if (before === null) return;
    const changed = new Set<number>();
    for (const key of ['mine', 'asked', 'bought'] as const) {
      for (const seat of now[key]) if (!before[key].has(seat)) changed.add(seat);
      for (const seat of before[key]) if (!now[key].has(seat)) changed.add(seat);
    }
    if (changed.size === 0) return;
    this.#tell([...changed], false);
    this.#countTimer ||= setTimeout(() => this.#recount(), COUNT_MS) as unknown as number;
  }

  #tell(seats: readonly number[] | null, isSoft: boolean): void {
    for (const listener of this.listeners) listener.seatsChanged(seats, isSoft);
  }
}
