/**
 * How a fact lies in the journal: one row of COPY text, whose `body` is a short JSON array with the fields of
 * its kind by position (docs/specification.md lists them). Text and not binary COPY, because rows joined as
 * one string were as quick and can be read by whoever opens the table; arrays and not objects, because the
 * field names would be a third of the bytes that are written ahead.
 *
 * Ids (buyer, order, ticket, code) are [0-9A-Za-z_-] by construction and are written unescaped; free text
 * (reasons, gate names) goes through JSON and COPY escaping.
 */
import { assert, unreachable } from '../actors/assert.ts';
import type { NewTicket, TicketLine } from '../actors/seat-command.ts';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';

/** The columns of a journal row, in the order in which `encodeRow` writes them. */
export const JOURNAL_COLUMNS = 'screening, version, epoch, at_ms, kind, request_id, fingerprint, body';

/** One line of COPY text, newline included. */
export function encodeRow(screening: number, recorded: RecordedFact): string {
  const { version, epoch, atMs, requestId, fingerprint, fact } = recorded;
  return `${screening}\t${version}\t${epoch}\t${atMs}\t${fact.kind}\t${requestId ?? '\\N'}\t${fingerprint}\t${encodeBody(fact)}\n`;
}

function encodeBody(fact: Fact): string {
  switch (fact.kind) {
    case FactKind.ownerChanged:
      return `[${fact.holdDeadlineMs}]`;
    case FactKind.salesOpened:
    case FactKind.salesClosed:
      return '\\N';
    case FactKind.held:
      return `[${fact.hold},"${fact.buyer}",[${fact.seats.join()}],${fact.deadlineMs}]`;
    case FactKind.extended:
      return `[${fact.hold},${fact.deadlineMs}]`;
    case FactKind.released:
      return `[${fact.hold},[${fact.seats.join()}]]`;
    case FactKind.expired:
      return `[[${fact.holds.join()}]]`;
    case FactKind.paymentBegun: {
      const lines = fact.lines.map((line) => `[${line.seat},${line.type},${line.priceCents}]`).join();
      return `[${fact.hold},"${fact.order}","${fact.payer}",[${lines}],${fact.deadlineMs}]`;
    }
    case FactKind.paymentCancelled:
      return `["${fact.order}",${fact.hold},${fact.deadlineMs}]`;
    case FactKind.sold: {
      const tickets = fact.tickets.map((ticket) => `[${ticket.seat},"${ticket.ticket}","${ticket.code}"]`).join();
      return `["${fact.order}",${fact.hold},[${tickets}]]`;
    }
    case FactKind.ticketsCancelled:
    case FactKind.ticketsRefunded:
      return `["${fact.order}",[${fact.tickets.map((ticket) => `"${ticket}"`).join()}]]`;
    case FactKind.checkedIn:
      return escapeCopyText(JSON.stringify([fact.ticket, fact.gate]));
    case FactKind.blocked:
    case FactKind.unblocked:
      return escapeCopyText(JSON.stringify([fact.seats, fact.reason]));
    default:
      return unreachable(fact);
  }
}

/** JSON text holds no raw control character, so that only the backslash means something to COPY. */
function escapeCopyText(json: string): string {
  return json.replaceAll('\\', '\\\\');
}

/** A row of the journal, as PostgreSQL gives it back. */
export interface JournalRow {
  readonly version: number;
  readonly epoch: number;
  /** bigint columns come as text from node-postgres. */
  readonly at_ms: string | number;
  readonly kind: number;
  readonly request_id: string | null;
  readonly fingerprint: string | number;
  readonly body: string | null;
}

export function decodeRow(row: JournalRow): RecordedFact {
  return {
    version: row.version,
    epoch: row.epoch,
    atMs: Number(row.at_ms),
    requestId: row.request_id,
    fingerprint: Number(row.fingerprint),
    fact: decodeFact(row.kind, row.body),
  };
}

/**
 * The fact of a journal row.
 * @throws InvariantViolation when the row was not written by `encodeRow` (the journal is ours alone: a bug or a newer build).
 */
export function decodeFact(kind: number, body: string | null): Fact {
  const fields: unknown = body === null ? [] : JSON.parse(body);
  assert(Array.isArray(fields), `journal body of kind ${kind} is not an array`);
  const f = fields as readonly unknown[];
  switch (kind) {
    case FactKind.ownerChanged:
      return { kind, holdDeadlineMs: number(f[0]) };
    case FactKind.salesOpened:
    case FactKind.salesClosed:
      return { kind };
    case FactKind.held:
      return { kind, hold: number(f[0]), buyer: text(f[1]), seats: numbers(f[2]), deadlineMs: number(f[3]) };
    case FactKind.extended:
      return { kind, hold: number(f[0]), deadlineMs: number(f[1]) };
    case FactKind.released:
      return { kind, hold: number(f[0]), seats: numbers(f[1]) };
    case FactKind.expired:
      return { kind, holds: numbers(f[0]) };
    case FactKind.paymentBegun:
      return {
        kind,
        hold: number(f[0]),
        order: text(f[1]),
        payer: text(f[2]),
        lines: list(f[3]).map(line),
        deadlineMs: number(f[4]),
      };
    case FactKind.paymentCancelled:
      return { kind, order: text(f[0]), hold: number(f[1]), deadlineMs: f[2] === null ? null : number(f[2]) };
    case FactKind.sold:
      return { kind, order: text(f[0]), hold: number(f[1]), tickets: list(f[2]).map(newTicket) };
    case FactKind.ticketsCancelled:
    case FactKind.ticketsRefunded:
      return { kind, order: text(f[0]), tickets: list(f[1]).map(text) };
    case FactKind.checkedIn:
      return { kind, ticket: text(f[0]), gate: text(f[1]) };
    case FactKind.blocked:
    case FactKind.unblocked:
      return { kind, seats: numbers(f[0]), reason: text(f[1]) };
    default:
      throw new Error(
        `the journal holds a fact of kind ${kind}, which this build does not know: was it written by a newer one?`,
      );
  }
}

function number(value: unknown): number {
  assert(typeof value === 'number', 'journal body: a number was expected');
  return value;
}

function text(value: unknown): string {
  assert(typeof value === 'string', 'journal body: a text was expected');
  return value;
}

function list(value: unknown): readonly unknown[] {
  assert(Array.isArray(value), 'journal body: a list was expected');
  return value;
}

function numbers(value: unknown): readonly number[] {
  return list(value).map(number);
}

function line(value: unknown): TicketLine {
  const [seat, type, priceCents] = list(value);
  return { seat: number(seat), type: number(type) as TicketLine['type'], priceCents: number(priceCents) };
}

function newTicket(value: unknown): NewTicket {
  const [seat, ticket, code] = list(value);
  return { seat: number(seat), ticket: text(ticket), code: text(code) };
}
