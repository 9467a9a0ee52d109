/**
 * Memory for long bodies. A body is received whole before anybody knows whether its sender may send it, so that all long ones
 * together get a bounded room; who finds it full hears 503 and comes again. Short bodies are bounded by their own limit.
 */
export interface UploadRules {
  /** Longest body for this method and path, bytes; 0 where nothing longer than `bodyBytesMax` is expected. */
  bytesMax(method: string, path: string): number;
  readonly room: UploadRoom;
}

export class UploadRoom {
  #freeBytes: number;

  constructor(bytes: number) {
    this.#freeBytes = bytes;
  }

  /** False, and nothing taken, when there is not so much. */
  take(bytes: number): boolean {
    if (bytes > this.#freeBytes) return false;
    this.#freeBytes -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#freeBytes += bytes;
  }
}
