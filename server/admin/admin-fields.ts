/** What requests of the administration are made of, once for all of its endpoints, with examples for the description. */
import { z } from 'zod';
import type { Access } from '../api/endpoint.ts';
import type { Permission } from '../api/principal.ts';

export { keptLine, why } from '../api/why-field.ts';

/** The chapter of the description. */
export const TAG = 'Administration';

/** Rows of a page, at most; each is a few hundred bytes. */
export const LIMIT_MAX = 200;

export function staff<const P extends Permission>(
  permission: P,
): Access & { readonly kind: 'staff'; readonly permission: P } {
  return { kind: 'staff', permission };
}

/** Names end up in terminals and tables; PostgreSQL takes neither a NUL nor half of a character. */
const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Of texts with several lines. */
const CONTROL_IN_TEXT = /[^\P{Cc}\n\r\t]|\p{Cs}/u;

/** One line of text that somebody wrote. */
export function line(charsMin: number, charsMax: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(charsMin)
    .max(charsMax)
    .refine((text) => !CONTROL.test(text), 'must be one line of plain text');
}

/** Several lines of text. */
export function prose(charsMax: number): z.ZodString {
  return z
    .string()
    .trim()
    .max(charsMax)
    .refine((text) => !CONTROL_IN_TEXT.test(text), 'must be plain text');
}

/** In a body. */
export const idInBody = z.int().positive();

/** In paths and queries, where everything is text. */
export const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/** Ids of orders, tickets and buyers as the journal has them. */
export const textId = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be an id');

export const dryRun = z.boolean().default(false).meta({
  description:
    'Only tell what would be touched, and change nothing. A rehearsal is a request of its own: the real one needs another Idempotency-Key.',
});

export const q = line(1, 100).meta({
  description: 'Anywhere in the names; case and accents do not matter.',
  examples: ['são paulo'],
});

/** Earlier ones are slips, and PostgreSQL has no year 0000. */
const YEAR_MIN = '1900';
const LATER = `must not lie before ${YEAR_MIN}`;
const isLater = (time: string): boolean => time >= YEAR_MIN;

/** "2026-12-24" */
export const anyDate = z.iso
  .date()
  .refine(isLater, LATER)
  .meta({ examples: ['2026-12-24'] });

export const date = anyDate.meta({ description: 'The day where the cinema is.', examples: ['2026-12-24'] });

/** No clock on earth is further from UTC than fourteen hours. */
const OFFSET_TOO_WIDE = /[+-](1[5-9]|2\d):\d{2}$/;

export const instant = z.iso
  .datetime({ offset: true })
  .max(40)
  .refine(isLater, LATER)
  .refine((time) => !OFFSET_TOO_WIDE.test(time), 'must have an offset of at most 14 hours')
  .meta({ description: 'An instant.', examples: ['2026-12-24T23:30:00Z'] });

/** Of a clock on the wall of the cinema: no zone, seconds optional. */
export const wallTime = z.iso
  .datetime({ local: true })
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'must be a wall time such as 2026-12-24T20:30')
  .refine(isLater, LATER)
  .meta({ description: "A time of the cinema's own clock.", examples: ['2026-12-24T20:30:00'] });

export const cents = z
  .int()
  .min(0)
  .max(100_000_000)
  .meta({ description: 'Cents.', examples: [4200] });

export const limit = z.coerce.number().int().min(1).max(LIMIT_MAX).default(50);

export const after = z.string().max(400).optional().meta({ description: 'The "next" of the page before.' });

/** The answer's "next". */
export const next = z.string().nullable().meta({ description: 'Where the next page begins; null: there is none.' });

/** An id in the path. */
export function inPath<const Name extends string>(name: Name): z.ZodObject<Record<Name, typeof id>> {
  return z.object({ [name]: id } as Record<Name, typeof id>);
}
