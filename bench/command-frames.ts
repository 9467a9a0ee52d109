/**
 * Writes client frames for the load generator straight into one growing byte array: WebSocket header, msgpack and
 * all. By hand, because the generator shares the processor with what it measures: a general encoder would cost
 * more than the server's whole work for a command. The bytes are ordinary: a server cannot tell them from another
 * client's, but for the masking key, which is zero (legal, and it saves the masking).
 *
 * A request id is 16 characters of the connection and 6 that count, in base 64.
 */
const ALPHABET = Buffer.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_', 'latin1');
export const ID_PREFIX_LENGTH = 16;
export const ID_LENGTH = 22;
const VALUE_OF = new Uint8Array(128);
for (const [value, character] of ALPHABET.entries()) VALUE_OF[character] = value;

const OP_HOLD = 4;
const OP_RELEASE = 5;
/** No command of ours is longer. */
const COMMAND_BYTES_MAX = 48;
const HEADER_BYTES_MAX = 8;

export class CommandFrames {
  #bytes: Buffer;
  #end = 0;
  #frameStart = 0;
  #inFrame = 0;
  readonly #perFrame: number;
  readonly #idPrefix: Buffer;

  /** `idPrefix`: 16 characters. `perFrame`: messages to a frame, 1 to 64. */
  constructor(idPrefix: string, perFrame: number, room: number) {
    this.#idPrefix = Buffer.from(idPrefix, 'latin1');
    this.#perFrame = perFrame;
    this.#bytes = Buffer.allocUnsafeSlow(room * (COMMAND_BYTES_MAX + HEADER_BYTES_MAX));
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  hold(sequence: number, screening: number, seat: number): void {
    this.#begin(OP_HOLD, sequence, screening);
    this.#bytes[this.#end++] = 0x91;
    this.#uint(seat);
    this.#bytes[this.#end++] = 0;
    this.#endMessage();
  }

  release(sequence: number, screening: number, hold: number): void {
    this.#begin(OP_RELEASE, sequence, screening);
    this.#uint(hold);
    this.#bytes[this.#end++] = 0x90;
    this.#endMessage();
  }

  /** The frames so far; the bytes are overwritten by the next command, unless `keep` is called before. */
  take(): Buffer {
    if (this.#inFrame > 0) this.#closeFrame();
    const frames = this.#bytes.subarray(0, this.#end);
    this.#end = 0;
    return frames;
  }

  /** The bytes last taken are still needed (the socket has not taken all of them): go on in new ones. */
  keep(): void {
    this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
  }

  #begin(op: number, sequence: number, screening: number): void {
    if (this.#end + COMMAND_BYTES_MAX + HEADER_BYTES_MAX > this.#bytes.length) this.#grow();
    if (this.#inFrame === 0) {
      this.#frameStart = this.#end;
      // One message is always short; the length of several is filled in at the end.
      this.#end += this.#perFrame === 1 ? 7 : 11;
    }
    const bytes = this.#bytes;
    let at = this.#end;
    bytes[at++] = 0x95;
    bytes[at++] = op;
    bytes[at++] = 0xa0 | ID_LENGTH;
    const prefix = this.#idPrefix;
    for (let i = 0; i < ID_PREFIX_LENGTH; i++) bytes[at++] = prefix[i]!;
    writeSequence(bytes, at, sequence);
    this.#end = at + ID_LENGTH - ID_PREFIX_LENGTH;
    this.#uint(screening);
  }

  #endMessage(): void {
    this.#inFrame++;
    if (this.#inFrame === this.#perFrame) this.#closeFrame();
  }

  #closeFrame(): void {
    const bytes = this.#bytes;
    const start = this.#frameStart;
    if (this.#perFrame === 1) {
      bytes[start] = 0x82;
      bytes[start + 1] = 0x80 | (this.#end - start - 6);
      bytes[start + 2] = 0;
      bytes[start + 3] = 0;
      bytes[start + 4] = 0;
      bytes[start + 5] = 0;
      bytes[start + 6] = 0x91;
    } else {
      this.#closeBundle(start);
    }
    this.#inFrame = 0;
  }

  /** Room was left for the longest header: 2 + 2 bytes of length, 4 of key, 3 of array. */
  #closeBundle(start: number): void {
    const bytes = this.#bytes;
    const messages = this.#end - start - 11;
    const array = this.#inFrame < 16 ? [0x90 | this.#inFrame] : [0xdc, this.#inFrame >> 8, this.#inFrame & 255];
    const payload = messages + array.length;
    const length = payload < 126 ? [0x80 | payload] : [0xfe, payload >> 8, payload & 255];
    const header = [0x82, ...length, 0, 0, 0, 0, ...array];
    if (header.length < 11) bytes.copyWithin(start + header.length, start + 11, this.#end);
    bytes.set(header, start);
    this.#end += header.length - 11;
  }

  #uint(value: number): void {
    const bytes = this.#bytes;
    if (value < 0x80) {
      bytes[this.#end++] = value;
    } else if (value < 0x100) {
      bytes[this.#end++] = 0xcc;
      bytes[this.#end++] = value;
    } else if (value < 0x10000) {
      bytes[this.#end++] = 0xcd;
      bytes[this.#end++] = value >> 8;
      bytes[this.#end++] = value & 255;
    } else {
      bytes[this.#end++] = 0xce;
      this.#end = bytes.writeUInt32BE(value, this.#end);
    }
  }

  #grow(): void {
    const bytes = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
    this.#bytes.copy(bytes, 0, 0, this.#end);
    this.#bytes = bytes;
  }
}

const idBytes = Buffer.alloc(ID_LENGTH);

/** The request id of `sequence`, as text: in one piece, as a decoder makes it, and not as a chain of pieces. */
export function requestIdOf(idPrefix: string, sequence: number): string {
  idBytes.write(idPrefix, 'latin1');
  writeSequence(idBytes, ID_PREFIX_LENGTH, sequence);
  return idBytes.toString('latin1');
}

function writeSequence(bytes: Buffer, at: number, sequence: number): void {
  bytes[at] = ALPHABET[Math.floor(sequence / 2 ** 30) & 63]!;
  bytes[at + 1] = ALPHABET[(sequence >>> 24) & 63]!;
  bytes[at + 2] = ALPHABET[(sequence >>> 18) & 63]!;
  bytes[at + 3] = ALPHABET[(sequence >>> 12) & 63]!;
  bytes[at + 4] = ALPHABET[(sequence >>> 6) & 63]!;
  bytes[at + 5] = ALPHABET[sequence & 63]!;
}

/** The low 24 bits of the sequence in a request id that begins at `at`. */
export function sequenceAt(bytes: Uint8Array, at: number): number {
  const end = at + ID_LENGTH;
  return (
    (VALUE_OF[bytes[end - 4]! & 127]! << 18) |
    (VALUE_OF[bytes[end - 3]! & 127]! << 12) |
    (VALUE_OF[bytes[end - 2]! & 127]! << 6) |
    VALUE_OF[bytes[end - 1]! & 127]!
  );
}

/** A frame of any bytes, for the few that are not commands. At most 65,535 bytes. */
export function clientFrame(payload: Uint8Array): Buffer {
  const { length } = payload;
  const header = length < 126 ? [0x82, 0x80 | length, 0, 0, 0, 0] : [0x82, 0xfe, length >> 8, length & 255, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(header), payload]);
}
