/** The fields that people fill in, checked once and described once. What cannot be right is refused with what would be. */
import { z } from 'zod';
import { cpfDigits } from '../../storage/accounts/cpf.ts';
import { PERMISSIONS, ROLES } from '../api/principal.ts';
import { PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN } from './password-rules.ts';

export { why as whyField } from '../api/why-field.ts';

const CONTROL = /\p{Cc}|\p{Cf}|\p{Co}|\p{Cs}/u;
/** The longest that fits into a forward path (RFC 5321, 4.5.3.1.3). */
const EMAIL_CHARACTERS_MAX = 254;
const BORN_MIN = '1900-01-01';

export const emailField = z
  .string()
  .trim()
  .max(EMAIL_CHARACTERS_MAX, `must have at most ${EMAIL_CHARACTERS_MAX} characters`)
  .pipe(z.email('is no e-mail address'))
  .meta({ description: 'E-mail address.', examples: ['ana@example.com'] });

export const nameField = z
  .string()
  .transform((text) => text.normalize('NFC').trim().replace(/ +/g, ' '))
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(120, 'must have at most 120 characters')
      .refine((text) => !CONTROL.test(text), 'must not have control characters'),
  )
  .meta({ description: 'As the person writes it.', examples: ['Ana Souza'] });

/** Its length and content are judged with the other fields (password-rules.ts); here only what would be work to read. */
export const passwordField = z
  .string()
  .min(1, 'must not be empty')
  .max(PASSWORD_BYTES_MAX, `must have at most ${PASSWORD_BYTES_MAX} bytes`)
  .meta({ description: `At least ${PASSWORD_CHARACTERS_MIN} characters, at most ${PASSWORD_BYTES_MAX} bytes.` });

export const cpfField = z
  .string()
  .max(20, 'is no CPF')
  .transform((text, context) => {
    const digits = cpfDigits(text);
    if (digits !== null) return digits;
    context.addIssue('is no CPF: its check digits are wrong, or it is one digit repeated');
    return z.NEVER;
  })
  .meta({ description: 'Eleven digits, with or without dots and hyphen.', examples: ['529.982.247-25'] });

export const birthDateField = z.iso
  .date('is no date such as 1990-12-24')
  .refine(
    (date) => date >= BORN_MIN && date < new Date().toISOString().slice(0, 10),
    'must lie in the past, after 1900',
  )
  .meta({ description: 'Date of birth.', examples: ['1990-12-24'] });

export const localeField = z.enum(['pt-BR', 'en']).meta({ description: 'The language of messages.' });

export const tokenField = z
  .string()
  .regex(/^[0-9A-Za-z_-]{43}$/, 'is not the token of one of our messages')
  .meta({ description: 'What stands after "token=" in the link of the message.' });

export const roleField = z.enum(ROLES);
export const scopesField = z
  .array(z.enum(PERMISSIONS))
  .min(1, 'must name a permission; leave it out for all that the role may')
  .max(PERMISSIONS.length)
  .transform((scopes) => [...new Set(scopes)]);
export const idField = z.int().positive();
export const cinemaIdsField = z
  .array(idField)
  .min(1, 'must name a cinema; null means all of the exhibitor')
  .max(500, 'must name at most 500 cinemas')
  .transform((ids) => [...new Set(ids)].sort((one, other) => one - other));

export const dryRunField = z.boolean().default(false).meta({ description: 'Only say what would be done.' });

/** `?limit=&after=` of lists in the order of their ids. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(100),
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the "next" of the page before')
    .transform(Number)
    .default(0),
});

/** The cursor after a page: null when it was the last one. */
export function nextOf(page: readonly { readonly id: number }[], limit: number): string | null {
  return page.length < limit ? null : String(page.at(-1)?.id ?? 0);
}

export const idParam = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a number')
  .transform(Number);
