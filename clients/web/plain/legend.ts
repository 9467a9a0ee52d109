/** What the seats on the map mean, drawn by the same pen. */
import type { RoomSeat } from './catalogue.ts';
import { element } from './element.ts';
import type { Messages } from './messages.ts';
import { coloursOf, drawSeat, type SeatLook } from './seat-drawing.ts';

const UNIT = 26;
const LOOKS = ['free', 'mine', 'held', 'sold', 'blocked'] as const;

/** Wide enough for the legend to be open from the start. */
const WIDE = '(min-width: 40rem)';

/** Entries for the states, and for those kinds of seat that the room has. */
export function legend(seats: readonly RoomSeat[], messages: Messages): HTMLElement {
  const kinds = [...new Set(seats.map(({ kind }) => kind))]
    .filter((kind) => (messages.kinds[kind] ?? '') !== '')
    .sort();
  const entries = [
    ...LOOKS.map((look) => [look, 0, messages.states[look]] as const),
    ...kinds.map((kind) => ['free', kind, messages.kinds[kind] ?? ''] as const),
  ];
  const list = element('ul', {});
  const draw = (): void => {
    list.replaceChildren(
      ...entries.map(([look, kind, text]) => element('li', {}, sample(list, look, kind), capitalised(text))),
    );
  };
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  // Colours can only be read once it is on the page.
  requestAnimationFrame(draw);
  return element(
    'details',
    { class: 'legend', open: matchMedia(WIDE).matches },
    element('summary', {}, messages.legend),
    list,
  );
}

function sample(on: Element, look: SeatLook, kind: number): HTMLCanvasElement {
  const scale = window.devicePixelRatio;
  const canvas = element('canvas', { width: UNIT * scale, height: UNIT * scale, 'aria-hidden': 'true' });
  const pen = canvas.getContext('2d');
  pen?.scale(scale, scale);
  if (pen !== null) drawSeat(pen, look, kind, UNIT / 2, UNIT / 2, UNIT, coloursOf(on));
  return canvas;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
