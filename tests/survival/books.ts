/**
 * After every disaster the books are compared: what clients were told, what watchers were shown, and what PostgreSQL
 * holds. Three ways, so that one that looks away does not hide what the others see: the audit, plain SQL of our own,
 * and a replay of the journal against what the watchers saw.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { evolve } from '../../actors/seat-evolve.ts';
import { initialState } from '../../actors/seat-state.ts';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { auditDatabase } from '../../storage/audit.ts';
import { loadScreening } from '../../storage/catalogue.ts';
import { clientConfig, createPool, type DatabaseConfig } from '../../storage/database.ts';
import { decodeRow, type JournalRow } from '../../storage/fact-codec.ts';
import { describe, type History, type HistoryEntry } from '../support/test-client.ts';
import type { SeatObserver } from './seat-observer.ts';

export interface Books {
  readonly history: History;
  readonly observers?: readonly SeatObserver[];
  /** Two servers at once: the one that has been deposed may still refuse what the other one accepted. */
  readonly severalServers?: boolean;
}

interface StoredRow extends JournalRow {
  readonly screening: string;
}

/** Everything that anybody was told or shown is in the database, once; and the database is sound. */
export async function checkBooks(t: TestContext, database: DatabaseConfig, books: Books): Promise<void> {
  // What they see from now on may be later than what is read below.
  for (const observer of books.observers ?? []) observer.close();
  await audit(t, database, books.history);
  const client = new pg.Client(clientConfig(database, 'reader', 'survival books'));
  await client.connect();
  try {
    await soldOnce(client);
    const { rows } = await client.query<StoredRow>('select * from journal order by screening, version');
    beginsWithAnOwner(rows);
    const told = requestsToldOnce(rows);
    await acknowledgedIsStored(client, books, told);
    if (books.severalServers !== true) nothingFromAnOldMemory(books.history);
    if (books.observers !== undefined) await shownIsStored(database, books.observers, rows);
  } finally {
    await client.end();
  }
}

/**
 * Whoever has heard of a version of a screening is never again answered from an earlier one: an owner who was deposed without
 * knowing it would do that, and PostgreSQL, which refuses his writing, does not see it.
 */
function nothingFromAnOldMemory(history: History): void {
  interface Moment {
    readonly atMs: number;
    readonly entry: HistoryEntry;
    readonly isAnswer: boolean;
  }
  const moments: Moment[] = [];
  for (const entry of history) {
    const { answer, askedMs, answeredMs } = entry;
    // What the actor did not decide has no version.
    if (answer === null || answer.version === 0) continue;
    moments.push({ atMs: askedMs, entry, isAnswer: false }, { atMs: answeredMs, entry, isAnswer: true });
  }
  moments.sort((a, b) => a.atMs - b.atMs);
  const newest = new Map<number, HistoryEntry>();
  const before = new Map<HistoryEntry, HistoryEntry>();
  for (const { entry, isAnswer } of moments) {
    const { screening } = entry.request;
    const known = newest.get(screening);
    if (!isAnswer) {
      if (known !== undefined) before.set(entry, known);
      continue;
    }
    const { version } = entry.answer!;
    const earlier = before.get(entry);
    const isOld = earlier !== undefined && version < earlier.answer!.version;
    assert.ok(!isOld, `[I6] answered from an old memory: ${describe(entry)} after ${earlier && describe(earlier)}`);
    if (version > (known?.answer?.version ?? 0)) newest.set(screening, entry);
  }
}

async function audit(t: TestContext, database: DatabaseConfig, history: History): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'survival-history-'));
  const historyFile = path.join(folder, 'history.jsonl');
  const lines = history.filter(({ answer }) => answer !== null).map((entry) => JSON.stringify(auditLine(entry)));
  writeFileSync(historyFile, `${lines.join('\n')}\n`);
  const pool = createPool(database, 'reader', 'survival audit', 1);
  try {
    const report = await auditDatabase(pool, { historyFile });
    assert.deepEqual(report.violations, []);
    assert.ok(report.ok);
    t.diagnostic(
      `audit: ${report.facts} facts, ${report.tickets} tickets, ${report.acknowledged} acknowledged commands, ${report.elapsedMs} ms`,
    );
  } finally {
    await pool.end();
    rmSync(folder, { recursive: true });
  }
}

function auditLine({ requestId, request, answer }: HistoryEntry): object {
  const base = { requestId, screening: request.screening, version: answer?.version, code: answer?.code };
  const body = answer?.body;
  if (body?.kind === 'sold') return { ...base, tickets: body.tickets.map(({ ticket }) => ticket) };
  return base;
}

/** No table is trusted to have its index: it is counted. */
async function soldOnce(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `select screening, seat, count(*) from tickets where state in ('live', 'used') group by 1, 2 having count(*) > 1
     union all
     select screening, (ticket ->> 0)::int, count(*)
     from journal, jsonb_array_elements(body::jsonb -> 2) as ticket where kind = 10 group by 1, 2 having count(*) > 1`,
  );
  assert.deepEqual(rows, [], '[I1] seats sold twice');
}

/** Whoever writes says first that he is the owner now, so that the one before him cannot write any more. */
function beginsWithAnOwner(rows: readonly StoredRow[]): void {
  for (const { screening, version, kind } of rows) {
    if (version === 1) assert.equal(kind, 1, `[I1] somebody wrote to screening ${screening} without taking it over`);
  }
}

