/**
 * One seat on a canvas. What a seat is and what has become of it differ in shape or mark and not only in colour: a free seat is an
 * armchair, a sold one has somebody in it, one that is being chosen shows three dots, a blocked one is crossed out, mine has a
 * tick; a wheelchair place is round, couple seats touch each other.
 */
/** `unknown`: until the seats have come for the first time. */
export type SeatLook = 'unknown' | 'free' | 'held' | 'sold' | 'blocked' | 'mine' | 'asked';

export const SeatKind = { regular: 0, couple: 1, companion: 2, wheelchair: 3, reducedMobility: 4, obese: 5 } as const;

/** From this size on a free seat carries its label. */
export const LABELLED = 30;

export interface SeatColours {
  readonly ink: string;
  readonly soft: string;
  readonly raised: string;
  readonly free: string;
  readonly freeLine: string;
  readonly mine: string;
  readonly mineInk: string;
  readonly taken: string;
  readonly takenInk: string;
  readonly focus: string;
  readonly screen: string;
}

/** The colours of the style sheet, which knows whether it is day or night. */
export function coloursOf(element: Element): SeatColours {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    soft: colour('ink-soft'),
    raised: colour('raised'),
    free: colour('seat-free'),
    freeLine: colour('seat-free-line'),
    mine: colour('mine'),
    mineInk: colour('mine-ink'),
    taken: colour('seat-taken'),
    takenInk: colour('seat-taken-ink'),
    focus: colour('focus'),
    screen: colour('screen'),
  };
}

/** Draws a seat with its middle at (x, y), in a square of `unit`; with its label where there is room for it. */
export function drawSeat(
  pen: CanvasRenderingContext2D,
  look: SeatLook,
  kind: number,
  x: number,
  y: number,
  unit: number,
  colours: SeatColours,
  label = '',
): void {
  pen.lineWidth = Math.max(1, unit * 0.06);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  const fill = {
    free: colours.free,
    mine: colours.mine,
    sold: colours.taken,
    held: '',
    blocked: '',
    asked: '',
    unknown: '',
  }[look];
  const line = {
    free: colours.freeLine,
    mine: colours.mine,
    sold: '',
    held: colours.takenInk,
    blocked: colours.takenInk,
    asked: colours.mine,
    unknown: colours.taken,
  }[look];
  pen.fillStyle = fill;
  pen.strokeStyle = line;
  if (look === 'held' || look === 'asked') pen.setLineDash([unit * 0.12, unit * 0.1]);
  outline(pen, kind, x, y, unit);
  if (fill !== '') pen.fill();
  if (line !== '') pen.stroke();
  pen.setLineDash([]);
  if ((look === 'free' || look === 'mine') && kind !== SeatKind.wheelchair && unit >= 14)
    drawArms(pen, kind, x, y, unit);
  drawMark(pen, look, kind, x, y, unit, colours);
  if (look === 'free' && kind <= SeatKind.couple && unit >= LABELLED)
    drawText(pen, label, x, y, unit * 0.27, colours.soft);
}

function outline(pen: CanvasRenderingContext2D, kind: number, x: number, y: number, unit: number): void {
  pen.beginPath();
  if (kind === SeatKind.wheelchair) {
    pen.arc(x, y, unit * 0.38, 0, Math.PI * 2);
    return;
  }
  const half = unit * (kind === SeatKind.couple ? 0.48 : kind === SeatKind.obese ? 0.42 : 0.34);
  pen.roundRect(x - half, y - unit * 0.36, half * 2, unit * 0.66, unit * 0.14);
}

/** Arms and back: the person looks up, to the screen. */
function drawArms(pen: CanvasRenderingContext2D, kind: number, x: number, y: number, unit: number): void {
  const half = unit * (kind === SeatKind.couple ? 0.44 : 0.42);
  pen.lineWidth = Math.max(1.5, unit * 0.09);
  pen.beginPath();
  pen.moveTo(x - half, y - unit * 0.12);
  pen.lineTo(x - half, y + unit * 0.24);
  pen.quadraticCurveTo(x - half, y + unit * 0.4, x - half + unit * 0.16, y + unit * 0.4);
  pen.lineTo(x + half - unit * 0.16, y + unit * 0.4);
  pen.quadraticCurveTo(x + half, y + unit * 0.4, x + half, y + unit * 0.24);
  pen.lineTo(x + half, y - unit * 0.12);
  pen.stroke();
}

function drawMark(
  pen: CanvasRenderingContext2D,
  look: SeatLook,
  kind: number,
  x: number,
  y: number,
  unit: number,
  colours: SeatColours,
): void {
  switch (look) {
    case 'mine':
      drawTick(pen, x, y, unit, colours.mineInk);
      return;
    case 'sold':
      drawPerson(pen, x, y, unit, colours.takenInk);
      return;
    case 'held':
      pen.fillStyle = colours.takenInk;
      for (const dx of [-0.16, 0, 0.16]) dot(pen, x + dx * unit, y - unit * 0.03, Math.max(1, unit * 0.055));
      return;
    case 'blocked':
      pen.beginPath();
      pen.moveTo(x - unit * 0.18, y - unit * 0.2);
      pen.lineTo(x + unit * 0.18, y + unit * 0.14);
      pen.moveTo(x + unit * 0.18, y - unit * 0.2);
      pen.lineTo(x - unit * 0.18, y + unit * 0.14);
      pen.stroke();
      return;
    case 'free':
      if (kind === SeatKind.wheelchair) drawWheelchair(pen, x, y, unit, colours.ink);
      else if (unit >= 15) drawKind(pen, kind, x, y, unit, colours.ink);
      return;
    case 'asked':
    case 'unknown':
  }
}

function drawTick(pen: CanvasRenderingContext2D, x: number, y: number, unit: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1.5, unit * 0.09);
  pen.beginPath();
  pen.moveTo(x - unit * 0.16, y - unit * 0.03);
  pen.lineTo(x - unit * 0.04, y + unit * 0.1);
  pen.lineTo(x + unit * 0.18, y - unit * 0.18);
  pen.stroke();
}

function drawPerson(pen: CanvasRenderingContext2D, x: number, y: number, unit: number, colour: string): void {
  pen.fillStyle = colour;
  dot(pen, x, y - unit * 0.14, unit * 0.11);
  pen.beginPath();
  pen.arc(x, y + unit * 0.22, unit * 0.2, Math.PI, 0);
  pen.fill();
}

function drawWheelchair(pen: CanvasRenderingContext2D, x: number, y: number, unit: number, colour: string): void {
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

function drawKind(
  pen: CanvasRenderingContext2D,
  kind: number,
  x: number,
  y: number,
  unit: number,
  colour: string,
): void {
  const text = { [SeatKind.companion]: '+1', [SeatKind.reducedMobility]: 'M', [SeatKind.obese]: 'G' }[kind];
  if (text !== undefined) drawText(pen, text, x, y - unit * 0.02, unit * 0.34, colour);
}

function drawText(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  height: number,
  colour: string,
): void {
  pen.fillStyle = colour;
  pen.font = `600 ${Math.round(height)}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, x, y);
}

function dot(pen: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fill();
}
