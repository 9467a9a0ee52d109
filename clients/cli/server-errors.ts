/** What can go wrong with a server: it says no, it is away, or nobody knows. Each is a sentence that says what to do. */
import { Interrupted } from './interruption.ts';

/** Somebody else has it for a moment, or the same request is still under way. */
const BUSY = new Set(['still-running', 'programme-busy', 'screening-busy']);

/** The server said no: `status` and `code` for programs, the message for people. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, sentence: string) {
    super(sentence);
    this.status = status;
    this.code = code;
  }

  /** Likely to be answered otherwise in a while. */
  get isPassing(): boolean {
    return BUSY.has(this.code) || this.status === 429 || (this.status >= 502 && this.status <= 504);
  }

  /** An answer about the thing asked for; all else is about who asked, or how. */
  get isAboutTheThing(): boolean {
    if (this.status === 400) return this.code !== '' && this.code !== 'invalid';
    return [404, 409, 410, 413, 422].includes(this.status);
  }
}

/** What was named is not in the server's list. */
export class NoSuchThing extends Error {
  override readonly name = 'NoSuchThing';
}

/** No answer that can be understood. */
export class ServerAway extends Error {
  override readonly name: string = 'ServerAway';
  /** The request may have reached the server all the same. */
  readonly mayHaveArrived: boolean;
  /** It will not be otherwise in a while. */
  readonly isLasting: boolean;

  constructor(sentence: string, { cause, mayHaveArrived = true, isLasting = false }: AwayOptions = {}) {
    super(sentence, cause === undefined ? {} : { cause });
    this.mayHaveArrived = mayHaveArrived;
    this.isLasting = isLasting;
  }
}

interface AwayOptions {
  readonly cause?: unknown;
  readonly mayHaveArrived?: boolean;
  readonly isLasting?: boolean;
}

/** A command was sent, and then the line or the patience broke. */
export class FateUnknown extends ServerAway {
  override readonly name = 'FateUnknown';
  readonly isInterrupted: boolean;

  constructor(what: string, idempotencyKey: string, cause: unknown) {
    super(
      `${what}${/[.!?]$/.test(what) ? '' : '.'} Whether it was done is not known. Repeat the command with --idempotency-key ${idempotencyKey}: it is done once at most.`,
      { cause },
    );
    this.isInterrupted = cause instanceof Interrupted;
  }
}

/** What a refusing answer says, or what to do when it says nothing. `body`: its JSON, if it was any. */
export function refusalOf(
  status: number,
  body: Readonly<Record<string, unknown>> | null,
  address: string,
): ServerRefusal {
  const said = body?.['error'];
  const code = body?.['code'];
  const sentence = typeof said === 'string' ? said : `${address} answered ${status}: is a Poltrona server there?`;
  const advice =
    status === 401
      ? ` Log in again: "poltrona login ${address}".`
      : typeof said !== 'string' && status >= 500
        ? ' It may be starting.'
        : '';
  return new ServerRefusal(
    status,
    typeof code === 'string' ? code : '',
    `${sentence}${faultsOf(body, sentence)}${advice}`,
  );
}

/** What the sentence does not say already of the fields at fault. */
function faultsOf(body: Readonly<Record<string, unknown>> | null, sentence: string): string {
  const fields = body?.['fields'];
  if (!Array.isArray(fields)) return '';
  const faults = (fields as readonly { readonly path?: unknown; readonly message?: unknown }[])
    .map(({ path, message }) => ({ path: String(path).replace(/^(body|query|path)\./, ''), message: String(message) }))
    // A word is a code for programs ("seat-sold").
    .filter(({ message }) => message.includes(' ') && !sentence.includes(message));
  return faults.map(({ path, message }) => ` ${path}: ${message}.`).join('');
}

/** What `fetch` threw, as a sentence about the address. */
export function awayBecause(address: string, cause: unknown): ServerAway {
  const inner = (cause as { cause?: { code?: string; message?: string } }).cause;
  const code = inner?.code ?? '';
  const away = (reason: string, more: AwayOptions): ServerAway =>
    new ServerAway(`${address} cannot be reached: ${reason}${reason.endsWith('?') ? '' : '.'}`, { cause, ...more });
  if ((cause as Error).name === 'TimeoutError') return away('it did not answer in time', {});
  if (code === 'ECONNREFUSED') return away('nothing answers there; is the server running?', { mayHaveArrived: false });
  if (code === 'ENOTFOUND')
    return away('there is no such host; is the address right?', { mayHaveArrived: false, isLasting: true });
  // The resolver itself is away.
  if (code === 'EAI_AGAIN') return away('the name of its host cannot be looked up now', { mayHaveArrived: false });
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    const reason = `its certificate is not trusted (${code}); for an authority of your own set NODE_EXTRA_CA_CERTS to its file`;
    return away(reason, { mayHaveArrived: false, isLasting: true });
  }
  return away(inner?.message ?? (cause as Error).message, {});
}
