/** What has to be done before the browser leaves this document for another of the shop's: seats that nobody looks at any more go back. */
import { Injectable } from '@angular/core';

/** The next page does not wait longer for it, milliseconds. */
const WAIT_MS = 1_500;

@Injectable({ providedIn: 'root' })
export class Leaving {
  /** Each is told the address that is gone to. None rejects. */
  readonly before = new Set<(url: string) => Promise<void>>();

  /** Resolves when all of it is done, or has had its time. */
  async tell(url: string): Promise<void> {
    const all = Promise.all([...this.before].map((run) => run(url)));
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
  }
}
