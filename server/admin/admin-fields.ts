/** What requests of the administration are made of, once for all of its endpoints, with examples for the description. */
import { z } from 'zod';
import type { Access } from '../api/endpoint.ts';
import type { Permission } from '../api/principal.ts';

/** The chapter of the description. */
export const TAG = 'Administration';

/** Rows of a page, at most; each is a few hundred bytes. */
export const LIMIT_MAX = 200;

export function staff<const P extends Permission>(
  permission: P,
): Access & { readonly kind: 'staff'; readonly permission: P } {
  return { kind: 'staff', permission };
}

/** No control characters: reasons end up in terminals, tables and the journal. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** One line of text that somebody wrote. */
export function line(charsMin: number, charsMax: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(charsMin)
    .max(charsMax)
    .refine((text) => !CONTROL.test(text), 'must be one line of plain text');
}

/** In a body. */
export const idInBody = z.int().positive();

/** In paths and queries, where everything is text. */
export const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/** Ids of orders, tickets and buyers as the journal has them. */
export const textId = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be an id');

export const why = line(3, 500).meta({
  description:
    'Why this is done; kept in the record of actions, and in the journal where seats are concerned. No personal data.',
  examples: ['projector broken'],
});

export const dryRun = z.boolean().default(false).meta({
  description:
    'Only tell what would be touched, and change nothing. A rehearsal is a request of its own: the real one needs another Idempotency-Key.',
});

export const q = line(1, 100).meta({
  description: 'Anywhere in the names; case and accents do not matter.',
  examples: ['são paulo'],
});

export const date = z.iso.date().meta({ description: 'The day where the cinema is.', examples: ['2026-12-24'] });

export const instant = z.iso
  .datetime({ offset: true })
  .meta({ description: 'An instant.', examples: ['2026-12-24T23:30:00Z'] });

/** Of a clock on the wall of the cinema: no zone, seconds optional. */
export const wallTime = z.iso
  .datetime({ local: true })
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'must be a wall time such as 2026-12-24T20:30')
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
