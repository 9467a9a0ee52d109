/**
 * Seats drawn once and then copied: a thousand copies are a few milliseconds of a slow phone, a thousand armchairs of twenty
 * strokes are half a second. One small picture for each look and shape at the size of the moment; while fingers move the map
 * the last size is stretched, and drawn anew when they rest.
 */
import { drawSeat, type SeatColours, type SeatLook, type SeatShape } from './seat-drawing.ts';

const NAMES = {
  ink: '--ink',
  soft: '--ink-soft',
  paper: '--room-paper',
  free: '--seat-free',
  freeLine: '--seat-free-line',
  mine: '--seat-mine',
  mineInk: '--seat-mine-ink',
  taken: '--seat-taken',
  takenInk: '--seat-taken-ink',
  focus: '--focus',
  screen: '--room-screen',
} as const satisfies Record<keyof SeatColours, string>;

/** The colours of the style sheet as they are at this place now: by day, by night, in a high-contrast mode. */
export function coloursOf(place: HTMLElement): SeatColours {
  // A custom property is text until something is painted with it: light-dark() and system colours are resolved only there. All
  // are set before the first is read, since each reading makes the browser work out the styles of the page.
  const probe = document.createElement('span');
  probe.hidden = true;
  const probes = Object.entries(NAMES).map(([key, name]) => {
    const one = document.createElement('span');
    one.style.forcedColorAdjust = 'none';
    one.style.color = `var(${name})`;
    return [key, one] as const;
  });
  probe.append(...probes.map(([, one]) => one));
  place.append(probe);
  const colours = Object.fromEntries(probes.map(([key, one]) => [key, getComputedStyle(one).color]));
  probe.remove();
  return colours as unknown as SeatColours;
}

export class SeatSprites {
  readonly #colours: SeatColours;
  /** Of a sprite, device pixels. */
  #size = 0;
  #sprites = new Map<string, HTMLCanvasElement>();

  constructor(colours: SeatColours) {
    this.#colours = colours;
  }

  /** From now on sprites are for units of so many device pixels. */
  resize(size: number): void {
    const whole = Math.max(4, Math.round(size));
    if (whole === this.#size) return;
    this.#size = whole;
    this.#sprites = new Map();
  }

  of(look: SeatLook, shape: SeatShape): HTMLCanvasElement {
    const key = `${look} ${shape}`;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined) {
      sprite = document.createElement('canvas');
      sprite.width = this.#size;
      sprite.height = this.#size;
      const pen = sprite.getContext('2d');
      if (pen !== null) drawSeat(pen, look, shape, this.#size / 2, this.#size / 2, this.#size, this.#colours);
      this.#sprites.set(key, sprite);
    }
    return sprite;
  }
}
