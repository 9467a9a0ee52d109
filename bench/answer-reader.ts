/**
 * Reads server frames for the load generator: finds each answer's request id, code and hold, and steps over the
 * rest. By hand for the same reason as `command-frames.ts`. It trusts the server: bytes that it does not
 * understand end the run with an error.
 */
import { ID_LENGTH, sequenceAt } from './command-frames.ts';

/** What a frame held. One object, filled again for each answer, so that none is made. */
export interface AnswerListener {
  /** `sequence`: the low 24 bits of the request's. `hold` and `version`: 0 when refused. */
  answer(sequence: number, code: number, version: number, hold: number): void;
  /** Any other message, decoded as far as its opcode. */
  other(op: number, message: Uint8Array): void;
}

const OP_ANSWER = 104;

export class AnswerReader {
  readonly #listener: AnswerListener;
  #bytes: Uint8Array = Buffer.alloc(0);
  #at = 0;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** One frame's payload, `bytes[from…to)`. @throws when it is not an array of messages. */
  read(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#at = from;
    const messages = this.#arrayLength();
    for (let i = 0; i < messages; i++) this.#message();
    if (this.#at !== to) throw new Error(`a frame of ${to - from} bytes ended after ${this.#at - from}`);
  }

  #message(): void {
    const start = this.#at;
    const fields = this.#arrayLength();
    const op = this.#uint();
    if (op !== OP_ANSWER) {
      for (let i = 1; i < fields; i++) this.#skip();
      this.#listener.other(op, this.#bytes.subarray(start, this.#at));
      return;
    }
    if (this.#bytes[this.#at] !== (0xa0 | ID_LENGTH)) throw new Error('an answer to a request id that is not ours');
    const sequence = sequenceAt(this.#bytes, this.#at + 1);
    this.#at += 1 + ID_LENGTH;
    const code = this.#uint();
    const version = this.#uint();
    let left = fields - 4;
    let hold = 0;
    if (code === 0 && left > 0) {
      hold = this.#uint();
      left--;
    }
    while (left-- > 0) this.#skip();
    this.#listener.answer(sequence, code, version, hold);
  }

  #arrayLength(): number {
    const bytes = this.#bytes;
    const tag = bytes[this.#at++]!;
    if (tag >= 0x90 && tag <= 0x9f) return tag & 15;
    if (tag === 0xdc) return (bytes[this.#at++]! << 8) | bytes[this.#at++]!;
    if (tag === 0xdd) {
      this.#at += 2;
      return (bytes[this.#at++]! << 8) | bytes[this.#at++]!;
    }
    throw new Error(`an array was expected, 0x${tag?.toString(16)} came`);
  }

  /** A whole number; a negative or fractional one, which no field of ours is, comes as 0. */
  #uint(): number {
    const bytes = this.#bytes;
    const tag = bytes[this.#at++]!;
    if (tag < 0x80) return tag;
    if (tag === 0xcc) return bytes[this.#at++]!;
    if (tag === 0xcd) return (bytes[this.#at++]! << 8) | bytes[this.#at++]!;
    if (tag === 0xce || tag === 0xd2) {
      const at = this.#at;
      this.#at += 4;
      return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    }
    this.#at--;
    this.#skip();
    return 0;
  }

  #skip(): void {
    const bytes = this.#bytes;
    const tag = bytes[this.#at++]!;
    if (tag < 0x80 || tag >= 0xe0 || (tag >= 0xc0 && tag <= 0xc3)) return;
    if (tag >= 0xa0 && tag <= 0xbf) this.#at += tag & 31;
    else if (tag >= 0x90 && tag <= 0x9f) for (let i = tag & 15; i > 0; i--) this.#skip();
    else if (tag === 0xdc || tag === 0xdd) {
      this.#at--;
      for (let i = this.#arrayLength(); i > 0; i--) this.#skip();
    } else if (tag === 0xcc || tag === 0xd0) this.#at += 1;
    else if (tag === 0xcd || tag === 0xd1) this.#at += 2;
    else if (tag === 0xce || tag === 0xd2 || tag === 0xca) this.#at += 4;
    else if (tag === 0xcf || tag === 0xd3 || tag === 0xcb) this.#at += 8;
    else if (tag === 0xd9 || tag === 0xc4) this.#at += 1 + bytes[this.#at]!;
    else if (tag === 0xda || tag === 0xc5) this.#at += 2 + ((bytes[this.#at]! << 8) | bytes[this.#at + 1]!);
    else throw new Error(`msgpack 0x${tag.toString(16)} was not expected`);
  }
}
