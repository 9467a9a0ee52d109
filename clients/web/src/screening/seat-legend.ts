/** What the seats on the map mean, drawn by the same pen: the states, and those kinds of seat that this room has. */
import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  inject,
  signal,
  viewChildren,
} from '@angular/core';
import { ThemeChoice } from '../shell/theme-choice.ts';
import { useWords } from '../words/language.ts';
import { roomWords } from '../words/room.ts';
import { MyHold } from './my-hold.ts';
import {
  COUPLE_LEFT,
  COUPLE_RIGHT,
  drawSeat,
  type SeatColours,
  type SeatLook,
  type SeatShape,
} from './seat-drawing.ts';
import { SeatKind } from './seat-rules.ts';
import { coloursOf } from './seat-sprites.ts';

/** CSS pixels of one seat. */
const UNIT = 28;
const LOOKS = ['free', 'mine', 'held', 'sold', 'blocked'] as const;

interface Entry {
  readonly look: SeatLook;
  readonly shapes: readonly SeatShape[];
  readonly text: string;
}

@Component({
  selector: 'poltrona-seat-legend',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <details #details [open]="isWide" (toggle)="isOpen.set(details.open)">
      <summary>{{ words().legend }}</summary>
      <ul>
        @for (entry of entries(); track entry.text) {
          <li>
            <canvas #sample aria-hidden="true" [style.width.px]="entry.shapes.length * unit" [style.height.px]="unit"></canvas>
            {{ entry.text }}
          </li>
        }
      </ul>
    </details>
  `,
  styleUrl: './seat-legend.css',
})
export class SeatLegend {
  protected readonly unit = UNIT;
  protected readonly words = useWords(roomWords);
  /** Open from the start where there is room for it. */
  protected readonly isWide = matchMedia('(min-width: 48rem)').matches;
  protected readonly isOpen = signal(this.isWide);
  readonly #room = inject(MyHold).room;
  readonly #theme = inject(ThemeChoice).theme;
  protected readonly samples = viewChildren<ElementRef<HTMLCanvasElement>>('sample');
  readonly #night = signal(false);
  protected readonly entries = computed<readonly Entry[]>(() => {
    const { legendStates, legendKinds } = this.words();
    const kinds = [...new Set(this.#room()?.seats.map(({ kind }) => kind))].filter((kind) => kind !== 0).sort();
    return [
      ...LOOKS.map((look) => ({ look, shapes: [0], text: legendStates[look] })),
      ...kinds.map((kind): Entry => {
        const shapes = kind === SeatKind.couple ? [COUPLE_LEFT, COUPLE_RIGHT] : [kind];
        return { look: 'free', shapes, text: legendKinds[kind] ?? '' };
      }),
    ];
  });

  constructor() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const turned = (): void => this.#night.update((is) => !is);
    dark.addEventListener('change', turned);
    inject(DestroyRef).onDestroy(() => dark.removeEventListener('change', turned));
    afterRenderEffect(() => {
      this.#theme();
      this.#night();
      const entries = this.entries();
      const canvases = this.samples().map(({ nativeElement }) => nativeElement);
      const [first] = canvases;
      if (!this.isOpen() || first === undefined) return;
      const colours = coloursOf(first.parentElement ?? first);
      for (const [index, canvas] of canvases.entries()) {
        const entry = entries[index];
        if (entry !== undefined) draw(canvas, entry, colours);
      }
    });
  }
}

function draw(canvas: HTMLCanvasElement, { look, shapes }: Entry, colours: SeatColours): void {
  const scale = devicePixelRatio;
  canvas.width = UNIT * scale * shapes.length;
  canvas.height = UNIT * scale;
  const pen = canvas.getContext('2d');
  pen?.scale(scale, scale);
  if (pen === null) return;
  for (const [index, shape] of shapes.entries()) {
    drawSeat(pen, look, shape, UNIT * (index + 0.5), UNIT / 2, UNIT, colours);
  }
}
