/**
 * The room on a canvas: drawn when something changed, and only then. Mouse, fingers and keyboard all end in one call: this seat
 * was chosen. It decides nothing; what a seat looks like is asked of its owner.
 */
import type { Room } from './catalogue.ts';
import { element } from './element.ts';
import { watchGestures } from './map-gestures.ts';
import type { Messages } from './messages.ts';
import { RoomGeometry, type View } from './room-geometry.ts';
import { coloursOf, drawSeat, LABELLED, type SeatColours, type SeatLook } from './seat-drawing.ts';

export interface SeatMapPorts {
  lookOf(seat: number): SeatLook;
  /** A seat was touched, clicked, or chosen with the space bar. */
  choose(seat: number): void;
  /** The keyboard stands on this seat now. */
  reached(seat: number): void;
}

/** On a touch screen a seat smaller than this is not chosen but magnified first, CSS pixels. */
const TOUCHABLE = 26;
const MAGNIFIED = 44;
/** How long a change by others glows. */
const GLOW_MS = 900;

export class SeatMap {
  readonly element: HTMLElement;
  /** Buttons for those who cannot pinch. */
  readonly zooms: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #room: Room;
  readonly #geometry: RoomGeometry;
  readonly #messages: Messages;
  readonly #ports: SeatMapPorts;
  readonly #glowing = new Map<number, number>();
  readonly #stopWatching: () => void;
  #colours: SeatColours | null = null;
  #view: View = { unit: 1, left: 0, top: 0 };
  #isFitted = true;
  #width = 0;
  #height = 0;
  #focused: number | null = null;
  #isDrawing = false;

