/**
 * The room on a canvas: drawn when something changed and only what changed. A change of some seats paints these seats; a moved
 * map is painted whole, from sprites. What a seat looks like is asked of its owner.
 */
import { type RoomGeometry, UNIT_MAX, type View } from './room-geometry.ts';
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

export class SeatCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #geometry: RoomGeometry;
  readonly #rowLabels: readonly string[];
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
  #height = 0;
  #focused: number | null = null;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement, geometry: RoomGeometry, rowLabels: readonly string[], ports: SeatCanvasPorts) {
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('this browser has no canvas');
    this.#canvas = canvas;
    this.#pen = pen;
    this.#geometry = geometry;
    this.#rowLabels = rowLabels;
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
    for (const seat of seats) {
      this.#dirty.add(seat);
      const from = this.#painted[seat];
      if (!isSoft || from === undefined || from === this.#ports.lookOf(seat)) continue;
      if (this.#fades.size < FADES_MAX && !prefersStill()) this.#fades.set(seat, { from, startMs: nowMs });
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
    this.#width = width;
    this.#height = height;
    const scale = devicePixelRatio;
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
    const scale = devicePixelRatio;
    if (!this.#isMoving) this.#sprites?.resize(this.#view.unit * scale);
    this.#pen.setTransform(scale, 0, 0, scale, 0, 0);
    if (this.#pulses !== null && nowMs - this.#pulses.startMs > PULSE_MS) {
      this.#pulses = null;
      this.#isWhole = true;
    }
    if (this.#isWhole || this.#pulses !== null) this.#paintWhole(nowMs, this.#colours);
    else this.#paintDirty(nowMs, this.#colours);
    this.#canvas.dataset['version'] = String(this.#ports.version());
    if (this.#fades.size > 0 || this.#pulses !== null || this.#glide !== null) this.#soon();
  }

  #recolour(): SeatColours {
    const colours = coloursOf(this.#canvas.parentElement ?? document.body);
    this.#sprites = new SeatSprites(colours);
    this.#sprites.resize(this.#view.unit * devicePixelRatio);
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

  #paintWhole(nowMs: number, colours: SeatColours): void {
    this.#isWhole = false;
    this.#dirty.clear();
    this.#pen.clearRect(0, 0, this.#width, this.#height);
    this.#paintScreen(colours);
    for (let seat = 0; seat < this.#geometry.seats.length; seat++) this.#paintSeat(seat, nowMs, colours);
    this.#paintRowNames(colours);
    if (this.#pulses !== null) this.#paintPulses(nowMs, this.#pulses, colours);
    this.#paintFocus(colours);
  }

  #paintDirty(nowMs: number, colours: SeatColours): void {
    for (const seat of this.#fades.keys()) this.#dirty.add(seat);
    if (this.#dirty.size === 0) return;
    const rows = new Set<number>();
    for (const seat of this.#dirty) {
      rows.add(this.#geometry.seats[seat]!.row);
      this.#paintSeat(seat, nowMs, colours, true);
    }
    this.#dirty.clear();
    this.#paintRowNames(colours, rows);
    this.#paintFocus(colours);
  }

  #paintSeat(seat: number, nowMs: number, colours: SeatColours, isOver = false): void {
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

  #paintScreen(colours: SeatColours): void {
    const pen = this.#pen;
    const { unit, left, top } = this.#view;
    const middle = (this.#geometry.width / 2) * unit + left;
    const half = Math.max(2, this.#geometry.width / 2 - 1.6) * unit;
    const y = unit * 1.35 + top;
    const depth = Math.min(unit * 1.1, half / 5);
    const light = pen.createLinearGradient(0, y - depth, 0, y + unit * 1.6);
    light.addColorStop(0, colours.screen);
    light.addColorStop(1, 'transparent');
    pen.globalAlpha = 0.16;
    pen.fillStyle = light;
    pen.beginPath();
    pen.moveTo(middle - half, y);
    pen.quadraticCurveTo(middle, y - depth * 2, middle + half, y);
    pen.lineTo(middle + half * 0.88, y + unit * 1.6);
    pen.lineTo(middle - half * 0.88, y + unit * 1.6);
    pen.closePath();
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.screen;
    pen.lineWidth = Math.max(2.5, unit * 0.12);
    pen.lineCap = 'round';
    pen.beginPath();
    pen.moveTo(middle - half, y);
    pen.quadraticCurveTo(middle, y - depth * 2, middle + half, y);
    pen.stroke();
    drawText(pen, this.#screenName, middle, y - depth * 0.25, Math.max(10, Math.min(15, unit * 0.42)), colours.soft);
  }

  /** On both sides. On a magnified map they stay at the edge of what is seen, over the seats. */
  #paintRowNames(colours: SeatColours, only?: ReadonlySet<number>): void {
    const { unit, left, top } = this.#view;
    const size = Math.max(8.5, Math.min(15, unit * 0.45));
    const first = Math.max(left + unit * 0.6, size);
    const last = Math.min(left + (this.#geometry.width - 0.6) * unit, this.#width - size);
    for (const [row, label] of this.#rowLabels.entries()) {
      if (only !== undefined && !only.has(row)) continue;
      const y = this.#geometry.middleOfRow(row) * unit + top;
      if (y < -unit || y > this.#height + unit) continue;
      for (const x of [first, last]) this.#paintRowName(label, x, y, Math.min(size, unit * 0.8), colours);
    }
  }

  #paintRowName(label: string, x: number, y: number, size: number, colours: SeatColours): void {
    const pen = this.#pen;
    const wide = Math.max(size, label.length * size * 0.7);
    pen.fillStyle = colours.paper;
    pen.beginPath();
    pen.roundRect(x - wide / 2 - 2, y - size * 0.75, wide + 4, size * 1.5, size / 2);
    pen.fill();
    drawText(pen, label, x, y, size, colours.soft);
  }

  #paintPulses(
    nowMs: number,
    { seats, startMs }: { readonly seats: readonly number[]; readonly startMs: number },
    colours: SeatColours,
  ): void {
    const pen = this.#pen;
    const { unit, left, top } = this.#view;
    const part = ((Math.max(0, nowMs - startMs) / PULSE_MS) * PULSES) % 1;
    const isStill = prefersStill();
    pen.strokeStyle = colours.mine;
    pen.lineWidth = Math.max(2, unit * 0.08);
    pen.globalAlpha = isStill ? 1 : 1 - part;
    for (const seat of seats) {
      const [x, y] = this.#geometry.placeOf(seat);
      pen.beginPath();
      pen.arc(x * unit + left, y * unit + top, unit * (isStill ? 0.56 : 0.4 + part * 0.35), 0, Math.PI * 2);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  #paintFocus(colours: SeatColours): void {
    if (this.#focused === null) return;
    const [x, y] = this.#geometry.placeOf(this.#focused);
    const { unit, left, top } = this.#view;
    const pen = this.#pen;
    const line = Math.max(2, Math.min(3, unit * 0.1));
    pen.strokeStyle = colours.focus;
    pen.lineWidth = line;
    pen.beginPath();
    const side = unit - line;
    pen.roundRect((x - 0.5) * unit + left + line / 2, (y - 0.5) * unit + top + line / 2, side, side, unit * 0.18);
    pen.stroke();
  }
}

export { UNIT_MAX };

function prefersStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
