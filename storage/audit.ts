/**
 * The audit: reads the whole database and says whether the promises were kept (docs/invariants.md). It trusts nothing
 * that it can count itself: the facts go into books of the auditor's own (audit-ledger.ts), and what the actor's replay,
 * the snapshots and the tables say is compared with them.
 *
 * All tables are read as of one moment, so that a server that goes on selling does not disturb it, in the order of
 * screenings, side by side; memory is one screening's orders and tickets, whatever the size of the database.
 */
import type pg from 'pg';
import type { ScreeningRules } from '../actors/seat-state.ts';
import { auditHistory } from './audit-history.ts';
import { LayoutBook } from './audit-layouts.ts';
import { compareMoney, PAYMENTS_SQL } from './audit-money.ts';
import { ORDERS_SQL, TICKETS_SQL } from './audit-projection.ts';
import { AuditFindings, type AuditReport } from './audit-report.ts';
import { JOURNAL_SQL, ScreeningAudit, SNAPSHOTS_SQL } from './audit-screening.ts';
import { GroupedCursor, inTurn } from './grouped-cursor.ts';
import type { CommonRules } from './recovery.ts';

export type { AuditReport, AuditRule, AuditViolation } from './audit-report.ts';

export interface AuditProgress {
  /** Screenings of the catalogue that lie behind. */
  readonly screenings: number;
  readonly screeningsTotal: number;
  readonly facts: number;
}

export interface AuditOptions {
  /** Called some times a second. */
  readonly onProgress?: (progress: AuditProgress) => void;
  /** What clients were told (audit-history.ts). */
  readonly historyFile?: string;
  /** The server's rules, where they are not the usual ones. */
  readonly rules?: Partial<CommonRules>;
  /** Only this screening. */
  readonly screening?: number;
}

/** Only the limit per buyer matters to an audit: facts carry results, and a replay asks no rules. */
const USUAL_RULES: CommonRules = {
  seatsPerBuyerMax: 10,
  holdTtlMs: 0,
  holdExtensionsMax: 0,
  extensionMs: 0,
  paymentTtlMs: 0,
  retryTtlMs: 0,
  salesAfterStartMs: 0,
};

const CATALOGUE_SQL = 'select id as screening, seat_map_id, half_quota, half_policy from screenings order by id';
const PROGRESS_EVERY_MS = 200;

/** @throws what the database throws, or a history file that is none. `pool` has the reader role. */
export async function auditDatabase(pool: pg.Pool, options: AuditOptions = {}): Promise<AuditReport> {
  const startedMs = performance.now();
  const client = await pool.connect();
  const findings = new AuditFindings();
  let failure: unknown = null;
  try {
    const counts = await new Audit(client, options, findings).run();
    // Only now, and outside that moment: the file may name what was committed after it.
    const { historyFile } = options;
    const acknowledged = historyFile === undefined ? 0 : await auditHistory(client, historyFile, findings);
    return {
      ok: findings.count === 0,
      ...counts,
      acknowledged,
      violations: findings.violations,
      violationCount: findings.count,
      elapsedMs: Math.round(performance.now() - startedMs),
    };
  } catch (cause) {
    failure = cause;
    throw cause;
  } finally {
    client.release(failure !== null);
  }
}

interface Cursors {
  readonly catalogue: GroupedCursor;
  readonly journal: GroupedCursor;
  readonly snapshots: GroupedCursor;
  readonly orders: GroupedCursor;
  readonly tickets: GroupedCursor;
  readonly payments: GroupedCursor;
}

class Audit {
  readonly #client: pg.ClientBase;
  readonly #options: AuditOptions;
  readonly #findings: AuditFindings;
  readonly #counts = { screenings: 0, facts: 0, orders: 0, tickets: 0, payments: 0 };
  #toldMs = 0;

  constructor(client: pg.ClientBase, options: AuditOptions, findings: AuditFindings) {
    this.#client = client;
    this.#options = options;
    this.#findings = findings;
  }

