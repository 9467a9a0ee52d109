/** The seat map of a screening: its room, live; what is mine; on to paying. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { OutcomeCode } from '../../../sdk/index.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { roomWords } from '../words/room.ts';
import { ChoicePanel } from './choice-panel.ts';
import { ConnectionNote } from './connection-note.ts';
import { LiveRoom } from './live-room.ts';
import { MyHold } from './my-hold.ts';
import { SeatChoice } from './seat-choice.ts';
import { SeatLegend } from './seat-legend.ts';
import { SeatMap } from './seat-map.ts';

type Stage = 'loading' | 'room' | 'unknown' | 'cancelled' | 'not-reached';

/** Those who hear the page are told the time here, seconds before the end. */
const SPOKEN = [300, 120, 60];

@Component({
  selector: 'poltrona-screening',
  imports: [ChoicePanel, ConnectionNote, RouterLink, SeatLegend, SeatMap],
  providers: [LiveRoom, SeatChoice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './screening-page.html',
  styleUrl: './screening-page.css',
})
export class ScreeningPage {
  /** Of the address. */
  readonly screening = input.required<string>();
  protected readonly words = useWords(roomWords);
  protected readonly myHold = inject(MyHold);
  protected readonly live = inject(LiveRoom);
  protected readonly choice = inject(SeatChoice);
  protected readonly stage = signal<Stage>('loading');
  protected readonly room = this.myHold.room;
  protected readonly film = computed(() => this.myHold.offer()?.film ?? null);
  /** Where other times of this film are; without the offer, the first page. */
  protected readonly otherTimes = computed(() => {
    const film = this.film();
    return film === null ? '/' : `/films/${film.id}`;
  });
  protected readonly when = computed(() => {
    const local = this.room()?.startsLocal;
    const formats = this.#formats();
    return local === undefined ? '' : `${formats.day(local)}, ${formats.time(local)}`;
  });
  protected readonly where = computed(() => {
    const room = this.room();
    if (room === null) return '';
    const language = this.words().languages[room.language] ?? room.language;
    return [room.cinema, room.auditorium, room.projection, language].filter((text) => text !== '').join(' · ');
  });
  protected readonly isSoldOut = computed(() => {
    const count = this.live.count();
    return count?.free === 0 && this.myHold.hold() === null && this.live.salesOpen();
  });
  readonly #formats = inject(FormatsOfLanguage).formats;
  readonly #router = inject(Router);
  readonly #title = inject(Title);
  protected readonly heading = viewChild<ElementRef<HTMLElement>>('heading');

  constructor() {
    effect(() => {
      const screening = Number(this.screening());
      untracked(() => void this.#open(screening));
    });
    effect(() => {
      const room = this.room();
      if (room !== null) this.#title.setTitle(`${this.words().title(room.title)} · Poltrona`);
    });
    effect(() => {
      const code = this.live.gone();
      if (code !== null) this.stage.set(code === OutcomeCode.unknownScreening ? 'unknown' : 'not-reached');
    });
    // Seats are known by their numbers on one layout: on another one they would be other chairs.
    effect(() => {
      if (this.live.isOtherLayout()) untracked(() => void this.#relaid());
    });
    effect(() => {
      const seconds = this.myHold.secondsLeft();
      if (seconds !== null && SPOKEN.includes(seconds)) this.choice.announce(this.words().timeSpoken(seconds / 60));
    });
    const back = (): void => {
      if (document.visibilityState === 'visible' && this.stage() === 'not-reached')
        void this.#open(Number(this.screening()));
    };
    document.addEventListener('visibilitychange', back);
    addEventListener('online', back);
    inject(DestroyRef).onDestroy(() => {
      document.removeEventListener('visibilitychange', back);
      removeEventListener('online', back);
    });
  }

  protected proceed(): void {
    if (this.myHold.seats().length === 0) this.choice.announce(this.words().continueFirst);
    else void this.#router.navigate(['/screenings', this.screening(), 'checkout']);
  }

  protected again(): void {
    void this.#open(Number(this.screening()));
  }

  async #open(screening: number): Promise<void> {
    this.stage.set('loading');
    if (!Number.isSafeInteger(screening) || screening < 1) return this.stage.set('unknown');
    try {
      await this.myHold.open(screening);
    } catch (cause) {
      if (Number(this.screening()) !== screening) return;
      const isUnknown = cause instanceof ApiProblem && cause.status === 404;
      return this.stage.set(isUnknown ? 'unknown' : 'not-reached');
    }
    if (Number(this.screening()) !== screening) return;
    this.stage.set(this.room()?.status === 'cancelled' ? 'cancelled' : 'room');
    setTimeout(() => this.heading()?.nativeElement.focus({ preventScroll: true }));
    if (this.stage() === 'room') await this.live.watch();
    this.#offerLapsed();
  }

  /** Whoever left and comes back is told what became of his seats, and may have them again. */
  #offerLapsed(): void {
    const lapsed = this.myHold.lapsed();
    if (lapsed.length === 0 || this.myHold.hold() !== null) return;
    const { choice } = this;
    choice.say('plain', this.words().youHad(choice.labels(lapsed), lapsed.length), choice.againAction(lapsed));
  }

  async #relaid(): Promise<void> {
    this.stage.set('loading');
    try {
      await this.myHold.open(Number(this.screening()), true);
      await this.live.watch();
      this.stage.set('room');
      this.choice.say('plain', this.words().roomChanged);
    } catch {
      this.stage.set('not-reached');
    }
  }
}
