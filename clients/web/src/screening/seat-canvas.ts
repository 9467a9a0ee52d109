/**
 * The room on a canvas: drawn when something changed and only what changed. A change of some seats paints these seats; a moved
 * map is painted whole, from sprites. What a seat looks like is asked of its owner.
 */
import type { RoomGeometry, View } from './room-geometry.ts';
import { paintFocus, paintRings, paintScreen, RowNames, type Surface } from './room-painting.ts';
import { drawText, type SeatColours, type SeatLook, type SeatShape } from './seat-drawing.ts';
import { coloursOf, SeatSprites } from './seat-sprites.ts';

export interface SeatCanvasPorts {
  lookOf(seat: number): SeatLook;
  shapeOf(seat: number): SeatShape;
  /** Version of what `lookOf` tells, written to the element after each painting, for those who measure. */
  version(): number;
  /** The view has changed. */
  moved(view: View): void;
}

/** From this size on a free seat carries its number. */
const NUMBERED = 34;
/** How long a change by others fades over, and a seat pulses that is offered. */
const FADE_MS = 420;
const PULSE_MS = 2_700;
const PULSES = 3;
/** More changes than this at once are an avalanche, which nobody wants to see moving. */
const FADES_MAX = 60;
const GLIDE_MS = 220;
/** Device pixels to a CSS pixel: phones with three or four of them show the difference to nobody, and would have to move twice as many. */
const SCALE_MAX = 2;