  constructor(room: Room, messages: Messages, ports: SeatMapPorts) {
    this.#room = room;
    this.#geometry = new RoomGeometry(room.seats, room.rowLabels.length);
    this.#messages = messages;
    this.#ports = ports;
    this.#canvas = element('canvas', {
      tabindex: 0,
      role: 'application',
      'aria-label': `${messages.mapLabel}. ${messages.mapHint}`,
      onkeydown: (event) => this.#key(event as KeyboardEvent),
      onfocus: () => this.#focusSeat(this.#focused ?? this.#geometry.middle()),
      onblur: () => this.draw(),
    });
    const pen = this.#canvas.getContext('2d');
    if (pen === null) throw new Error('this browser has no canvas');
    this.#pen = pen;
    const zoomButton = (text: string, label: string, zoom: () => void): HTMLButtonElement =>
      element('button', { type: 'button', class: 'zoom', 'aria-label': label, title: label, onclick: zoom }, text);
    this.element = element('div', { class: 'seat-map' }, this.#canvas);
    this.zooms = element(
      'div',
      { class: 'zooms' },
      zoomButton('+', messages.zoomIn, () => this.#zoom(1.5, this.#width / 2, this.#height / 2)),
      zoomButton('−', messages.zoomOut, () => this.#zoom(1 / 1.5, this.#width / 2, this.#height / 2)),
      zoomButton('⤢', messages.zoomFit, () => this.#fit()),
    );
    watchGestures(this.#canvas, {
      tap: (x, y, isTouch) => this.#tap(x, y, isTouch),
      drag: (dx, dy) => this.#show({ ...this.#view, left: this.#view.left + dx, top: this.#view.top + dy }),
      pinch: (factor, x, y) => this.#zoom(factor, x, y),
      reset: () => this.#fit(),
    });
    const sizes = new ResizeObserver(() => this.#resized());
    sizes.observe(this.element);
    const night = matchMedia('(prefers-color-scheme: dark)');
    const recolour = (): void => {
      this.#colours = null;
      this.draw();
    };
    night.addEventListener('change', recolour);
    this.#stopWatching = () => {
      sizes.disconnect();
      night.removeEventListener('change', recolour);
    };
  }

  /** Draws anew, once, before the next frame is shown. */
  readonly draw = (): void => {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#paint();
    });
  };

  /** These seats were changed by somebody else: a short, soft glow, unless the person wants no motion. */
  glow(seats: readonly number[]): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || seats.length > 40) return;
    const untilMs = performance.now() + GLOW_MS;
    for (const seat of seats) this.#glowing.set(seat, untilMs);
    this.draw();
  }

  close(): void {
    this.#stopWatching();
  }

  #resized(): void {
    const { width, height } = this.element.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.#width = width;
    this.#height = height;
    const scale = window.devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    if (this.#isFitted) this.#fit();
    else this.#show(this.#view);
  }

  #fit(): void {
    this.#isFitted = true;
    this.#view = this.#geometry.fit(this.#width, this.#height);
    this.draw();
  }

  #zoom(factor: number, x: number, y: number): void {
    this.#show(this.#geometry.zoom(this.#view, factor, x, y, this.#width, this.#height));
  }

  #show(view: View): void {
    this.#view = this.#geometry.keepInside(view, this.#width, this.#height);
    this.#isFitted = this.#view.unit <= this.#geometry.fit(this.#width, this.#height).unit * 1.001;
    this.draw();
  }

  #tap(x: number, y: number, isTouch: boolean): boolean {
    if (isTouch && this.#view.unit < TOUCHABLE) {
      this.#zoom(MAGNIFIED / this.#view.unit, x, y);
      return true;
    }
    const seat = this.#geometry.seatAt(x, y, this.#view);
    if (seat === null) return false;
    this.#focused = seat;
    this.#ports.choose(seat);
    this.draw();
    return true;
  }

  #key(event: KeyboardEvent): void {
    const seat = this.#focused ?? this.#geometry.middle();
    const step = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const;
    if (event.key in step) this.#focusSeat(this.#geometry.step(seat, step[event.key as keyof typeof step]));
    else if (event.key === 'Home') this.#focusSeat(this.#geometry.endOfRow(seat, 'first'));
    else if (event.key === 'End') this.#focusSeat(this.#geometry.endOfRow(seat, 'last'));
    else if (event.key === ' ' || event.key === 'Enter') this.#ports.choose(seat);
    else if (event.key === '+') this.#zoom(1.5, this.#width / 2, this.#height / 2);
    else if (event.key === '-') this.#zoom(1 / 1.5, this.#width / 2, this.#height / 2);
    else return;
    event.preventDefault();
  }

  #focusSeat(seat: number): void {
    if (this.#room.seats[seat] === undefined) return;
    this.#focused = seat;
    this.#show(this.#geometry.reveal(this.#view, seat, this.#width, this.#height));
    this.#ports.reached(seat);
  }

  #paint(): void {
    this.#colours ??= coloursOf(this.#canvas);
    const colours = this.#colours;
    const pen = this.#pen;
    const { unit, left, top } = this.#view;
    const scale = window.devicePixelRatio;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, this.#width, this.#height);
    this.#paintScreen(colours);
    const nowMs = performance.now();
    for (let seat = 0; seat < this.#room.seats.length; seat++) {
      const [roomX, roomY] = this.#geometry.placeOf(seat);
      const x = roomX * unit + left;
      const y = roomY * unit + top;
      if (x < -unit || y < -unit || x > this.#width + unit || y > this.#height + unit) continue;
      this.#paintGlow(seat, x, y, nowMs, colours);
      const { kind, label } = this.#room.seats[seat]!;
      drawSeat(pen, this.#ports.lookOf(seat), kind, x, y, unit, colours, label);
    }
    this.#paintRowNames(colours);
    this.#paintFocus(colours);
    if (this.#glowing.size > 0) this.draw();
  }

  #paintScreen(colours: SeatColours): void {
    const pen = this.#pen;
    const { unit, left, top } = this.#view;
    const middle = (this.#geometry.width / 2) * unit + left;
    const half = (this.#geometry.width / 2 - 1) * unit;
    const y = unit * 1.15 + top;
    pen.strokeStyle = colours.screen;
    pen.lineWidth = Math.max(2, unit * 0.14);
    pen.lineCap = 'round';
    pen.beginPath();
    pen.moveTo(middle - half, y);
    pen.quadraticCurveTo(middle, y - unit * 0.9, middle + half, y);
    pen.stroke();
    pen.fillStyle = colours.soft;
    pen.font = `${Math.max(9, Math.min(14, unit * 0.5))}px system-ui, sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(this.#messages.screen, middle, y + unit * 0.15);
  }

  #paintRowNames(colours: SeatColours): void {
    const pen = this.#pen;
    const { unit, left, top } = this.#view;
    if (unit < 9) return;
    pen.fillStyle = colours.soft;
    pen.font = `${Math.max(9, Math.min(15, unit * 0.45))}px system-ui, sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    for (const [row, label] of this.#room.rowLabels.entries()) {
      const y = (row + 2.7) * unit + top;
      if (y < 0 || y > this.#height) continue;
      // On a magnified map the names stay at the edge of what is seen, until the seats show labels of their own.
      const [first, last] = [left + unit * 0.7, left + (this.#geometry.width - 0.7) * unit];
      const isLabelled = unit >= LABELLED;
      this.#paintRowName(label, isLabelled ? first : Math.max(first, 12), y, colours);
      this.#paintRowName(label, isLabelled ? last : Math.min(last, this.#width - 12), y, colours);
    }
  }

  #paintRowName(label: string, x: number, y: number, colours: SeatColours): void {
    const pen = this.#pen;
    const { width } = pen.measureText(label);
    pen.globalAlpha = 0.8;
    pen.fillStyle = colours.raised;
    pen.fillRect(x - width / 2 - 2, y - 9, width + 4, 18);
    pen.globalAlpha = 1;
    pen.fillStyle = colours.soft;
    pen.fillText(label, x, y);
  }

  #paintGlow(seat: number, x: number, y: number, nowMs: number, colours: SeatColours): void {
    const untilMs = this.#glowing.get(seat);
    if (untilMs === undefined) return;
    if (nowMs >= untilMs) {
      this.#glowing.delete(seat);
      return;
    }
    const pen = this.#pen;
    pen.globalAlpha = (0.5 * (untilMs - nowMs)) / GLOW_MS;
    pen.fillStyle = colours.focus;
    pen.beginPath();
    pen.arc(x, y, this.#view.unit * 0.62, 0, Math.PI * 2);
    pen.fill();
    pen.globalAlpha = 1;
  }

  #paintFocus(colours: SeatColours): void {
    if (this.#focused === null || document.activeElement !== this.#canvas) return;
    if (!this.#canvas.matches(':focus-visible')) return;
    const [roomX, roomY] = this.#geometry.placeOf(this.#focused);
    const { unit, left, top } = this.#view;
    const pen = this.#pen;
    pen.strokeStyle = colours.focus;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.roundRect((roomX - 0.5) * unit + left - 1, (roomY - 0.5) * unit + top - 1, unit + 2, unit + 2, unit * 0.2);
    pen.stroke();
  }
}