  async run(): Promise<Pick<AuditReport, 'screenings' | 'facts' | 'orders' | 'tickets' | 'payments'>> {
    await this.#client.query('begin isolation level repeatable read read only');
    // All rows will be wanted, and not the first ones soon.
    await this.#client.query('set local cursor_tuple_fraction = 1');
    const total = await this.#client.query<{ count: string }>('select count(*) from screenings');
    const layouts = await LayoutBook.open(this.#client);
    const cursors = await this.#open();
    for (;;) {
      const screening = await nextOf(cursors);
      if (screening === null) break;
      await this.#screening(screening, cursors, layouts);
      this.#tell(Number(total.rows[0]?.count ?? 0));
    }
    await inTurn(this.#client, () => this.#client.query('commit'));
    return this.#counts;
  }

  async #open(): Promise<Cursors> {
    const open = (name: string, sql: string) => GroupedCursor.open(this.#client, name, this.#narrowed(sql));
    return {
      catalogue: await open('audit_catalogue', CATALOGUE_SQL),
      journal: await open('audit_journal', JOURNAL_SQL),
      snapshots: await open('audit_snapshots', SNAPSHOTS_SQL),
      orders: await open('audit_orders', ORDERS_SQL),
      tickets: await open('audit_tickets', TICKETS_SQL),
      payments: await open('audit_payments', PAYMENTS_SQL),
    };
  }

  #narrowed(sql: string): string {
    const { screening } = this.#options;
    if (screening === undefined) return sql;
    const column = sql === CATALOGUE_SQL ? 'id' : 'screening';
    return sql.replace(/order by/, `where ${column} = ${Math.trunc(screening)} order by`);
  }

  async #screening(screening: number, cursors: Cursors, layouts: LayoutBook): Promise<void> {
    const [entry] = await cursors.catalogue.all(screening);
    if (entry !== undefined) this.#counts.screenings++;
    const orders = await cursors.orders.all(screening);
    const tickets = await cursors.tickets.all(screening);
    const [snapshot] = await cursors.snapshots.all(screening);
    this.#counts.orders += orders.length;
    this.#counts.tickets += tickets.length;
    const payments = await cursors.payments.all(screening);
    this.#counts.payments += payments.length;
    compareMoney(screening, payments, orders, tickets, this.#findings);
    const hasFacts = (await cursors.journal.next()) === screening;
    if (!hasFacts && orders.length === 0 && tickets.length === 0 && snapshot === undefined) return;
    if (entry === undefined) {
      this.#findings.add('facts', screening, null, 'there is no such screening in the catalogue');
      await cursors.journal.each(screening, () => this.#counts.facts++);
      return;
    }
    const [, seatMapId, halfQuota, halfPolicy] = entry;
    const rules: ScreeningRules = {
      ...USUAL_RULES,
      ...this.#options.rules,
      halfQuota: Number(halfQuota),
      halfPolicy: halfPolicy === 'exceed' ? 'exceed' : 'limit',
      // A replay does not ask them.
      isOnSale: true,
      salesFromMs: null,
      salesUntilMs: null,
    };
    const ofThen = await layouts.of(screening, Number(seatMapId));
    const audit = new ScreeningAudit(screening, ofThen, rules, this.#findings);
    if (snapshot !== undefined) audit.snapshot(snapshot);
    await cursors.journal.each(screening, (row) => {
      this.#counts.facts++;
      audit.fact(row);
    });
    audit.finish(Number(seatMapId), orders, tickets);
  }

  #tell(screeningsTotal: number): void {
    const { onProgress } = this.#options;
    const nowMs = performance.now();
    if (onProgress === undefined || nowMs - this.#toldMs < PROGRESS_EVERY_MS) return;
    this.#toldMs = nowMs;
    onProgress({ screenings: this.#counts.screenings, screeningsTotal, facts: this.#counts.facts });
  }
}

/** The lowest screening that any of them still has. */
async function nextOf(cursors: Cursors): Promise<number | null> {
  let lowest: number | null = null;
  for (const cursor of Object.values(cursors) as GroupedCursor[]) {
    const next = await cursor.next();
    if (next !== null && (lowest === null || next < lowest)) lowest = next;
  }
  return lowest;
}
