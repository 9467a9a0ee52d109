/**
 * A watch drawn in place, on the terminal's second page, so that what was there before comes back; its last picture is left behind.
 * Changes are gathered for a moment: a sale in full swing would only flicker.
 */
import type { CliPorts } from './ports.ts';
import { styleOf } from './screening-show.ts';
import type { SeatChange, WatchModel } from './watch-model.ts';
import type { WatchEnd, WatchView } from './watch-session.ts';
import { fitted, pictureOf } from './watch-text.ts';

const GATHER_MS = 100;
/** How long a changed seat is shown as such. */
const RECENT_MS = 1_500;

const SECOND_PAGE = '\u001b[?1049h\u001b[?25l';
const FIRST_PAGE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_PAGE = '\u001b[J';

/** Takes the terminal until `end`. */
export class WatchScreen implements WatchView {
  readonly #model: WatchModel;
  readonly #title: readonly string[];
  readonly #ports: CliPorts;
  #sales = '';
  #gathering: NodeJS.Timeout | null = null;
  #fading: NodeJS.Timeout | null = null;

  constructor(model: WatchModel, title: readonly string[], ports: CliPorts) {
    this.#model = model;
    this.#title = title;
    this.#ports = ports;
    ports.draw(SECOND_PAGE);
    this.#draw();
  }

  seats(changes: readonly SeatChange[]): void {
    if (changes.length > 0) this.#fadeLater();
    this.#drawSoon();
  }

  line(): void {
    this.#drawSoon();
  }

  sales(text: string): void {
    this.#sales = `; ${text} in all`;
  }

  end(_why: WatchEnd): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#fading !== null) clearTimeout(this.#fading);
    this.#model.seen();
    this.#ports.draw(FIRST_PAGE);
    for (const line of this.#picture(Number.POSITIVE_INFINITY)) this.#ports.out(line);
  }

  #drawSoon(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#draw();
    }, GATHER_MS);
  }

  #fadeLater(): void {
    if (this.#fading !== null) clearTimeout(this.#fading);
    this.#fading = setTimeout(() => {
      this.#fading = null;
      this.#model.seen();
      this.#draw();
    }, RECENT_MS);
  }

  #picture(rows: number): string[] {
    // Asked anew each time: the window may have been made larger or smaller.
    return pictureOf(this.#model, this.#title, this.#sales, styleOf(this.#ports), rows);
  }

  #draw(): void {
    const rows = this.#ports.rows ?? 24;
    const lines = fitted(this.#picture(rows), this.#ports.columns ?? 80);
    this.#ports.draw(`${HOME}${lines.map((line) => `${line}${REST_OF_LINE}`).join('\n')}${REST_OF_PAGE}`);
  }
}
