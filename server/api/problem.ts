/**
 * A request that is answered with "no", and why. Thrown by handlers, turned into an answer in one place (router.ts).
 * The body: `{ error: sentence, code: word, fields?: [{ path, message }] }`; the sentence says what to do.
 */
import type { HttpResponse } from '../socket/socket-port.ts';

export interface FieldProblem {
  /** "body.seats[2]", "query.date". */
  readonly path: string;
  readonly message: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** One word for programs: "not-found". */
  readonly code: string;
  readonly fields: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    sentence: string,
    fields: readonly FieldProblem[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }

  static notFound(what: string): Problem {
    return new Problem(404, 'not-found', `There is no ${what}.`);
  }

  static conflict(code: string, sentence: string): Problem {
    return new Problem(409, code, sentence);
  }

  static invalid(fields: readonly FieldProblem[]): Problem {
    const sentence = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
    return new Problem(400, 'invalid', `The request is not valid: ${sentence}.`, fields);
  }

  response(): HttpResponse {
    const body: Record<string, unknown> = { error: this.message, code: this.code };
    if (this.fields.length > 0) body['fields'] = this.fields;
    return jsonResponse(this.status, body, this.headers);
  }
}

/**
 * Of an error of the database's: that a value is none for its type (SQLSTATE class 22), as a NUL in a text or a number that is
 * too large. Schemas refuse what they can, and name the field; this is for what they let through. Null for everything else.
 */
export function valueRefused(cause: unknown): { readonly sqlState: string; readonly problem: Problem } | null {
  const sqlState = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof sqlState !== 'string' || !/^22[0-9A-Z]{3}$/.test(sqlState)) return null;
  const sentence =
    'The request is not valid: it holds a value that cannot be stored, such as a NUL character, a year that is none, or a ' +
    'number that is too large.';
  return { sqlState, problem: new Problem(400, 'invalid', sentence) };
}

export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return jsonText(status, JSON.stringify(value), headers);
}

/** `body`: JSON already. */
export function jsonText(status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body,
  };
}
