/** A watch as lines: for people in a pipe or a log, or as JSON, one object to a line. */
import { type CliPorts, painter } from './ports.ts';
import type { SeatChange, WatchModel } from './watch-model.ts';
import type { WatchEnd, WatchView } from './watch-session.ts';
import { changesLine, clock, connectionText, sumsLine } from './watch-text.ts';

/** Writes a line for each thing that happens. */
export class WatchLines implements WatchView {
  readonly #model: WatchModel;
  readonly #isJson: boolean;
  readonly #ports: CliPorts;
  #said = '';

  constructor(model: WatchModel, isJson: boolean, ports: CliPorts) {
    this.#model = model;
    this.#isJson = isJson;
    this.#ports = ports;
  }

  seats(changes: readonly SeatChange[]): void {
    const model = this.#model;
    const { counts, version, salesOpen } = model;
    const at = new Date();
    if (changes.length > 0)
      this.#tell(
        { is: 'changed', at, version, salesOpen, seats: changes, counts },
        changesLine(model, changes, at, this.#ports),
      );
    else this.#tell({ is: 'snapshot', at, version, salesOpen, counts }, sumsLine(model, at));
  }

  line(): void {
    const text = connectionText(this.#model);
    if (text === this.#said) return;
    this.#said = text;
    const at = new Date();
    const state = this.#model.connection.is;
    if (this.#isJson) this.#ports.out(JSON.stringify({ is: 'connection', at, state, text }));
    else this.#ports.error(`${clock(at)}  ${painter(this.#ports)('dim', text)}`);
  }

  /** A line of its own would say nothing about any seat. */
  sales(): void {}

  end(why: WatchEnd): void {
    if (this.#isJson) this.#ports.out(JSON.stringify({ is: 'end', at: new Date(), why }));
    else if (why === 'sold-out') this.#ports.out('sold out');
  }

  #tell(event: object, line: string): void {
    this.#ports.out(this.#isJson ? JSON.stringify(event) : line);
  }
}
