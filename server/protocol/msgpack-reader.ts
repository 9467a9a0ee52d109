/**
 * Reads msgpack where it is known what must come next. Instead of building whatever the bytes describe and checking it
 * afterwards, the caller asks for "a whole number up to n" or "an array of at most n" and gets it, or −1 (null for
 * texts): nothing is allocated for a length that was only claimed, no extension is ever interpreted, and nothing
 * throws. A reader is used for one frame at a time and keeps no reference to what it returned: texts are copies.
 *
 * After a −1 or a null the position is somewhere inside the value that did not fit: go back with `at`, and `skip` it.
 */

/** 1 for the characters of request ids and tokens' parts: 0-9 A-Z a-z _ - */
const IS_ID_CHARACTER = new Uint8Array(256);
for (const character of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-') {
  IS_ID_CHARACTER[character.charCodeAt(0)] = 1;
}

const NOTHING = new Uint8Array(0);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const fromCharCode = String.fromCharCode;

export class MsgpackReader {
  #bytes: Uint8Array = NOTHING;
  #view: DataView | null = null;
  #end = 0;
  readonly #depthMax: number;
  /** Position of the next byte. May be set back to where a value began. */
  at = 0;
  /** Why `skip` refused, for the notice to the client. */
  fault = '';

  /** `depthMax`: arrays within arrays that a message may have, the message itself counted. */
  constructor(depthMax: number) {
    this.#depthMax = depthMax;
  }

  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = null;
    this.#end = bytes.length;
    this.at = 0;
    this.fault = '';
  }

  /** The bytes are borrowed: let them go as soon as they are read. */
  close(): void {
    this.#bytes = NOTHING;
    this.#view = null;
    this.#end = 0;
  }

  get isAtEnd(): boolean {
    return this.at === this.#end;
  }

  /** Length of the array that begins here; −1 when it is none, is longer than `max`, or than the bytes that are left. */
  arrayLength(max: number): number {
    const bytes = this.#bytes;
    const at = this.at;
    if (at >= this.#end) return -1;
    const tag = bytes[at]!;
    let length: number;
    if (tag >= 0x90 && tag <= 0x9f) {
      length = tag & 15;
      this.at = at + 1;
    } else if (tag === 0xdc || tag === 0xdd) {
      length = this.#big(at + 1, tag === 0xdc ? 2 : 4);
      this.at = at + (tag === 0xdc ? 3 : 5);
    } else {
      return -1;
    }
    return length <= max && length <= this.#end - this.at ? length : -1;
  }

  /** A whole number from 0 to `max`, in whatever form it was written as long as it is exact; else −1. */
  whole(max: number): number {
    const at = this.at;
    if (at >= this.#end) return -1;
    const tag = this.#bytes[at]!;
    if (tag < 0x80) {
      this.at = at + 1;
      return tag <= max ? tag : -1;
    }
    const value = this.#longWhole(tag, at + 1);
    return value <= max ? value : -1;
  }

  /** 0 or 1; −1 when it is no boolean. */
  boolean(): number {
    const tag = this.at < this.#end ? this.#bytes[this.at]! : 0;
    if (tag !== 0xc2 && tag !== 0xc3) return -1;
    this.at++;
    return tag - 0xc2;
  }

  /** Steps over a nil; false, and nothing done, when there is none. */
  nil(): boolean {
    if (this.at >= this.#end || this.#bytes[this.at] !== 0xc0) return false;
    this.at++;
    return true;
  }

  /** A text of `min` to `max` characters 0-9 A-Z a-z _ - (and `extra`, a character code); else null. */
  identifier(min: number, max: number, extra = -1): string | null {
    const length = this.#textLength();
    if (length < min || length > max) return null;
    const bytes = this.#bytes;
    const start = this.at;
    const end = start + length;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (IS_ID_CHARACTER[byte] === 0 && byte !== extra) return null;
    }
    this.at = end;
    return ascii(bytes, start, end);
  }

  /** A text of at most `maxBytes` in well-formed UTF-8, without control characters; else null. */
  text(maxBytes: number): string | null {
    const length = this.#textLength();
    if (length < 0 || length > maxBytes) return null;
    const bytes = this.#bytes;
    const start = this.at;
    const end = start + length;
    let isAscii = true;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte < 0x20 || byte === 0x7f) return null;
      if (byte >= 0x80) isAscii = false;
    }
    this.at = end;
    if (isAscii) return ascii(bytes, start, end);
    try {
      return utf8.decode(bytes.subarray(start, end));
    } catch {
      return null;
    }
  }

  /** A copy of a byte string of at most `max` bytes; else null. */
  binary(max: number): Uint8Array | null {
    const tag = this.at < this.#end ? this.#bytes[this.at]! : 0;
    if (tag < 0xc4 || tag > 0xc6) return null;
    const length = this.#binaryLength(tag);
    if (length < 0 || length > max) return null;
    const start = this.at;
    this.at = start + length;
    return this.#bytes.slice(start, this.at);
  }

  /**
   * Steps over one value of a kind that the protocol uses, right or wrong in its place. False, and `fault` says why, for
   * what is never right: a map, an extension, something cut off or nested too deep.
   */
  skip(depth = 1): boolean {
    const at = this.at;
    if (at >= this.#end) return this.#refuse('the frame ends inside a value');
    const tag = this.#bytes[at]!;
    if (tag < 0x80 || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3) {
      this.at = at + 1;
      return true;
    }
    if ((tag >= 0x90 && tag <= 0x9f) || tag === 0xdc || tag === 0xdd) return this.#skipArray(depth);
    const isText = (tag >= 0xa0 && tag <= 0xbf) || (tag >= 0xd9 && tag <= 0xdb);
    if (isText) {
      const length = this.#textLength();
      if (length < 0) return this.#refuse('the frame ends inside a text');
      this.at += length;
      return true;
    }
    if (tag >= 0xc4 && tag <= 0xc6) return this.#skipBinary(tag);
    const width = numberBytes(tag);
    if (width === 0) return this.#refuse(`0x${tag.toString(16)} begins a map or an extension`);
    if (this.#end - at <= width) return this.#refuse('the frame ends inside a number');
    this.at = at + 1 + width;
    return true;
  }

  #skipBinary(tag: number): boolean {
    const length = this.#binaryLength(tag);
    if (length < 0) return this.#refuse('the frame ends inside a byte string');
    this.at += length;
    return true;
  }

  #skipArray(depth: number): boolean {
    if (depth > this.#depthMax) return this.#refuse(`arrays nested more than ${this.#depthMax} deep`);
    const length = this.arrayLength(this.#end);
    if (length < 0) return this.#refuse('the frame ends inside an array');
    for (let i = 0; i < length; i++) if (!this.skip(depth + 1)) return false;
    return true;
  }

  /** Steps over the header of a byte string and tells its length; −1 when it is longer than what is left. */
  #binaryLength(tag: number): number {
    const width = 1 << (tag - 0xc4);
    const length = this.#big(this.at + 1, width);
    this.at += 1 + width;
    return length <= this.#end - this.at ? length : -1;
  }

  /** Steps over the header of a text and tells its length in bytes; −1 when it is none, or longer than what is left. */
  #textLength(): number {
    const at = this.at;
    if (at >= this.#end) return -1;
    const tag = this.#bytes[at]!;
    let length: number;
    if (tag >= 0xa0 && tag <= 0xbf) {
      length = tag & 31;
      this.at = at + 1;
    } else if (tag >= 0xd9 && tag <= 0xdb) {
      const width = 1 << (tag - 0xd9);
      length = this.#big(at + 1, width);
      this.at = at + 1 + width;
    } else {
      return -1;
    }
    return length <= this.#end - this.at ? length : -1;
  }

  #longWhole(tag: number, at: number): number {
    const width = numberBytes(tag);
    if (width === 0 || this.#end - at < width) return -1;
    this.at = at + width;
    if (tag >= 0xcc && tag <= 0xcf) return this.#big(at, width);
    if (tag === 0xcb) {
      const value = this.#dataView().getFloat64(at);
      return Number.isSafeInteger(value) && value >= 0 ? value : -1;
    }
    // Signed: below zero when the highest bit is set. A float 32 is never exact enough to be an id.
    if (tag === 0xca || this.#bytes[at]! >= 0x80) return -1;
    return this.#big(at, width);
  }

  /** Big-endian and unsigned; Infinity when cut off. Above 2^53 it is not exact, and above every `max` of the callers. */
  #big(at: number, width: number): number {
    if (this.#end - at < width) return Number.POSITIVE_INFINITY;
    const bytes = this.#bytes;
    let value = 0;
    for (let i = at; i < at + width; i++) value = value * 256 + bytes[i]!;
    return value;
  }

  #dataView(): DataView {
    const bytes = this.#bytes;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#view;
  }

  #refuse(fault: string): false {
    this.fault = `${fault}, at byte ${this.at}`;
    return false;
  }
}

/** Bytes of the number after this tag; 0 when the tag begins no number. */
function numberBytes(tag: number): number {
  switch (tag) {
    case 0xcc:
    case 0xd0:
      return 1;
    case 0xcd:
    case 0xd1:
      return 2;
    case 0xca:
    case 0xce:
    case 0xd2:
      return 4;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 8;
    default:
      return 0;
  }
}

/** A flat string of ASCII bytes. Eight at a time: for texts of this length it beats TextDecoder by far. */
function ascii(b: Uint8Array, start: number, end: number): string {
  let text = '';
  let i = start;
  for (; i + 8 <= end; i += 8) {
    text += fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!, b[i + 7]!);
  }
  for (; i < end; i++) text += fromCharCode(b[i]!);
  return text;
}
