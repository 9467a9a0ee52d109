/**
 * The log: one JSON object per line on stdout (pino), at once and in order, from every thread. Writing synchronously
 * costs some microseconds per line; it is the price of having the last line before a crash, and nothing on the way of
 * a command logs (metrics count instead).
 *
 * Personal data has no business here (promise I8). The known names are blanked wherever they stand in the first two
 * levels of a line, and PostgreSQL's `detail`, which quotes whole rows, never gets in. That is a net, not a licence.
 *
 * A line that concerns a command names it: `log.warn(about({ requestId, screening, version }), 'text')`.
 */
import pino, { type Logger } from 'pino';

export type { Logger };

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Number of the shard thread; left out on the main thread. */
  readonly thread?: number;
}

const SECRET_KEYS = ['token', 'cpf', 'email', 'password', 'authorization', 'cookie', 'secret'];

/** `destination` is for tests; the default is stdout. Throws when the level is unknown. */
export function createLog(options: LogOptions, destination?: pino.DestinationStream): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: options.thread === undefined ? { pid: process.pid } : { pid: process.pid, thread: options.thread },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[hidden]' },
    serializers: { err: describeError, error: describeError, cause: describeError },
  };
  return destination === undefined
    ? pino(settings, pino.destination({ fd: 1, sync: true }))
    : pino(settings, destination);
}

export interface Subject {
  readonly requestId?: string | undefined;
  readonly screening?: number | undefined;
  readonly version?: number | undefined;
}

/** What a line is about, under the names that every line uses; what is not known is left out. */
export function about(subject: Subject, details: object = {}): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...details };
  if (subject.requestId !== undefined) fields['requestId'] = subject.requestId;
  if (subject.screening !== undefined) fields['screening'] = subject.screening;
  if (subject.version !== undefined) fields['version'] = subject.version;
  return fields;
}

/** The depth at which a chain of causes is cut off: a loop in it must not hang the log. */
const CAUSES_MAX = 5;

/** The parts of an error that explain it; not its own enumerable fields, among which drivers put rows and parameters. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const described: Record<string, unknown> = { type: name, message, stack };
  for (const key of ['code', 'constraint', 'table', 'severity', 'syscall'] as const) {
    const value = (error as unknown as Readonly<Record<string, unknown>>)[key];
    if (typeof value === 'string' || typeof value === 'number') described[key] = value;
  }
  if (cause !== undefined && depth < CAUSES_MAX) described['cause'] = describeError(cause, depth + 1);
  return described;
}
