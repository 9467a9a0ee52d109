/**
 * One seat on a canvas. What a seat is and what has become of it differ in shape or mark and not only in colour: a free seat is an
 * armchair, a sold one has somebody in it, one that somebody is choosing is dashed with three dots, a blocked one is crossed
 * out, mine is full and has a tick; a wheelchair space is round, a wide seat wide, the halves of a couple seat touch.
 */
import { SeatKind } from './seat-rules.ts';

/** `unknown`: until the seats have come for the first time. `asked`: a command for it is under way. */
export type SeatLook = 'unknown' | 'free' | 'held' | 'sold' | 'blocked' | 'mine' | 'asked' | 'bought';

/** A seat's kind, with the halves of a couple seat told apart. */
export type SeatShape = number;
export const COUPLE_LEFT = 10;
export const COUPLE_RIGHT = 11;

export interface SeatColours {
  readonly ink: string;
  readonly soft: string;
  readonly paper: string;
  readonly free: string;
  readonly freeLine: string;
  readonly mine: string;
  readonly mineInk: string;
  readonly taken: string;
  readonly takenInk: string;
  readonly focus: string;
  readonly screen: string;
}

type Pen = CanvasRenderingContext2D;

/** Smaller than this, only outlines and colours can be told apart: marks are left out. */
const MARKED = 11;

/** Draws a seat with its middle at (x, y), inside a square of `unit`. */
export function drawSeat(
  pen: Pen,
  look: SeatLook,
  shape: SeatShape,
  x: number,
  y: number,
  unit: number,
  c: SeatColours,
) {
  const [fill, line] = paintOf(look, c);
  pen.lineWidth = Math.max(1, unit * 0.05);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  if (look === 'held' || look === 'asked') pen.setLineDash([unit * 0.13, unit * 0.11]);
  outline(pen, shape, x, y, unit);
  pen.fillStyle = fill;
  pen.strokeStyle = line;
  if (fill !== '') pen.fill();
  if (line !== '') pen.stroke();
  pen.setLineDash([]);
  const isOurs = look === 'free' || look === 'mine' || look === 'bought';
  if (isOurs && shape !== SeatKind.wheelchair && unit >= 14) drawArms(pen, shape, x, y, unit);
  if (unit >= MARKED || shape === SeatKind.wheelchair) drawMark(pen, look, shape, x, y, unit, c);
}

function paintOf(look: SeatLook, c: SeatColours): readonly [fill: string, line: string] {
  switch (look) {
    case 'free':
      return [c.free, c.freeLine];
    case 'mine':
    case 'bought':
      return [c.mine, c.mine];
    case 'sold':
      return [c.taken, ''];
    case 'held':
    case 'blocked':
      return ['', c.takenInk];
    case 'asked':
      return ['', c.mine];
    case 'unknown':
      return ['', c.taken];
  }
}

function outline(pen: Pen, shape: SeatShape, x: number, y: number, unit: number): void {
  pen.beginPath();
  if (shape === SeatKind.wheelchair) {
    pen.arc(x, y, unit * 0.39, 0, Math.PI * 2);
    return;
  }
  const round = unit * 0.13;
  const [top, height] = [y - unit * 0.37, unit * 0.66];
  if (shape === COUPLE_LEFT) pen.roundRect(x - unit * 0.36, top, unit * 0.86, height, [round, 0, 0, round]);
  else if (shape === COUPLE_RIGHT) pen.roundRect(x - unit * 0.5, top, unit * 0.86, height, [0, round, round, 0]);
  else {
    const half = unit * (shape === SeatKind.obese ? 0.41 : 0.33);
    pen.roundRect(x - half, top, half * 2, height, round);
  }
}

/** Arms and back: the person looks up, to the screen. */
function drawArms(pen: Pen, shape: SeatShape, x: number, y: number, unit: number): void {
  const [left, right] =
    shape === COUPLE_LEFT
      ? [-0.44, null]
      : shape === COUPLE_RIGHT
        ? [null, 0.44]
        : shape === SeatKind.obese
          ? [-0.46, 0.46]
          : [-0.41, 0.41];
  const [up, down, round] = [y - unit * 0.14, y + unit * 0.4, unit * 0.16];
  const end = (side: number | null, edge: number): number => x + unit * (side ?? edge);
  pen.lineWidth = Math.max(1.25, unit * 0.075);
  pen.beginPath();
  if (left === null) pen.moveTo(end(left, -0.5), down);
  else {
    pen.moveTo(end(left, 0), up);
    pen.lineTo(end(left, 0), down - round);
    pen.quadraticCurveTo(end(left, 0), down, end(left, 0) + round, down);
  }
  if (right === null) pen.lineTo(end(right, 0.5), down);
  else {
    pen.lineTo(end(right, 0) - round, down);
    pen.quadraticCurveTo(end(right, 0), down, end(right, 0), down - round);
    pen.lineTo(end(right, 0), up);
  }
  pen.stroke();
}

