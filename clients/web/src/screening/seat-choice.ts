/**
 * What a tap on a seat means, and what is said about what came of it: refusals with the nearest equal seats, the companion of a
 * wheelchair space, a single seat left over. One note is shown at a time, the newest; each says what to do now.
 */
import { computed, DestroyRef, Injectable, inject, signal } from '@angular/core';
import { OutcomeCode } from '../../../sdk/index.ts';
import { Server } from '../server/server.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { roomWords } from '../words/room.ts';
import { roomRefusalWords } from '../words/room-refusals.ts';
import { LiveRoom } from './live-room.ts';
import { MyHold } from './my-hold.ts';
import type { Said } from './my-seats.ts';
import { companionOf, nearestEqual, orphanShift, SeatKind } from './seat-rules.ts';

export interface NoteAction {
  readonly label: string;
  run(): void;
}

export interface Note {
  readonly mood: 'plain' | 'bad' | 'mine';
  readonly text: string;
  readonly actions: readonly NoteAction[];
}

/** As the server has it, until it has said so itself. */
const SEATS_MAX = 10;
const NEAREST = 2;

@Injectable()
export class SeatChoice {
  readonly #myHold = inject(MyHold);
  readonly #live = inject(LiveRoom);
  readonly #server = inject(Server);
  readonly #language = inject(LanguageChoice).language;
  readonly #words = useWords(roomWords);
  readonly #refusals = useWords(roomRefusalWords);
  readonly #lists = computed(() => new Intl.ListFormat(this.#language(), { type: 'conjunction' }));
  readonly note = signal<Note | null>(null);
  /** For those who hear the page. */
  readonly announcement = signal('');
  /** Seats that are offered, to be pointed at on the map; each list is a new one. */
  readonly offered = signal<readonly number[]>([]);
  /** The map may be used: it shows what is, and something is sold. */
  readonly isOpen = computed(() => this.#live.isCurrent() && this.#live.salesOpen());
  readonly #kept = new Set<number>();

  constructor() {
    const { saidTo } = this.#myHold;
    const listener = (said: Said): void => this.#said(said);
    saidTo.add(listener);
    inject(DestroyRef).onDestroy(() => saidTo.delete(listener));
  }

  /** Takes a free seat, gives back one that is mine, says of any other why not. */
  tap(seat: number): void {
    const words = this.#words();
    const label = this.label(seat);
    if (!this.#mayAsk()) return;
    const look = this.#live.lookOf(seat);
    const partner = this.#live.couples()[seat] ?? -1;
    const pair = partner < 0 ? [seat] : [seat, partner];
    switch (look) {
      case 'asked':
      case 'unknown':
        return;
      case 'mine':
        void this.#myHold.release(pair);
        return;
      case 'bought':
        this.say('plain', words.boughtAlready(label));
        return;
      case 'held':
      case 'sold':
      case 'blocked':
        this.say('plain', words.taken(label, words.states[look]));
        return;
      case 'free':
        if (partner >= 0 && !this.#live.isFree(partner)) {
          this.say('plain', words.pairTaken(label, this.label(partner)));
        } else this.take(pair);
    }
  }

  take(seats: readonly number[]): void {
    if (!this.#mayAsk()) return;
    const { connection } = this.#server;
    const state = connection();
    const most = state?.is === 'open' ? state.limits.seatsPerBuyer : SEATS_MAX;
    const have = this.#myHold.seats().length + this.#myHold.bought().size + this.#myHold.asked().size;
    if (have + seats.length > most) {
      this.say('bad', this.#words().limit(most));
      return;
    }
    this.clear();
    void this.#myHold.take(seats);
  }

  best(count: number, accessible: boolean): void {
    if (!this.#mayAsk()) return;
    this.clear();
    void this.#myHold.takeBest(count, accessible);
  }

  takeAgain(): void {
    if (!this.#mayAsk()) return;
    this.clear();
    void this.#myHold.takeAgain();
  }

  clear(): void {
    this.note.set(null);
    this.offered.set([]);
  }

  /** On the page, and to those who hear it. */
  say(mood: Note['mood'], text: string, ...actions: readonly NoteAction[]): void {
    this.note.set({ mood, text, actions });
    this.announce(text);
  }

  announce(text: string): void {
    // The same sentence twice would be said once: a space makes it another one.
    this.announcement.update((before) => (before === text ? `${text}\u00a0` : text));
  }

  label(seat: number): string {
    return this.#myHold.labelOf(seat);
  }

  labels(seats: readonly number[]): string {
    return this.#lists().format(seats.toSorted((one, other) => one - other).map((seat) => this.label(seat)));
  }

  /** A map that stands still is not a map to choose on: nothing is kept for later, since later the seat may be somebody's. */
  #mayAsk(): boolean {
    const words = this.#words();
    if (this.#myHold.hold()?.isPaying || this.#myHold.isBuying()) this.say('plain', words.payingNow);
    else if (!this.#live.isCurrent()) this.say('bad', words.notLive);
    else if (!this.#live.salesOpen()) this.say('bad', words.salesClosed);
    else return true;
    return false;
  }

  #said(said: Said): void {
    const words = this.#words();
    switch (said.is) {
      case 'held':
        this.announce(words.held(this.labels(said.seats), said.seats.length));
        this.#offer(said.seats);
        return;
      case 'released':
        this.clear();
        this.announce(words.released(this.labels(said.seats), said.seats.length));
        return;
      case 'more-time':
        this.say('mine', words.moreTimeGiven);
        return;
      case 'time-up':
        this.say('bad', words.timeUp(this.labels(said.seats), said.seats.length), this.againAction(said.seats));
        return;
      case 'failed':
        this.say('bad', said.mayHaveHappened ? words.failedUnknown : words.failed);
        return;
      case 'too-quick':
        this.say('plain', words.tooQuick);
        return;
      case 'refused':
        this.#refused(said);
    }
  }

  /** One tap to have the same seats once more. */
  againAction(seats: readonly number[]): NoteAction {
    return { label: this.#words().takeAgain(this.labels(seats)), run: () => this.takeAgain() };
  }

  #refused({ code, seats, wanted }: Extract<Said, { readonly is: 'refused' }>): void {
    const words = this.#words();
    const refusals = this.#refusals();
    const sentence = refusals.of[code]?.(this.labels(seats), seats.length) ?? refusals.other(code);
    const isTaken = code === OutcomeCode.seatHeld || code === OutcomeCode.seatSold;
    const lost = seats[0];
    const geometry = this.#live.geometry();
    if (!isTaken || lost === undefined || geometry === null) {
      this.say('bad', sentence);
      return;
    }
    const mine = this.#myHold.hold()?.seats ?? [];
    const couples = this.#live.couples();
    const isWhole = (seat: number): boolean =>
      this.#live.isFree(seat) &&
      !wanted.includes(seat) &&
      (couples[seat] === -1 || this.#live.isFree(couples[seat] ?? -1));
    const near = nearestEqual(geometry, lost, mine, isWhole, NEAREST);
    const parts = [
      sentence,
      mine.length === 0 ? '' : words.othersStay(this.labels(mine), mine.length),
      near.length === 0 ? '' : words.nearby(this.labels(near)),
    ];
    const actions = near.slice(0, 1).map((seat): NoteAction => {
      const partner = couples[seat] ?? -1;
      const all = partner < 0 ? [seat] : [seat, partner];
      return { label: words.takeInstead(this.labels(all)), run: () => this.take(all) };
    });
    this.say('bad', parts.filter((part) => part !== '').join(' '), ...actions);
    this.offered.set(near);
  }

  /** What goes well with what I have just taken. */
  #offer(taken: readonly number[]): void {
    const words = this.#words();
    const geometry = this.#live.geometry();
    const mine = this.#myHold.hold()?.seats ?? taken;
    if (geometry === null) return;
    for (const seat of taken) {
      const companion = companionOf(geometry, seat, (each) => this.#live.isFree(each) && !mine.includes(each));
      if (companion === null) continue;
      const label = this.label(companion);
      const action = { label: words.takeCompanion(label), run: () => this.take([companion]) };
      this.say('mine', words.companionOffer(this.label(seat), label), action);
      this.offered.set([companion]);
      return;
    }
    const isFree = (seat: number): boolean => this.#live.isFree(seat) && !mine.includes(seat);
    const shift = orphanShift(geometry, mine, isFree);
    if (shift !== null && !this.#kept.has(shift.orphan)) {
      const { orphan, give } = shift;
      this.say(
        'plain',
        words.orphan(this.label(orphan)),
        {
          label: words.shift(this.label(orphan), this.label(give)),
          run: () => {
            this.clear();
            void this.#myHold.swap([orphan], [give]);
          },
        },
        {
          label: words.keep,
          run: () => {
            this.#kept.add(orphan);
            this.clear();
          },
        },
      );
      this.offered.set([orphan]);
      return;
    }
    this.#noteKind(geometry.seats[taken[0] ?? -1]?.kind ?? SeatKind.regular, taken[0] ?? -1, mine);
  }

  /** Seats that are kept for those who need them are sold to anybody who says so: it is said what they are. */
  #noteKind(kind: number, seat: number, mine: readonly number[]): void {
    const words = this.#words();
    const hasWheelchair = mine.some((each) => this.#live.shapeOf(each) === SeatKind.wheelchair);
    if (kind === SeatKind.companion && !hasWheelchair) this.say('plain', words.companionNote(this.label(seat)));
    else if (kind === SeatKind.reducedMobility || kind === SeatKind.obese) {
      this.say('plain', words.reservedNote(this.label(seat), words.kinds[kind] ?? ''));
    }
  }
}
