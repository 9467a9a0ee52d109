/**
 * The archive that an Excel workbook (.xlsx) is, opened with suspicion: what its directory says is checked first, and
 * what it unpacks to is bounded while it unpacks, because a directory can lie. Only the few entries that make up one
 * sheet are unpacked; pictures, macros and other sheets are never touched.
 *
 * The reader of workbooks gets a new archive of those entries alone, stored and not compressed (`storedArchive`): two
 * programs do not always see the same entries in one crafted archive, and this one was checked.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { FileRefused } from '../file-refused.ts';
import { refuseBomb } from './file-bytes.ts';
import { ARCHIVE_ENTRIES_MAX, megabytes, WORKBOOK_BYTES_MAX } from './source-limits.ts';

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly offset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

export class WorkbookArchive {
  readonly #bytes: Buffer;
  readonly #name: string;
  readonly #entries: ReadonlyMap<string, Entry>;
  #unpacked = 0;

  /** @throws FileRefused when the archive is broken, encrypted or would unpack to too much. */
  constructor(bytes: Buffer, name: string) {
    this.#bytes = bytes;
    this.#name = name;
    this.#entries = this.#directory();
  }

  has(entry: string): boolean {
    return this.#entries.has(entry);
  }

  /**
   * The unpacked bytes of an entry; null when there is none of that name.
   * @throws FileRefused when it is broken, or more comes out than may.
   */
  read(name: string): Buffer | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const from = this.#dataOffset(entry);
    const packed = this.#bytes.subarray(from, from + entry.packedBytes);
    const unpacked = entry.method === STORED ? packed : this.#inflated(packed, entry);
    this.#unpacked += unpacked.length;
    refuseBomb(this.#name, this.#bytes.length, this.#unpacked, WORKBOOK_BYTES_MAX);
    return unpacked;
  }

  #inflated(packed: Buffer, { unpackedBytes }: Entry): Buffer {
    // What the directory says, or what is left of the limit: whichever is less, and not a byte more is unpacked.
    const maxOutputLength = Math.max(1, Math.min(unpackedBytes, WORKBOOK_BYTES_MAX - this.#unpacked));
    try {
      return inflateRawSync(packed, { maxOutputLength });
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'ERR_BUFFER_TOO_LARGE') throw this.#broken(cause);
      throw new FileRefused(
        `${this.#name} unpacks to more than it says, or to more than ${megabytes(WORKBOOK_BYTES_MAX)}: it is no usable workbook`,
        { cause },
      );
    }
  }

  #dataOffset({ offset }: Entry): number {
    if (offset + 30 > this.#bytes.length || this.#bytes.readUInt32LE(offset) !== LOCAL) throw this.#broken();
    return offset + 30 + this.#bytes.readUInt16LE(offset + 26) + this.#bytes.readUInt16LE(offset + 28);
  }

  #directory(): ReadonlyMap<string, Entry> {
    const end = this.#endRecord();
    const count = this.#bytes.readUInt16LE(end + 10);
    if (count > ARCHIVE_ENTRIES_MAX) {
      throw new FileRefused(`${this.#name} holds ${count} files; a workbook has at most ${ARCHIVE_ENTRIES_MAX}`);
    }
    const entries = new Map<string, Entry>();
    let at = this.#bytes.readUInt32LE(end + 16);
    for (let index = 0; index < count; index++) {
      if (at + 46 > end || this.#bytes.readUInt32LE(at) !== CENTRAL) throw this.#broken();
      const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => this.#bytes.readUInt16LE(at + field));
      const name = this.#bytes.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0));
      const entry: Entry = {
        name,
        method: this.#bytes.readUInt16LE(at + 10),
        packedBytes: this.#bytes.readUInt32LE(at + 20),
        unpackedBytes: this.#bytes.readUInt32LE(at + 24),
        offset: this.#bytes.readUInt32LE(at + 42),
      };
      this.#check(entry, (this.#bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0);
      if (entries.has(name)) throw this.#broken();
      entries.set(name, entry);
      at += 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
    }
    return entries;
  }

  #check({ name, method, packedBytes }: Entry, isEncrypted: boolean): void {
    if (isEncrypted) throw new FileRefused(`${this.#name} is protected by a password: save it without one`);
    const isSheet = name.startsWith('xl/') && name.endsWith('.xml');
    if (isSheet && method !== STORED && method !== DEFLATED) throw this.#broken();
    if (packedBytes > this.#bytes.length) throw this.#broken();
  }

  #endRecord(): number {
    const first = Math.max(0, this.#bytes.length - END_BYTES - COMMENT_BYTES_MAX);
    for (let at = this.#bytes.length - END_BYTES; at >= first; at--) {
      if (this.#bytes.readUInt32LE(at) === END) return at;
    }
    throw new FileRefused(`${this.#name} ends too early: it was cut off while it was copied`);
  }

  #broken(cause?: unknown): FileRefused {
    return new FileRefused(`${this.#name} is a broken archive: open it in Excel and save it again`, { cause });
  }
}

/** A zip archive with these entries, not compressed. */
export function storedArchive(entries: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of entries) {
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(LOCAL, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt32LE(crc32(bytes), 14);
    local.writeUInt32LE(bytes.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(nameBytes.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(CENTRAL, 0);
    // From "version needed" on the two headers agree, two bytes apart.
    local.copy(central, 6, 4, 30);
    central.writeUInt16LE(20, 4);
    central.writeUInt32LE(offset, 42);
    parts.push(local, nameBytes, bytes);
    directory.push(central, nameBytes);
    offset += local.length + nameBytes.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.size, 8);
  end.writeUInt16LE(entries.size, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