/** The facts by request id. @throws when one stands at two facts. */
function requestsToldOnce(rows: readonly StoredRow[]): ReadonlyMap<string, StoredRow> {
  const told = new Map<string, StoredRow>();
  for (const row of rows) {
    if (row.request_id === null) continue;
    const before = told.get(row.request_id);
    assert.equal(
      before,
      undefined,
      `[I4] request ${row.request_id} took effect twice, in ${row.screening} at ${row.version}`,
    );
    told.set(row.request_id, row);
  }
  return told;
}

interface StoredTicket {
  readonly id: string;
  readonly code: string;
  readonly screening: string;
  readonly seat: number;
  readonly order_id: string;
  readonly type: number;
  readonly price_cents: number;
  readonly state: string;
}

async function acknowledgedIsStored(
  client: pg.Client,
  books: Books,
  told: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  const { rows: tickets } = await client.query<StoredTicket>('select * from tickets');
  const { rows: orders } = await client.query<{ id: string; state: string }>('select id, state from orders');
  const ticketOf = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const stateOf = new Map(orders.map(({ id, state }) => [id, state]));
  const given = new Set<string>();
  for (const entry of books.history) {
    const { request, answer, requestId, sent } = entry;
    if (answer === null) continue;
    const isBuy = request.op === ClientOp.buy;
    const row = told.get(isBuy ? `${requestId}.c` : requestId);
    if (answer.code !== OutcomeCode.accepted) {
      assert.ok(row === undefined || books.severalServers === true, `[I4] refused and stored: ${describe(entry)}`);
      continue;
    }
    assert.ok(row !== undefined, `[I2] answered and not stored: ${describe(entry)}`);
    assert.equal(Number(row.screening), request.screening, describe(entry));
    // A repeated answer names the screening's version of that moment.
    if (sent === 1) assert.equal(row.version, answer.version, `stored at another version: ${describe(entry)}`);
    else assert.ok(row.version <= answer.version, `stored later than it was answered: ${describe(entry)}`);
    const { fact } = decodeRow(row);
    switch (answer.body.kind) {
      case 'held':
        assert.ok((fact.kind === 4 || fact.kind === 5) && fact.hold === answer.body.hold, describe(entry));
        if (fact.kind === 4)
          for (const seat of fact.seats) assert.ok(answer.body.seats.includes(seat), describe(entry));
        break;
      case 'released':
        assert.ok(fact.kind === 6 && fact.hold === answer.body.hold, describe(entry));
        assert.deepEqual(fact.seats, answer.body.seats, describe(entry));
        break;
      case 'sold': {
        assert.ok(fact.kind === 10 && fact.order === answer.body.order, describe(entry));
        assert.equal(stateOf.get(answer.body.order), 'sold', describe(entry));
        assert.equal(fact.tickets.length, answer.body.tickets.length, describe(entry));
        for (const { ticket, code, seat, type, priceCents } of answer.body.tickets) {
          assert.ok(!given.has(ticket), `ticket ${ticket} was given twice: ${describe(entry)}`);
          given.add(ticket);
          const { id: _, ...stored } = ticketOf.get(ticket) ?? { id: '' };
          assert.deepEqual(
            stored,
            {
              ...stored,
              code,
              screening: String(request.screening),
              seat,
              order_id: answer.body.order,
              type,
              price_cents: priceCents,
              state: 'live',
            },
            `[I2] a ticket that was given is not stored so: ${describe(entry)}`,
          );
        }
        break;
      }
      default:
        assert.fail(`an answer of a strange shape: ${describe(entry)}`);
    }
  }
}

/** Replays the journal and looks, at each version that somebody was shown, whether it was this. */
async function shownIsStored(
  database: DatabaseConfig,
  observers: readonly SeatObserver[],
  rows: readonly StoredRow[],
): Promise<void> {
  const pool = createPool(database, 'reader', 'survival replay', 1);
  try {
    for (const observer of observers) assert.deepEqual(observer.contradictions, []);
    for (const screening of new Set(observers.flatMap((observer) => observer.screenings))) {
      const record = await loadScreening(pool, screening);
      assert.ok(record !== null);
      const rules = {
        seatsPerBuyerMax: 10,
        holdTtlMs: 0,
        holdExtensionsMax: 0,
        extensionMs: 0,
        paymentTtlMs: 0,
        retryTtlMs: 0,
      };
      const state = initialState(screening, record.seatMap, {
        ...rules,
        halfQuota: record.halfQuota,
        halfPolicy: record.halfPolicy,
        isOnSale: true,
        salesFromMs: null,
        salesUntilMs: null,
      });
      const compare = (): void => {
        for (const observer of observers) {
          const sight = observer.seen.get(screening)?.get(state.version);
          if (sight === undefined) continue;
          const shown = `screening ${screening} at version ${state.version}`;
          assert.equal(sight.status, state.seatStatus.join(''), `[I2] ${shown} was shown otherwise than it is stored`);
          assert.equal(sight.epoch, state.epoch, `${shown} was shown with another epoch`);
        }
      };
      for (const row of rows) {
        if (Number(row.screening) !== screening) continue;
        evolve(state, decodeRow(row));
        compare();
      }
      for (const observer of observers) {
        for (const version of observer.seen.get(screening)?.keys() ?? []) {
          assert.ok(
            version <= state.version,
            `[I2] version ${version} of screening ${screening} was shown and is not stored`,
          );
        }
      }
    }
  } finally {
    await pool.end();
  }
}
