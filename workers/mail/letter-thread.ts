/** The thread that writes letters: templates and MIME are computed here and not beside whoever serves visitors. */
import { type LetterOrder, writeLetter } from './letter.ts';

export default function letterThread(order: LetterOrder): Promise<Uint8Array> {
  return writeLetter(order);
}
