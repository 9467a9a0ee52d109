/**
 * Promise I2 from outside: every command that somebody was told "yes" to is in the journal. The history is what clients
 * wrote down as they heard it, a JSON object per line:
 *
 *   {"requestId":"…","screening":12,"version":7,"code":0,"seats":[3,4],"tickets":["…"]}
 *
 * `code` (default 0), `seats` and `tickets` may be missing; lines with another code are passed over, since a refusal
 * leaves nothing. A step that the server derives from a request has its id with a suffix ("….c").
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type pg from 'pg';
import type { AuditFindings } from './audit-report.ts';
import { decodeFact } from './fact-codec.ts';

const LINES_AT_ONCE = 4096;
/** A decision makes few facts; its request id stands at its last one, and the answer names the version of that one, or of a later moment. */
const NEARBY_VERSIONS = 8;
const INT_MAX = 2_147_483_647;

interface HistoryLine {
  readonly line: number;
  readonly requestId: string;
  readonly screening: number;
  readonly version: number;
  readonly seats: readonly number[];
  readonly tickets: readonly string[];
}

interface Found {
  readonly line: number;
  readonly kind: number;
  readonly body: string | null;
}

/**
 * Looks every acknowledged command of `file` up; resolves with how many there were. Must see at least what was committed
 * when the file was written: not inside an older snapshot.
 * @throws when a line is no such object.
 */
export async function auditHistory(client: pg.ClientBase, file: string, findings: AuditFindings): Promise<number> {
  let batch: HistoryLine[] = [];
  let acknowledged = 0;
  let number = 0;
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const text of lines) {
    number++;
    const line = text.trim() === '' ? null : parse(text, number, file);
    if (line === null) continue;
    acknowledged++;
    batch.push(line);
    if (batch.length < LINES_AT_ONCE) continue;
    await checkBatch(client, batch, findings);
    batch = [];
  }
  await checkBatch(client, batch, findings);
  return acknowledged;
}

/** Null for a command that was not accepted. */
function parse(text: string, line: number, file: string): HistoryLine | null {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`${file}, line ${line}: not JSON`, { cause });
  }
  const { requestId, screening, version, code = 0, seats = [], tickets = [] } = value;
  if (code !== 0) return null;
  if (
    typeof requestId !== 'string' ||
    !Number.isSafeInteger(screening) ||
    !Array.isArray(seats) ||
    !Array.isArray(tickets)
  ) {
    throw new Error(`${file}, line ${line}: requestId and screening are needed, and lists of seats and tickets`);
  }
  return {
    line,
    requestId,
    screening: screening as number,
    version: typeof version === 'number' && version > 0 ? version : INT_MAX,
    seats: seats as number[],
    // A ticket is its id, or the list that the protocol sends, which begins with it.
    tickets: tickets.map((ticket: unknown) => String(Array.isArray(ticket) ? ticket[0] : ticket)),
  };
}

async function checkBatch(
  client: pg.ClientBase,
  batch: readonly HistoryLine[],
  findings: AuditFindings,
): Promise<void> {
  if (batch.length === 0) return;
  const found = new Map<number, Found>();
  for (const row of await lookUp(client, batch, NEARBY_VERSIONS)) found.set(row.line, row);
  const absent = batch.filter(({ line }) => !found.has(line));
  // Repeated commands are answered with their old answer and the present version: the whole screening, then.
  if (absent.length > 0) for (const row of await lookUp(client, absent, INT_MAX)) found.set(row.line, row);

  const soldTo = await ticketsOf(client, batch);
  for (const { line, requestId, screening, version, seats, tickets } of batch) {
    const at = version === INT_MAX ? null : version;
    const lost = (what: string): void =>
      findings.add('history', screening, at, `request ${requestId} (line ${line}) was acknowledged, and ${what}`);
    const fact = found.get(line);
    if (fact === undefined) {
      lost('is not in the journal');
      continue;
    }
    const stored = seatsOfFact(fact);
    const missing = stored === null ? [] : seats.filter((seat) => !stored.includes(seat));
    if (missing.length > 0) lost(`its fact is about the seats ${stored?.join()}, not ${missing.join()}`);
    for (const ticket of tickets)
      if (soldTo.get(ticket) !== screening) lost(`its ticket ${ticket} is not in the table`);
  }
}

async function lookUp(client: pg.ClientBase, lines: readonly HistoryLine[], nearby: number): Promise<Found[]> {
  const { rows } = await client.query<Found>(
    `select h.line, j.kind, j.body
     from unnest($1::int[], $2::bigint[], $3::int[], $4::text[]) as h (line, screening, version, request_id)
       cross join lateral (
         select kind, body from journal
         where screening = h.screening and version <= h.version and version > h.version::bigint - $5
           and (request_id = h.request_id or starts_with(request_id, h.request_id || '.'))
         order by version desc limit 1) j`,
    [
      lines.map(({ line }) => line),
      lines.map(({ screening }) => screening),
      lines.map(({ version }) => version),
      lines.map(({ requestId }) => requestId),
      nearby,
    ],
  );
  return rows;
}

async function ticketsOf(client: pg.ClientBase, lines: readonly HistoryLine[]): Promise<Map<string, number>> {
  const ids = lines.flatMap(({ tickets }) => tickets);
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; screening: string }>(
    'select id, screening from tickets where id = any ($1)',
    [ids],
  );
  return new Map(rows.map(({ id, screening }) => [id, Number(screening)]));
}

/** Null for a fact that is not about seats. */
function seatsOfFact({ kind, body }: Found): readonly number[] | null {
  const fact = decodeFact(kind, body);
  if ('seats' in fact) return fact.seats;
  if ('lines' in fact) return fact.lines.map(({ seat }) => seat);
  if (fact.kind === 10) return fact.tickets.map(({ seat }) => seat);
  return null;
}
