/** What is on the canvas besides the seats: the screen, the names of the rows, rings around offered seats, where the keyboard is. */
import type { RoomGeometry, View } from './room-geometry.ts';
import { drawText, type SeatColours } from './seat-drawing.ts';

/** Where it is painted. Lengths are CSS pixels; `scale` device pixels make one of them. */
export interface Surface {
  readonly pen: CanvasRenderingContext2D;
  readonly geometry: RoomGeometry;
  readonly view: View;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly colours: SeatColours;
}

/** Its light ends above the first row, so that a seat that is painted anew leaves no hole in it. */
const LIGHT = 1.05;

export function paintScreen({ pen, geometry, view, colours }: Surface, name: string): void {
  const { unit, left, top } = view;
  const middle = (geometry.width / 2) * unit + left;
  const half = Math.max(2, geometry.width / 2 - 1.6) * unit;
  const y = unit * 1.35 + top;
  const depth = Math.min(unit * 1.1, half / 5);
  const light = pen.createLinearGradient(0, y - depth, 0, y + unit * LIGHT);
  light.addColorStop(0, colours.screen);
  light.addColorStop(1, 'transparent');
  pen.globalAlpha = 0.16;
  pen.fillStyle = light;
  pen.beginPath();
  pen.moveTo(middle - half, y);
  pen.quadraticCurveTo(middle, y - depth * 2, middle + half, y);
  pen.lineTo(middle + half * 0.9, y + unit * LIGHT);
  pen.lineTo(middle - half * 0.9, y + unit * LIGHT);
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
  drawText(pen, name, middle, y - depth * 0.25, Math.max(10, Math.min(15, unit * 0.42)), colours.soft);
}

/**
 * The names of the rows, on both sides. On a magnified map they stay at the edge of what is seen, over the seats. Each is drawn once
 * and then copied: text is the slowest thing that a canvas does, and a moved map shows fifty of them in each frame.
 */
export class RowNames {
  readonly #labels: readonly string[];
  #sprites = new Map<string, HTMLCanvasElement>();
  /** What the sprites were drawn for. */
  #of = '';

  constructor(labels: readonly string[]) {
    this.#labels = labels;
  }

  /** `only`: of these rows. */
  paint(on: Surface, only?: ReadonlySet<number>): void {
    const { unit, top } = on.view;
    const size = Math.min(sizeOf(on.view), unit * 0.8);
    for (const [row, label] of this.#labels.entries()) {
      if (only !== undefined && !only.has(row)) continue;
      const y = on.geometry.middleOfRow(row) * unit + top;
      if (y < -unit || y > on.height + unit) continue;
      const sprite = this.#sprite(on, label, size);
      const [width, height] = [sprite.width / on.scale, sprite.height / on.scale];
      for (const x of edges(on)) on.pen.drawImage(sprite, x - width / 2, y - height / 2, width, height);
    }
  }

  /** A name lies over what is within `reach` pixels of `x` in this row. */
  isOver(on: Surface, row: number, x: number, reach: number): boolean {
    const size = sizeOf(on.view);
    const half = wideOf(this.#labels[row] ?? '', size) / 2 + 2;
    return edges(on).some((edge) => Math.abs(edge - x) < half + reach);
  }

  #sprite({ scale, colours }: Surface, label: string, size: number): HTMLCanvasElement {
    const of = `${size} ${scale} ${colours.paper} ${colours.soft}`;
    if (of !== this.#of) this.#sprites = new Map();
    this.#of = of;
    const known = this.#sprites.get(label);
    if (known !== undefined) return known;
    const sprite = document.createElement('canvas');
    const [width, height] = [wideOf(label, size) + 4, size * 1.5];
    sprite.width = Math.ceil(width * scale);
    sprite.height = Math.ceil(height * scale);
    const pen = sprite.getContext('2d');
    if (pen !== null) {
      pen.scale(scale, scale);
      pen.fillStyle = colours.paper;
      pen.beginPath();
      pen.roundRect(0, 0, width, height, size / 2);
      pen.fill();
      drawText(pen, label, width / 2, height / 2, size, colours.soft);
    }
    this.#sprites.set(label, sprite);
    return sprite;
  }
}

/** Rings around these seats. `part` of a pulse, 0 to 1; null: they stand still. */
export function paintRings(
  { pen, geometry, view, colours }: Surface,
  seats: readonly number[],
  part: number | null,
): void {
  const { unit, left, top } = view;
  pen.strokeStyle = colours.mine;
  pen.lineWidth = Math.max(2, unit * 0.08);
  pen.globalAlpha = part === null ? 1 : 1 - part;
  for (const seat of seats) {
    const [x, y] = geometry.placeOf(seat);
    pen.beginPath();
    pen.arc(x * unit + left, y * unit + top, unit * (part === null ? 0.56 : 0.4 + part * 0.35), 0, Math.PI * 2);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

/** Around the seat on which the keyboard stands; inside its square. */
export function paintFocus({ pen, geometry, view, colours }: Surface, seat: number): void {
  const [x, y] = geometry.placeOf(seat);
  const { unit, left, top } = view;
  const line = Math.max(2, Math.min(3, unit * 0.1));
  pen.strokeStyle = colours.focus;
  pen.lineWidth = line;
  pen.beginPath();
  const side = unit - line;
  pen.roundRect((x - 0.5) * unit + left + line / 2, (y - 0.5) * unit + top + line / 2, side, side, unit * 0.18);
  pen.stroke();
}

function sizeOf({ unit }: View): number {
  return Math.max(8.5, Math.min(15, unit * 0.45));
}

function wideOf(label: string, size: number): number {
  return Math.max(size, label.length * size * 0.7);
}

function edges({ view, geometry, width }: Surface): readonly [first: number, last: number] {
  const { unit, left } = view;
  const size = sizeOf(view);
  return [Math.max(left + unit * 0.6, size), Math.min(left + (geometry.width - 0.6) * unit, width - size)];
}
