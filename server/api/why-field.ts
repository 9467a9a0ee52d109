/**
 * Lines that people write and that are kept for good: why something was done by hand, at which gate. Journal and record of
 * actions are never erased and are read by many, so what looks like a person's number or address is refused at the door.
 * It is a guard against habit, not against cunning: a name passes.
 */
import { z } from 'zod';

const WHY_CHARACTERS_MIN = 3;
const WHY_CHARACTERS_MAX = 500;

/** Lines end up in terminals and tables: nothing that moves the cursor or turns the direction, and no half of a character. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Eleven digits, as people group them. Its check digits are not asked: a CPF with a slip is still somebody's. Longer numbers,
 * such as a barcode's, are none.
 */
const CPF_WITHIN = /(?<!\d)\d{3}[ ./\p{Pd}]?\d{3}[ ./\p{Pd}]?\d{3}[ ./\p{Pd}]?\d{2}(?!\d)/u;

/** True for what looks like a CPF or an e-mail address, also in other widths of the same characters. */
export function seemsPersonal(text: string): boolean {
  const plain = text.normalize('NFKC');
  return plain.includes('@') || CPF_WITHIN.test(plain);
}

/** One line that is kept for good, `charsMin` to `charsMax` characters. */
export function keptLine(charsMin: number, charsMax: number, tooShort = 'must not be empty'): z.ZodString {
  return z
    .string()
    .trim()
    .min(charsMin, tooShort)
    .max(charsMax, `must have at most ${charsMax} characters`)
    .refine((text) => !CONTROL.test(text), 'must be one line of plain text, without control characters')
    .refine((text) => !seemsPersonal(text), 'must not hold an e-mail address or a CPF');
}

export const why = keptLine(WHY_CHARACTERS_MIN, WHY_CHARACTERS_MAX, 'say why, in a few words').meta({
  description:
    'Why this is done; kept in the record of actions, and in the journal where seats are concerned. No personal data: what looks like a CPF or an e-mail address is refused.',
  examples: ['projector broken'],
});