export class SeatCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #geometry: RoomGeometry;
  readonly #rowNames: RowNames;
  readonly #ports: SeatCanvasPorts;
  /** What was painted last, by seat: what a fade begins with. */
  readonly #painted: SeatLook[] = [];
  readonly #fades = new Map<number, { readonly from: SeatLook; readonly startMs: number }>();
  readonly #dirty = new Set<number>();
  #pulses: { readonly seats: readonly number[]; readonly startMs: number } | null = null;
  #glide: { readonly from: View; readonly to: View; readonly startMs: number } | null = null;
  #colours: SeatColours | null = null;
  #sprites: SeatSprites | null = null;
  #screenName = '';
  #view: View = { unit: 1, left: 0, top: 0 };
  #isFitted = true;
  #isMoving = false;
  #isWhole = true;
  #width = 0;
  #scale = 1;
  #height = 0;
  #focused: number | null = null;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement, geometry: RoomGeometry, rowLabels: readonly string[], ports: SeatCanvasPorts) {
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('this browser has no canvas');
    this.#canvas = canvas;
    this.#pen = pen;
    this.#geometry = geometry;
    this.#rowNames = new RowNames(rowLabels);
    this.#ports = ports;
  }

  get view(): View {
    return this.#view;
  }

  get isFitted(): boolean {
    return this.#isFitted;
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = -1;
  }

  /** Everything anew, before the next frame is shown. */
  draw(): void {
    this.#isWhole = true;
    this.#soon();
  }

  /** These seats anew. `isSoft`: somebody else changed them, so that they fade over, unless the person wants no motion. */
  drawSeats(seats: Iterable<number>, isSoft = false): void {
    const nowMs = performance.now();
    const fades = isSoft && !prefersStill();
    for (const seat of seats) {
      this.#dirty.add(seat);
      const from = this.#painted[seat];
      if (!fades || from === undefined || from === this.#ports.lookOf(seat)) continue;
      if (this.#fades.size < FADES_MAX) this.#fades.set(seat, { from, startMs: nowMs });
    }
    this.#soon();
  }

  /** Rings around seats that are offered. */
  pulse(seats: readonly number[]): void {
    this.#pulses = seats.length === 0 ? null : { seats, startMs: performance.now() };
    this.draw();
  }

  focus(seat: number | null): void {
    if (this.#focused !== null) this.#dirty.add(this.#focused);
    this.#focused = seat;
    if (seat !== null) this.#dirty.add(seat);
    this.#soon();
  }

  /** The theme, the language or the resolution is another one. */
  restyle(screenName: string): void {
    this.#screenName = screenName;
    this.#colours = null;
    this.draw();
  }

  resize(width: number, height: number): void {
    if (width === 0 || height === 0) return;
    const scale = Math.min(SCALE_MAX, devicePixelRatio);
    if (width === this.#width && height === this.#height && scale === this.#scale) return;
    this.#width = width;
    this.#height = height;
    this.#scale = scale;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    if (this.#isFitted) this.#show(this.#geometry.fit(width, height));
    else this.#show(this.#geometry.keepInside(this.#view, width, height));
  }

  fit(): void {
    this.#glideTo(this.#geometry.fit(this.#width, this.#height));
  }

  /** By a factor, at once: fingers lead. */
  pinch(factor: number, x: number, y: number): void {
    this.#isMoving = true;
    this.#show(this.#geometry.zoom(this.#view, factor, x, y, this.#width, this.#height));
  }

  drag(dx: number, dy: number): void {
    const { unit, left, top } = this.#view;
    const view = { unit, left: left + dx, top: top + dy };
    this.#show(this.#geometry.keepInside(view, this.#width, this.#height));
  }

  /** Until a seat is `unit` large, around a point; by a button around the middle. */
  zoomTo(unit: number, x = this.#width / 2, y = this.#height / 2): void {
    const from = this.#glide?.to ?? this.#view;
    this.#glideTo(this.#geometry.zoom(from, unit / from.unit, x, y, this.#width, this.#height));
  }

  reveal(seat: number): void {
    this.#glideTo(this.#geometry.reveal(this.#glide?.to ?? this.#view, seat, this.#width, this.#height));
  }

  /** Fingers are off: sprites of the right size may be made. */
  rest(): void {
    if (!this.#isMoving) return;
    this.#isMoving = false;
    this.draw();
  }

  #glideTo(to: View): void {
    const from = this.#view;
    if (from.unit === to.unit && from.left === to.left && from.top === to.top) return;
    if (prefersStill()) this.#show(to);
    else {
      this.#glide = { from, to, startMs: performance.now() };
      this.#isMoving = true;
      this.draw();
    }
  }

  #show(view: View): void {
    this.#glide = null;
    this.#set(view);
    this.draw();
  }

  #set(view: View): void {
    this.#view = view;
    this.#isFitted = view.unit <= this.#geometry.fit(this.#width, this.#height).unit * 1.001;
    this.#ports.moved(view);
  }

  #soon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame((nowMs) => {
      this.#frame = 0;
      this.#paint(nowMs);
    });
  }

  #paint(nowMs: number): void {
    if (this.#width === 0) return;
    this.#colours ??= this.#recolour();
    this.#advanceGlide(nowMs);
    const scale = this.#scale;
    if (!this.#isMoving) this.#sprites?.resize(this.#view.unit * scale);
    this.#pen.setTransform(scale, 0, 0, scale, 0, 0);
    if (this.#pulses !== null && nowMs - this.#pulses.startMs > PULSE_MS) {
      this.#pulses = null;
      this.#isWhole = true;
    }
    // Rings around the first row reach into the light of the screen.
    const isNearScreen = this.#pulses?.seats.some((seat) => this.#geometry.seats[seat]!.row === 0) ?? false;
    const [pen, geometry, view, colours] = [this.#pen, this.#geometry, this.#view, this.#colours];
    const on: Surface = { pen, geometry, view, width: this.#width, height: this.#height, scale, colours };
    if (this.#isWhole || isNearScreen) this.#paintWhole(nowMs, on);
    else this.#paintDirty(nowMs, on);
    this.#canvas.dataset['version'] = String(this.#ports.version());
    if (this.#fades.size > 0 || this.#pulses !== null || this.#glide !== null) this.#soon();
  }

  #recolour(): SeatColours {
    const colours = coloursOf(this.#canvas.parentElement ?? document.body);
    this.#sprites = new SeatSprites(colours);
    this.#sprites.resize(this.#view.unit * this.#scale);
    return colours;
  }

  #advanceGlide(nowMs: number): void {
    const glide = this.#glide;
    if (glide === null) return;
    const part = Math.min(1, Math.max(0, (nowMs - glide.startMs) / GLIDE_MS));
    const eased = 1 - (1 - part) ** 3;
    const between = (from: number, to: number): number => from + (to - from) * eased;
    const { from, to } = glide;
    this.#set({
      unit: between(from.unit, to.unit),
      left: between(from.left, to.left),
      top: between(from.top, to.top),
    });
    this.#isWhole = true;
    if (part < 1) return;
    this.#glide = null;
    this.#isMoving = false;
  }

  #paintWhole(nowMs: number, on: Surface): void {
    this.#isWhole = false;
    this.#dirty.clear();
    this.#pen.clearRect(0, 0, this.#width, this.#height);
    paintScreen(on, this.#screenName);
    for (let seat = 0; seat < this.#geometry.seats.length; seat++) this.#paintSeat(seat, nowMs, on);
    this.#rowNames.paint(on);
    if (this.#focused !== null) paintFocus(on, this.#focused);
    this.#paintPulses(nowMs, on);
  }

  /** The seats that are to be painted, and of everything else only what they wiped away. */
  #paintDirty(nowMs: number, on: Surface): void {
    for (const seat of this.#fades.keys()) this.#dirty.add(seat);
    this.#wipePulses();
    if (this.#dirty.size === 0) return;
    const { unit, left } = this.#view;
    const rows = new Set<number>();
    for (const seat of this.#dirty) {
      const { row } = this.#geometry.seats[seat]!;
      const x = this.#geometry.placeOf(seat)[0] * unit + left;
      if (this.#rowNames.isOver(on, row, x, unit)) rows.add(row);
      this.#paintSeat(seat, nowMs, on, true);
    }
    if (rows.size > 0) this.#rowNames.paint(on, rows);
    if (this.#focused !== null && this.#dirty.has(this.#focused)) paintFocus(on, this.#focused);
    this.#dirty.clear();
    this.#paintPulses(nowMs, on);
  }

  /** Where rings were: their seats and those around, and what is empty between. */
  #wipePulses(): void {
    const { unit, left, top } = this.#view;
    for (const seat of this.#pulses?.seats ?? []) {
      const [x, y] = this.#geometry.placeOf(seat);
      this.#pen.clearRect((x - 1.5) * unit + left, (y - 1.5) * unit + top, unit * 3, unit * 3);
      for (const near of this.#geometry.around(seat)) this.#dirty.add(near);
    }
  }

  #paintPulses(nowMs: number, on: Surface): void {
    if (this.#pulses === null) return;
    const { seats, startMs } = this.#pulses;
    const part = ((Math.max(0, nowMs - startMs) / PULSE_MS) * PULSES) % 1;
    paintRings(on, seats, prefersStill() ? null : part);
  }

  #paintSeat(seat: number, nowMs: number, { colours }: Surface, isOver = false): void {
    const { unit, left, top } = this.#view;
    const [roomX, roomY] = this.#geometry.placeOf(seat);
    const [x, y] = [roomX * unit + left, roomY * unit + top];
    const look = this.#ports.lookOf(seat);
    this.#painted[seat] = look;
    if (x < -unit || y < -unit || x > this.#width + unit || y > this.#height + unit) {
      this.#fades.delete(seat);
      return;
    }
    const pen = this.#pen;
    const sprites = this.#sprites!;
    const shape = this.#ports.shapeOf(seat);
    const [atX, atY] = [x - unit / 2, y - unit / 2];
    if (isOver) pen.clearRect(atX, atY, unit, unit);
    const fade = this.#fades.get(seat);
    const part = fade === undefined ? 1 : Math.min(1, Math.max(0, (nowMs - fade.startMs) / FADE_MS));
    if (fade !== undefined && part < 1) {
      pen.globalAlpha = 1 - part;
      pen.drawImage(sprites.of(fade.from, shape), atX, atY, unit, unit);
      pen.globalAlpha = part;
    } else this.#fades.delete(seat);
    pen.drawImage(sprites.of(look, shape), atX, atY, unit, unit);
    pen.globalAlpha = 1;
    // A seat with a mark of its kind has no room for a number.
    if (look === 'free' && shape === 0 && unit >= NUMBERED) {
      drawText(pen, this.#geometry.seats[seat]!.label, x, y - unit * 0.03, unit * 0.26, colours.soft);
    }
  }
}

/** Asked in every frame: a list that is kept answers a hundred times quicker than a new one. */
const still = matchMedia('(prefers-reduced-motion: reduce)');

function prefersStill(): boolean {
  return still.matches;
}
