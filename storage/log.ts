/**
 * What storage needs of a log; pino's logger fits as it is. Storage does not choose the log itself, because
 * the server, the command line and the tests each have their own.
 */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** For tests and short commands that have nothing to tell. */
export const SILENT_LOG: Log = { info() {}, warn() {}, error() {} };
