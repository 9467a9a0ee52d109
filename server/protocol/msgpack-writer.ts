/**
 * Writes msgpack, a frame at a time, into one array of bytes that is used over and over; `take` hands out a copy of exactly the
 * right length, because the socket layer may keep a frame until the kernel takes it. Knows arrays, whole numbers,
 * texts, booleans, nil and byte strings: all that the protocol has.
 */
const FIRST_BYTES = 16_384;
/** Above this the array is given back after the frame: a rare long frame must not cost memory for ever. */
const KEEP_BYTES = 1_048_576;
const utf8 = new TextEncoder();

/** What can be written as it is. */
export type Writable = number | string | boolean | null | Uint8Array | readonly Writable[];

export class MsgpackWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #at = 0;

  /** A frame of this many messages begins; whatever an earlier frame left behind when it failed is forgotten. */
  begin(messages: number): void {
    this.#at = 0;
    this.array(messages);
  }

  /** Any value of ours. @throws TypeError for anything else. */
  value(value: Writable): void {
    switch (typeof value) {
      case 'number':
        this.whole(value);
        return;
      case 'string':
        this.text(value);
        return;
      case 'boolean':
        this.boolean(value);
        return;
    }
    if (value === null) {
      this.#room(1);
      this.#bytes[this.#at++] = 0xc0;
    } else if (value instanceof Uint8Array) {
      this.binary(value.length).set(value);
    } else if (Array.isArray(value)) {
      this.array(value.length);
      for (let i = 0; i < value.length; i++) this.value(value[i]);
    } else {
      throw new TypeError(`${typeof value} has no place in a message`);
    }
  }

  array(length: number): void {
    this.#room(5);
    const bytes = this.#bytes;
    if (length < 16) {
      bytes[this.#at++] = 0x90 | length;
    } else if (length < 65_536) {
      bytes[this.#at++] = 0xdc;
      this.#big(length, 2);
    } else {
      bytes[this.#at++] = 0xdd;
      this.#big(length, 4);
    }
  }

  /** @throws TypeError unless `value` is a whole number from 0 to 2^53 − 1. */
  whole(value: number): void {
    this.#room(9);
    const bytes = this.#bytes;
    if (value >= 0 && value < 0x80 && Number.isInteger(value)) {
      bytes[this.#at++] = value;
      return;
    }
    if (!Number.isSafeInteger(value) || value < 0)
      throw new TypeError(`${value} is not a whole number that can be sent`);
    if (value < 0x100) {
      bytes[this.#at++] = 0xcc;
      bytes[this.#at++] = value;
    } else if (value < 0x1_0000) {
      bytes[this.#at++] = 0xcd;
      this.#big(value, 2);
    } else if (value < 0x1_0000_0000) {
      bytes[this.#at++] = 0xce;
      this.#big(value, 4);
    } else {
      bytes[this.#at++] = 0xcf;
      this.#big(Math.floor(value / 0x1_0000_0000), 4);
      this.#big(value % 0x1_0000_0000, 4);
    }
  }

  boolean(value: boolean): void {
    this.#room(1);
    this.#bytes[this.#at++] = value ? 0xc3 : 0xc2;
  }

  text(text: string): void {
    const { length } = text;
    this.#room(5 + length * 3);
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start + textHeaderBytes(length);
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        this.#wideText(text);
        return;
      }
      bytes[at++] = unit;
    }
    this.#textHeader(start, length);
    this.#at = at;
  }

  /** A byte string of this length; the caller fills the part that is returned before writing anything else. */
  binary(length: number): Uint8Array {
    this.#room(5 + length);
    const bytes = this.#bytes;
    if (length < 0x100) {
      bytes[this.#at++] = 0xc4;
      bytes[this.#at++] = length;
    } else if (length < 0x1_0000) {
      bytes[this.#at++] = 0xc5;
      this.#big(length, 2);
    } else {
      bytes[this.#at++] = 0xc6;
      this.#big(length, 4);
    }
    const start = this.#at;
    this.#at += length;
    return bytes.subarray(start, this.#at);
  }

  /** What was written since the last time, as bytes of its own. */
  take(): Uint8Array {
    const frame = this.#bytes.slice(0, this.#at);
    if (this.#bytes.length > KEEP_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
    return frame;
  }

  /** A lone surrogate becomes U+FFFD, as TextEncoder does. */
  #wideText(text: string): void {
    const encoded = utf8.encode(text);
    const start = this.#at;
    const header = textHeaderBytes(encoded.length);
    this.#bytes.set(encoded, start + header);
    this.#textHeader(start, encoded.length);
    this.#at = start + header + encoded.length;
  }

  #textHeader(at: number, length: number): void {
    const bytes = this.#bytes;
    if (length < 32) {
      bytes[at] = 0xa0 | length;
    } else if (length < 0x100) {
      bytes[at] = 0xd9;
      bytes[at + 1] = length;
    } else if (length < 0x1_0000) {
      bytes[at] = 0xda;
      bytes[at + 1] = length >> 8;
      bytes[at + 2] = length;
    } else {
      throw new TypeError(`a text of ${length} bytes is too long to be sent`);
    }
  }

  #big(value: number, width: number): void {
    const bytes = this.#bytes;
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes[this.#at++] = value >>> shift;
  }

  #room(more: number): void {
    const need = this.#at + more;
    if (need <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

function textHeaderBytes(length: number): number {
  if (length < 32) return 1;
  return length < 0x100 ? 2 : 3;
}
