/**
 * How a fact lies in the journal: one row of COPY text, whose `body` is a short JSON array with the fields of
 * its kind by position (docs/specification.md lists them). Text and not binary COPY, because text was
 * the quicker of the two and can be read by whoever opens the table; arrays and not objects, because the
 * field names would be a third of the bytes that are written ahead.
 *
 * Ids (buyer, order, ticket, code) are [0-9A-Za-z_-] by construction and are written unescaped; free text
 * (reasons, gate names) goes through JSON and COPY escaping.
 */
import { assert, InvariantViolation, unreachable } from '../actors/assert.ts';
import type { NewTicket, TicketLine } from '../actors/seat-command.ts';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import { RowWriter } from './row-writer.ts';

/** The columns of a journal row, in the order in which `writeRow` writes them. */
export const JOURNAL_COLUMNS = 'screening, version, epoch, at_ms, kind, request_id, fingerprint, body';

/** Writes one line of COPY text, newline included. */
export function writeRow(row: RowWriter, screening: number, recorded: RecordedFact): void {
  const { requestId } = recorded;
  row.whole(screening);
  row.tab();
  row.whole(recorded.version);
  row.tab();
  row.whole(recorded.epoch);
  row.tab();
  row.whole(recorded.atMs);
  row.tab();
  row.whole(recorded.fact.kind);
  row.tab();
  row.ascii(requestId === null ? NULL : requestId);
  row.tab();
  row.whole(recorded.fingerprint);
  row.tab();
  writeBody(row, recorded.fact);
  row.newline();
}

/** The same as text, for those who are in no hurry. */
export function encodeRow(screening: number, recorded: RecordedFact): string {
  const row = new RowWriter();
  writeRow(row, screening, recorded);
  return row.taken().toString();
}

const NULL = '\\N';
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;

function writeBody(row: RowWriter, fact: Fact): void {
  if (fact.kind === FactKind.salesOpened || fact.kind === FactKind.salesClosed) {
    row.ascii(NULL);
    return;
  }
  row.mark(OPEN);
  writeFields(row, fact);
  row.mark(CLOSE);
}

function writeFields(row: RowWriter, fact: Exclude<Fact, { kind: 2 | 3 }>): void {
  switch (fact.kind) {
    case FactKind.ownerChanged:
      row.whole(fact.holdDeadlineMs);
      return;
    case FactKind.held:
      row.whole(fact.hold);
      row.mark(COMMA);
      quoted(row, fact.buyer);
      row.mark(COMMA);
      wholes(row, fact.seats);
      row.mark(COMMA);
      row.whole(fact.deadlineMs);
      return;
    case FactKind.extended:
      row.whole(fact.hold);
      row.mark(COMMA);
      row.whole(fact.deadlineMs);
      return;
    case FactKind.released:
      row.whole(fact.hold);
      row.mark(COMMA);
      wholes(row, fact.seats);
      return;
    case FactKind.expired:
      wholes(row, fact.holds);
      return;
    case FactKind.paymentBegun: {
      const lines = fact.lines.map(lineText).join();
      const contact = fact.contact === undefined ? '' : `,"${fact.contact}"`;
      row.ascii(`${fact.hold},"${fact.order}","${fact.payer}",[${lines}],${fact.deadlineMs}${contact}`);
      return;
    }
    case FactKind.paymentCancelled:
      row.ascii(`"${fact.order}",${fact.hold},${fact.deadlineMs}`);
      return;
    case FactKind.sold: {
      const tickets = fact.tickets.map((ticket) => `[${ticket.seat},"${ticket.ticket}","${ticket.code}"]`).join();
      row.ascii(`"${fact.order}",${fact.hold},[${tickets}]`);
      return;
    }
    case FactKind.ticketsCancelled:
    case FactKind.ticketsRefunded:
      row.ascii(`"${fact.order}",[${fact.tickets.map((ticket) => `"${ticket}"`).join()}]`);
      return;
    case FactKind.checkedIn:
      row.utf8(escapeCopyText(`${JSON.stringify(fact.ticket)},${JSON.stringify(fact.gate)}`));
      return;
    case FactKind.mapChanged:
      row.ascii(`${fact.from},${fact.to},${fact.halfQuota},[${fact.blocked.join()}]`);
      return;
    case FactKind.blocked:
    case FactKind.unblocked:
      row.utf8(escapeCopyText(`[${fact.seats.join()}],${JSON.stringify(fact.reason)}`));
      return;
    default:
      unreachable(fact);
  }
}

/** Category and fee came later: a line with neither is written as before, and read by builds that do not know them. */
function lineText({ seat, type, priceCents, category, feeCents }: TicketLine): string {
  const start = `[${seat},${type},${priceCents}`;
  if (feeCents !== undefined) return `${start},${category ?? null},${feeCents}]`;
  return category === undefined ? `${start}]` : `${start},${category}]`;
}

function quoted(row: RowWriter, id: string): void {
  row.mark(QUOTE);
  row.ascii(id);
  row.mark(QUOTE);
}

function wholes(row: RowWriter, values: readonly number[]): void {
  row.mark(OPEN);
  for (let index = 0; index < values.length; index++) {
    if (index > 0) row.mark(COMMA);
    row.whole(values[index]!);
  }
  row.mark(CLOSE);
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
 * @throws InvariantViolation when the row was not written by `writeRow` (the journal is ours alone: a bug or a newer build).
 */
export function decodeFact(kind: number, body: string | null): Fact {
  const fields = body === null ? [] : parsed(kind, body);
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
        ...(f[5] === undefined ? {} : { contact: text(f[5]) }),
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
    case FactKind.mapChanged:
      return { kind, from: number(f[0]), to: number(f[1]), halfQuota: number(f[2]), blocked: numbers(f[3]) };
    default:
      throw new Error(
        `the journal holds a fact of kind ${kind}, which this build does not know: was it written by a newer one?`,
      );
  }
}

function parsed(kind: number, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvariantViolation(`journal body of kind ${kind} is not JSON`);
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
  const [seat, type, priceCents, category = null, feeCents] = list(value);
  return {
    seat: number(seat),
    type: number(type) as TicketLine['type'],
    priceCents: number(priceCents),
    ...(category === null ? {} : { category: number(category) }),
    ...(feeCents === undefined ? {} : { feeCents: number(feeCents) }),
  };
}

function newTicket(value: unknown): NewTicket {
  const [seat, ticket, code] = list(value);
  return { seat: number(seat), ticket: text(ticket), code: text(code) };
}
