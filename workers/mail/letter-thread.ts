/** The thread that writes letters: templates and MIME are computed here and not beside whoever serves visitors. */
import { setTimeout as delay } from 'node:timers/promises';
import { type LetterOrder, writeLetter } from './letter.ts';
import { LetterRest } from './letter-rest.ts';

const rest = new LetterRest({ nowMs: () => performance.now(), delay: (ms) => delay(ms) });

export default function letterThread(order: LetterOrder): Promise<Uint8Array> {
  return rest.after(() => writeLetter(order));
}
