/** The map: canvas, grid and gestures over each other, the buttons for those who do not pinch, and what is live about it. */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  effect,
  inject,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { Room } from '../../../sdk/api/room-api.ts';
import { ThemeChoice } from '../shell/theme-choice.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { roomWords } from '../words/room.ts';
import { LiveRoom } from './live-room.ts';
import { watchGestures } from './map-gestures.ts';
import { MyHold } from './my-hold.ts';
import type { RoomGeometry } from './room-geometry.ts';
import { SeatCanvas } from './seat-canvas.ts';
import { SeatChoice } from './seat-choice.ts';
import { SeatGrid } from './seat-grid.ts';
import { spokenSeat } from './spoken-seat.ts';

/** Below this a seat is too small for a finger, or for a mouse, and is magnified first, CSS pixels. */
const TOUCHABLE = 38;
const CLICKABLE = 15;
const MAGNIFIED = 46;
const STEP = 1.6;
const AIR = 1.15;

@Component({
  selector: 'poltrona-seat-map',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './seat-map.html',
  styleUrl: './seat-map.css',
})
export class SeatMap {
  /** Enter on the map. */
  readonly proceed = output();
  protected readonly words = useWords(roomWords);
  protected readonly isFitted = signal(true);
  protected readonly live = inject(LiveRoom);
  protected readonly choice = inject(SeatChoice);
  /** Of the stage: the room's, with some air to move it in. */
  protected readonly aspect = computed(() => {
    const geometry = this.live.geometry();
    return geometry === null ? 1 : geometry.width / (geometry.height * AIR);
  });
  readonly #myHold = inject(MyHold);
  readonly #formats = inject(FormatsOfLanguage).formats;
  readonly #theme = inject(ThemeChoice).theme;
  protected readonly stage = viewChild.required<ElementRef<HTMLElement>>('stage');
  protected readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');
  protected readonly layer = viewChild.required<ElementRef<HTMLElement>>('layer');
  #canvas: SeatCanvas | null = null;
  #grid: SeatGrid | null = null;

  constructor() {
    const stop = new AbortController();
    inject(DestroyRef).onDestroy(() => {
      stop.abort();
      this.#close();
    });
    // In a task of its own: on a slow phone the words of the page are shown and usable before the room is drawn.
    afterNextRender(() => setTimeout(() => stop.signal.aborted || this.#begin(stop.signal)));
    effect(() => {
      const seats = this.choice.offered();
      untracked(() => this.#canvas?.pulse(seats));
    });
    // Prices come after the room, words with the language, colours with the theme.
    effect(() => {
      const { screen } = this.words();
      this.#theme();
      this.#myHold.offer();
      untracked(() => {
        // The theme's own effect sets the style sheet's switch in the same round.
        requestAnimationFrame(() => this.#canvas?.restyle(screen));
        this.#grid?.renamed(null);
      });
    });
  }

  /** The keyboard goes to the map. */
  focus(): void {
    this.#grid?.focus();
  }

  protected zoom(way: 'in' | 'out' | 'fit'): void {
    const canvas = this.#canvas;
    if (way === 'fit') canvas?.fit();
    else canvas?.zoomTo(canvas.view.unit * (way === 'in' ? STEP : 1 / STEP));
  }

  #begin(stop: AbortSignal): void {
    const stage = this.stage().nativeElement;
    const room = untracked(this.#myHold.room);
    const geometry = untracked(this.live.geometry);
    if (room === null || geometry === null) return;
    this.#open(room, geometry);
    watchGestures(stage, {
      tap: (x, y, isTouch) => this.#tap(x, y, isTouch),
      drag: (dx, dy) => this.#canvas?.drag(dx, dy),
      pinch: (factor, x, y) => this.#canvas?.pinch(factor, x, y),
      reset: () => this.#canvas?.fit(),
      rest: () => this.#canvas?.rest(),
    });
    const sizes = new ResizeObserver(() => this.#canvas?.resize(stage.clientWidth, stage.clientHeight));
    sizes.observe(stage);
    const restyle = (): void => this.#canvas?.restyle(untracked(this.words).screen);
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print']) {
      matchMedia(query).addEventListener('change', restyle, { signal: stop });
    }
    // The page's face may arrive after the first drawing.
    void document.fonts.ready.then(restyle);
    const listener = {
      seatsChanged: (seats: readonly number[] | null, isSoft: boolean): void => {
        if (seats === null) this.#canvas?.draw();
        else this.#canvas?.drawSeats(seats, isSoft);
        this.#grid?.renamed(seats);
      },
      summary: ({ taken, freed }: { taken: number; freed: number }): void =>
        this.choice.announce(this.words().changes(taken, freed)),
    };
    this.live.listeners.add(listener);
    stop.addEventListener('abort', () => {
      sizes.disconnect();
      this.live.listeners.delete(listener);
    });
  }

  #open(room: Room, geometry: RoomGeometry): void {
    const stage = this.stage().nativeElement;
    const { live, choice } = this;
    this.#canvas = new SeatCanvas(this.canvas().nativeElement, geometry, room.rowLabels, {
      lookOf: (seat) => live.lookOf(seat),
      shapeOf: (seat) => live.shapeOf(seat),
      version: () => live.version,
      moved: (view) => {
        this.#grid?.moved(view);
        this.isFitted.set(this.#canvas?.isFitted ?? true);
      },
    });
    this.#canvas.restyle(untracked(this.words).screen);
    this.#grid = new SeatGrid(this.layer().nativeElement, geometry, {
      spoken: (seat) => spokenSeat(room, seat, live.lookOf(seat), this.words(), this.#price(seat)),
      isMine: (seat) => live.lookOf(seat) === 'mine',
      canBeChosen: (seat) => live.isFree(seat) || live.lookOf(seat) === 'mine',
      choose: (seat) => choice.tap(seat),
      proceed: () => this.proceed.emit(),
      zoom: (way) => this.zoom(way),
      reached: (seat) => {
        this.#canvas?.focus(seat);
        if (seat !== null) this.#canvas?.reveal(seat);
      },
    });
    this.#canvas.resize(stage.clientWidth, stage.clientHeight);
  }

  #close(): void {
    this.#canvas?.close();
    this.#grid?.close();
  }

  #price(seat: number): string {
    return this.#formats().money(this.#myHold.fullCents(seat), this.#myHold.room()?.currency);
  }

  #tap(x: number, y: number, isTouch: boolean): boolean {
    const canvas = this.#canvas;
    if (canvas === null) return false;
    const { unit } = canvas.view;
    if (unit < (isTouch ? TOUCHABLE : CLICKABLE)) {
      canvas.zoomTo(MAGNIFIED, x, y);
      return true;
    }
    const seat = this.live.geometry()?.seatAt(x, y, canvas.view, isTouch) ?? null;
    if (seat === null) return false;
    this.choice.tap(seat);
    return true;
  }
}
