/**
 * Letters over SMTP, on connections that are kept for a while. Every wait has an end of ours: the library's own are minutes
 * long, and a server that answers one byte a second has none at all.
 */
import nodemailer, { type NodemailerError, type SMTPPoolOptions, type Transporter } from 'nodemailer';
import { DeliveryFailed, type MailOutlet, type Parcel, withoutAddresses } from './mail-outlet.ts';
import type { SmtpServer } from './smtp-url.ts';

export interface SmtpTiming {
  /** Name, connection, TLS. */
  readonly connectMs: number;
  readonly greetingMs: number;
  /** Silence of the server in the middle. */
  readonly silenceMs: number;
  /** One letter, all of it. */
  readonly letterMs: number;
  /** How long an unused connection is kept. */
  readonly idleMs: number;
}

export const SMTP_TIMING: SmtpTiming = {
  connectMs: 10_000,
  greetingMs: 10_000,
  // RFC 5321 would have us wait ten minutes for the answer to a letter; our jobs wait in line meanwhile.
  silenceMs: 30_000,
  letterMs: 90_000,
  idleMs: 30_000,
};

/** As many as jobs at a time. */
const CONNECTIONS = 2;
/** Some servers close after a hundred letters, in the middle of one. */
const LETTERS_PER_CONNECTION = 50;

export class SmtpOutlet implements MailOutlet {
  readonly #transport: Transporter;
  readonly #letterMs: number;

  constructor(server: SmtpServer, timing: SmtpTiming = SMTP_TIMING) {
    const options: SMTPPoolOptions & { pool: true } = {
      pool: true,
      host: server.host,
      port: server.port,
      secure: server.isSecure,
      requireTLS: server.starttls === 'required',
      ignoreTLS: server.starttls === 'never',
      ...(server.user === null ? {} : { auth: { user: server.user, pass: server.password ?? '' } }),
      maxConnections: CONNECTIONS,
      maxMessages: LETTERS_PER_CONNECTION,
      // Trying again is the job's business: it counts, it waits, and it is seen.
      maxRequeues: 0,
      idleTimeout: timing.idleMs,
      dnsTimeout: timing.connectMs,
      connectionTimeout: timing.connectMs,
      greetingTimeout: timing.greetingMs,
      socketTimeout: timing.silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    this.#transport = nodemailer.createTransport(options);
    // Broken connections also fail the letter that was on them.
    this.#transport.on('error', () => {});
    this.#letterMs = timing.letterMs;
  }

  async deliver(parcel: Parcel, signal: AbortSignal): Promise<string> {
    try {
      const sent = (await this.#transport.sendMail({
        raw: Buffer.from(parcel.bytes.buffer, parcel.bytes.byteOffset, parcel.bytes.byteLength),
        envelope: { from: parcel.from, to: [parcel.to] },
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#letterMs)]),
      })) as { response?: string };
      return withoutAddresses(sent.response ?? '');
    } catch (cause) {
      throw deliveryFailure(cause as NodemailerError);
    }
  }

  async close(): Promise<void> {
    this.#transport.close();
  }
}

/** Servers that ask for patience with the code for "never". */
const PATIENCE = /gr[ae]y[- ]?list|try again|temporar|later/i;
/** Where a refusal is about this letter. Before, it is about us: a wrong password or sender would kill every letter. */
const ABOUT_THE_LETTER = /^(RCPT TO|DATA)/;

/** What went wrong, and whether it would go wrong again. Exported for its test. */
export function deliveryFailure(cause: NodemailerError): DeliveryFailed {
  const { command = '', response, responseCode } = refusal(cause);
  const isPermanent =
    responseCode !== undefined &&
    responseCode >= 500 &&
    ABOUT_THE_LETTER.test(command) &&
    !PATIENCE.test(response ?? '');
  const reason =
    response === undefined
      ? `the mail server: ${cause.code ?? 'failed'}${command === '' ? '' : ` at ${command}`}: ${cause.message}`
      : `the mail server answered ${command === '' ? '' : `${command} with `}${response}`;
  return new DeliveryFailed(withoutAddresses(reason), isPermanent);
}

/** With one recipient, "all recipients were rejected" is that one's rejection. */
function refusal(cause: NodemailerError): NodemailerError {
  return cause.rejectedErrors?.[0] ?? cause;
}