function drawMark(
  pen: Pen,
  look: SeatLook,
  shape: SeatShape,
  x: number,
  y: number,
  unit: number,
  c: SeatColours,
): void {
  switch (look) {
    case 'mine':
    case 'bought':
      drawTick(pen, x, y - unit * 0.03, unit, c.mineInk);
      return;
    case 'sold':
      drawPerson(pen, x, y, unit, c.takenInk);
      return;
    case 'held':
    case 'asked':
      pen.fillStyle = look === 'held' ? c.takenInk : c.mine;
      for (const dx of [-0.16, 0, 0.16]) dot(pen, x + dx * unit, y - unit * 0.04, Math.max(0.8, unit * 0.05));
      return;
    case 'blocked':
      pen.beginPath();
      pen.moveTo(x - unit * 0.16, y - unit * 0.2);
      pen.lineTo(x + unit * 0.16, y + unit * 0.12);
      pen.moveTo(x + unit * 0.16, y - unit * 0.2);
      pen.lineTo(x - unit * 0.16, y + unit * 0.12);
      pen.stroke();
      return;
    case 'free':
      drawKind(pen, shape, x, y, unit, c.ink);
      return;
    case 'unknown':
  }
}

function drawTick(pen: Pen, x: number, y: number, unit: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1.5, unit * 0.09);
  pen.beginPath();
  pen.moveTo(x - unit * 0.17, y - unit * 0.01);
  pen.lineTo(x - unit * 0.04, y + unit * 0.12);
  pen.lineTo(x + unit * 0.19, y - unit * 0.16);
  pen.stroke();
}

function drawPerson(pen: Pen, x: number, y: number, unit: number, colour: string): void {
  pen.fillStyle = colour;
  dot(pen, x, y - unit * 0.14, unit * 0.11);
  pen.beginPath();
  pen.arc(x, y + unit * 0.21, unit * 0.2, Math.PI, 0);
  pen.fill();
}

function drawKind(pen: Pen, shape: SeatShape, x: number, y: number, unit: number, colour: string): void {
  if (shape === SeatKind.wheelchair) drawWheelchair(pen, x, y, unit, colour);
  const text = { [SeatKind.companion]: '+1', [SeatKind.reducedMobility]: 'M', [SeatKind.obese]: 'G' }[shape];
  if (text !== undefined) drawText(pen, text, x, y - unit * 0.03, unit * 0.36, colour);
  if (shape === COUPLE_LEFT) drawHeart(pen, x + unit * 0.5, y - unit * 0.05, unit * 0.17, colour, 'left');
  if (shape === COUPLE_RIGHT) drawHeart(pen, x - unit * 0.5, y - unit * 0.05, unit * 0.17, colour, 'right');
}

function drawWheelchair(pen: Pen, x: number, y: number, unit: number, colour: string): void {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1, unit * 0.06);
  dot(pen, x - unit * 0.06, y - unit * 0.23, unit * 0.06);
  pen.beginPath();
  pen.moveTo(x - unit * 0.06, y - unit * 0.14);
  pen.lineTo(x - unit * 0.06, y + unit * 0.04);
  pen.lineTo(x + unit * 0.11, y + unit * 0.04);
  pen.lineTo(x + unit * 0.19, y + unit * 0.22);
  pen.stroke();
  pen.beginPath();
  pen.arc(x - unit * 0.03, y + unit * 0.1, unit * 0.16, -Math.PI * 0.1, Math.PI * 1.15);
  pen.stroke();
}

/** Half a heart, which the other half of the couple seat makes whole. */
function drawHeart(pen: Pen, x: number, y: number, size: number, colour: string, half: 'left' | 'right'): void {
  const side = half === 'left' ? -1 : 1;
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x, y - size * 0.45);
  pen.bezierCurveTo(x + side * size * 0.5, y - size * 1.2, x + side * size * 1.5, y - size * 0.2, x, y + size);
  pen.closePath();
  pen.fill();
}

/** Text around (x, y), `height` CSS pixels high. */
export function drawText(pen: Pen, text: string, x: number, y: number, height: number, colour: string): void {
  pen.fillStyle = colour;
  pen.font = `600 ${Math.max(8, Math.round(height))}px Figtree, system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, x, y);
}

function dot(pen: Pen, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fill();
}
