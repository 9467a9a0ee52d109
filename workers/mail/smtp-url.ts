/**
 * SMTP_URL and MAIL_FROM, read strictly: what is written there and not understood is refused at the start, and no password
 * is ever part of a message.
 */
import addressparser from 'nodemailer/lib/addressparser';
import type { MailAddress } from './letter.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise it begins in the clear, and `starttls` says whether it may stay so. */
  readonly isSecure: boolean;
  readonly starttls: 'required' | 'offered' | 'never';
  readonly user: string | null;
  readonly password: string | null;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * `smtp://user:password@host:587` or `smtps://user:password@host:465`. With `smtp` TLS is used when the server offers it,
 * and insisted on before a password is sent; `?starttls=required`, `offered` or `never` says otherwise.
 * @throws with what is wrong, never with the URL.
 */
export function parseSmtpUrl(url: string): SmtpServer {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new Error('SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465');
  }
  if (!['', '/'].includes(parsed.pathname) || parsed.hash !== '') throw new Error('SMTP_URL ends after the port');
  for (const name of parsed.searchParams.keys()) {
    if (name !== 'starttls') throw new Error(`SMTP_URL: the parameter "${name}" is not supported`);
  }
  const isSecure = parsed.protocol === 'smtps:';
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const user = decoded(parsed.username);
  const password = decoded(parsed.password);
  if ((user === null) !== (password === null)) throw new Error('SMTP_URL: user and password come together, or neither');
  const fallback = user !== null && !LOOPBACK.has(host) ? 'required' : 'offered';
  const starttls = parsed.searchParams.get('starttls') ?? fallback;
  if (starttls !== 'required' && starttls !== 'offered' && starttls !== 'never') {
    throw new Error('SMTP_URL: starttls is required, offered or never');
  }
  return {
    host,
    port: parsed.port === '' ? (isSecure ? 465 : 587) : Number(parsed.port),
    isSecure,
    starttls,
    user,
    password,
  };
}

function decoded(part: string): string | null {
  if (part === '') return null;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('SMTP_URL: a "%" in user or password is written as %25');
  }
}

/** "Poltrona <bilheteria@cinema.example>". @throws when it is not one address. */
export function parseMailFrom(text: string): MailAddress {
  const parsed = addressparser(text, { flatten: true });
  const [first] = parsed;
  if (parsed.length !== 1 || first === undefined || !isMailAddress(first.address)) {
    throw new Error('MAIL_FROM must look like Poltrona <bilheteria@cinema.example>');
  }
  return { name: first.name, address: first.address };
}

/** Whether mail can be sent there, as far as can be seen: no spaces, quotes, brackets or line breaks, and one host. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(text);
}
