/**
 * Memory for long bodies. A body is received whole before anybody knows whether its sender may send it, so that all long ones
 * together get a bounded room, and each sender a part of it; who finds it full hears 503 and comes again. Short bodies are
 * bounded by their own limit.
 */
export interface UploadHead {
  readonly method: string;
  readonly path: string;
  readonly remoteAddress: string;
  /** Lower-case name. */
  header(name: string): string | undefined;
}

export interface UploadRules {
  /** Longest body of this request, bytes; 0 where nothing longer than `bodyBytesMax` is expected, or not from this sender. */
  bytesMax(head: UploadHead): number;
  /** Whose part of the room it takes. */
  senderOf(head: UploadHead): string;
  readonly room: UploadRoom;
}

export class UploadRoom {
  #freeBytes: number;
  readonly #senderBytesMax: number;
  readonly #taken = new Map<string, number>();

  /** `senderBytesMax`: of one sender, at once. */
  constructor(bytes: number, senderBytesMax = bytes) {
    this.#freeBytes = bytes;
    this.#senderBytesMax = senderBytesMax;
  }

  /** False, and nothing taken, when there is not so much. */
  take(sender: string, bytes: number): boolean {
    const taken = this.#taken.get(sender) ?? 0;
    if (bytes > this.#freeBytes || taken + bytes > this.#senderBytesMax) return false;
    this.#freeBytes -= bytes;
    this.#taken.set(sender, taken + bytes);
    return true;
  }

  giveBack(sender: string, bytes: number): void {
    this.#freeBytes += bytes;
    const left = (this.#taken.get(sender) ?? 0) - bytes;
    if (left > 0) this.#taken.set(sender, left);
    else this.#taken.delete(sender);
  }
}
