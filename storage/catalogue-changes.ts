/**
 * Reads the catalogue once, and then only what changed. Each row carries the transaction that changed it last; a look
 * asks for the rows whose transaction the look before could not see. A time or a sequence would overlook what was
 * written earlier and committed later; a snapshot knows exactly which transactions it has seen, so that no
 * change is overlooked and, while nothing else goes wrong, none comes twice.
 *
 * A notice only says "look now". Rows that are deleted leave no trace: they are noticed by the next reading of everything.
 */
import pg from 'pg';
import { CATALOGUE_SELECTS, type CatalogueRows, type SeatsCounted } from './catalogue-rows.ts';
import { clientConfig, type DatabaseConfig } from './database.ts';
import { countSeats, type SeatsPosition } from './seats-left.ts';

/** Each statement reads a page or less. A line that stays silent for longer is broken. */
const QUERY_DEADLINE_MS = 15_000;
/** A page is applied in one turn of a thread's event loop: about a millisecond. */
const PAGE_ROWS = 500;
/** Screenings of yesterday still count for how much of a film is on; time zones and the night make it two days more. */
const PAST_DAYS = 3;

const NONE: CatalogueRows = { cinemas: [], auditoriums: [], films: [], screenings: [] };

export class CatalogueConnection {
  readonly #client: pg.Client;
  #broken: unknown = null;
  /** What the last look saw, as PostgreSQL writes it: "xmin:xmax:running,…"; null: nothing yet. */
  #seen: string | null;

  private constructor(client: pg.Client, seen: string | null) {
    this.#client = client;
    this.#seen = seen;
  }

  /**
   * Connects and listens. `seen` is the `seen` of a connection before this one, so that only what changed since has to be read.
   * @param onNotice something has changed, or the connection broke.
   */
  static async open(config: DatabaseConfig, seen: string | null, onNotice: () => void): Promise<CatalogueConnection> {
    const settings = clientConfig(config, 'reader', 'poltrona catalogue');
    const client = new pg.Client({ ...settings, query_timeout: QUERY_DEADLINE_MS });
    const connection = new CatalogueConnection(client, seen);
    client.on('error', (cause) => {
      connection.#broken ??= cause;
      onNotice();
    });
    client.on('notification', onNotice);
    try {
      await client.connect();
      await client.query('listen poltrona_catalogue');
      if (seen !== null && !(await connection.#knows(seen))) connection.#seen = null;
    } catch (cause) {
      connection.close();
      throw cause;
    }
    return connection;
  }

  /** Whether the next `changes` has anything to build on. */
  get hasSeen(): boolean {
    return this.#seen !== null;
  }

  get seen(): string | null {
    return this.#seen;
  }

  /** Everything that is not long past, page by page, of one moment. */
  all(): AsyncGenerator<CatalogueRows, void, undefined> {
    return this.#read((kind) =>
      kind === 'screenings' ? `where x.starts_at > now() - interval '${PAST_DAYS} days'` : '',
    );
  }

  /** What changed since the last reading, of any time. @throws when there was none. */
  changes(): AsyncGenerator<CatalogueRows, void, undefined> {
    const seen = this.#seen;
    if (seen === null) throw new Error('the catalogue has not been read yet');
    // The comparison with xmin is for the index.
    return this.#read(
      () => `where x.changed_xid >= pg_snapshot_xmin('${seen}'::pg_snapshot)
        and not pg_visible_in_snapshot(x.changed_xid, '${seen}'::pg_snapshot)`,
    );
  }

  /** Unsold seats of the next screenings after a position; see `countSeats`. */
  async count(after: SeatsPosition | null): Promise<{ counted: SeatsCounted; next: SeatsPosition | null }> {
    this.#mustWork();
    return countSeats(this.#client, after, PAGE_ROWS);
  }

  /** Without waiting for an answer. */
  close(): void {
    this.#broken ??= new Error('the connection was closed');
    const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    stream.destroy();
  }

  /** One transaction, so that all pages are of one moment. `#seen` moves on only when the last page has been taken. */
  async *#read(where: (kind: keyof CatalogueRows) => string): AsyncGenerator<CatalogueRows, void, undefined> {
    this.#mustWork();
    const client = this.#client;
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query<{ seen: string }>('select pg_current_snapshot()::text as seen');
    const seen = rows[0]?.seen ?? '';
    for (const { kind, select } of CATALOGUE_SELECTS) {
      await client.query(`declare rows no scroll cursor for ${select} ${where(kind)}`);
      for (;;) {
        this.#mustWork();
        const page = await client.query(`fetch ${PAGE_ROWS} from rows`);
        if (page.rows.length > 0) yield { ...NONE, [kind]: page.rows };
        if (page.rows.length < PAGE_ROWS) break;
      }
      await client.query('close rows');
    }
    await client.query('commit');
    this.#seen = seen;
  }

  /** False after a restore of an older state: its transactions have numbers that were used already. */
  async #knows(seen: string): Promise<boolean> {
    const { rows } = await this.#client.query<{ known: boolean }>(
      `select pg_snapshot_xmax('${seen}'::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) as known`,
    );
    return rows[0]?.known === true;
  }

  #mustWork(): void {
    if (this.#broken !== null) throw new Error('the connection to the catalogue broke', { cause: this.#broken });
  }
}
