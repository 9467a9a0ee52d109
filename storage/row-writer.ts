/**
 * Writes COPY text as bytes into one buffer that grows and is used again. Not strings: a row made by a template is a
 * tree of small strings that is flattened, measured, encoded and collected again, which cost more than all the
 * deciding (bench `micro`).
 */
import { assert, InvariantViolation } from '../actors/assert.ts';

const NEWLINE = 0x0a;
const TAB = 0x09;
const MINUS = 0x2d;
const ZERO = 0x30;
const FIRST_BYTES = 1 << 16;

export class RowWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = 0;

  /** Starts anew. The bytes taken before are overwritten: whoever reads them must have finished. */
  reset(): void {
    this.#at = 0;
  }

  /** Starts anew in other memory: somebody may still be reading the old. */
  abandon(): void {
    this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
    this.#at = 0;
  }

  /** What was written since `reset`; valid until then. */
  taken(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  tab(): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = TAB;
  }

  newline(): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = NEWLINE;
  }

  /** One ASCII character. */
  mark(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = code;
  }

  /** Text of ASCII characters that mean nothing to COPY, as ids are. A longer or freer text goes through `utf8`. */
  ascii(text: string): void {
    const { length } = text;
    this.#reserve(length);
    const bytes = this.#bytes;
    let at = this.#at;
    let union = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      union |= code;
      bytes[at++] = code;
    }
    assert(union < 128, 'an id holds a character that is not ASCII');
    this.#at = at;
  }

  utf8(text: string): void {
    this.#reserve(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  /** A whole number, in decimal. */
  whole(value: number): void {
    // Not `assert`: its message would be made for every number.
    if (!Number.isSafeInteger(value)) throw new InvariantViolation(`${value} is not a whole number`);
    this.#reserve(24);
    let rest = value;
    if (rest < 0) {
      this.#bytes[this.#at++] = MINUS;
      rest = -rest;
    }
    if (rest > 0x7fff_ffff) {
      // Milliseconds since 1970 and the like: the upper digits first, then nine of them with their zeros.
      const upper = Math.floor(rest / 1_000_000_000);
      this.#digits(upper, digitsOf(upper));
      this.#digits(rest - upper * 1_000_000_000, 9);
      return;
    }
    this.#digits(rest, digitsOf(rest));
  }

  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      const next = (rest / 10) | 0;
      bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#at += count;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + count));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  if (value < 1_000_000_000) return 9;
  return 10;
}
