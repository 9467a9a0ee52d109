/**
 * The history of acknowledged commands, one JSON line each, in the form that the audit checks against the journal
 * (promise I2: answered means stored). Lines are kept in memory as numbers and written at the end, so that the
 * measurement does not wait for a disk; a run of minutes should therefore sample.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { AckedCommand, LoadConnection } from './load-connection.ts';

const LINES_AT_ONCE = 4096;

export class HistoryFile {
  readonly #file: string | null;
  readonly #every: number;
  readonly #connections: LoadConnection[] = [];
  /** Per line: sequence, spot, version, hold or release. */
  readonly #numbers: number[] = [];
  #left: number;

  constructor(file: string | null, every: number) {
    this.#file = file;
    this.#every = every;
    this.#left = every;
  }

  acked(connection: LoadConnection, isHold: boolean, { sequence, spot, version }: AckedCommand): void {
    if (this.#file === null || --this.#left > 0) return;
    this.#left = this.#every;
    this.#connections.push(connection);
    this.#numbers.push(sequence, spot, version, isHold ? 1 : 0);
  }

  /** Writes the file; tells how many lines it has. */
  close(): number {
    if (this.#file === null) return 0;
    const file = openSync(this.#file, 'w');
    let text = '';
    for (const [line, connection] of this.#connections.entries()) {
      const [sequence = 0, spot = 0, version = 0, isHold = 0] = this.#numbers.slice(line * 4, line * 4 + 4);
      text += `${JSON.stringify({
        requestId: connection.requestId(sequence),
        screening: connection.walk.screeningOf(spot),
        version,
        kind: isHold === 1 ? 'hold' : 'release',
        seats: [connection.walk.seatOf(spot)],
      })}\n`;
      if (line % LINES_AT_ONCE === LINES_AT_ONCE - 1) {
        writeSync(file, text);
        text = '';
      }
    }
    writeSync(file, text);
    closeSync(file);
    return this.#connections.length;
  }
}
