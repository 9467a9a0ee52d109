/**
 * A query's rows, ordered by screening and handed out one screening at a time, through a cursor of the database: however
 * large the table, a few thousand rows of it are here. While those are looked at, the next ones are on their way.
 *
 * The first column is the screening. All columns come as text, which spares the parsing of those nobody looks at.
 */
import type pg from 'pg';

export type TextRow = readonly (string | null)[];

const ROWS_AT_ONCE = 4096;
const AS_TEXT = { getTypeParser: () => (value: unknown) => value };

/** The last statement that each client was given. */
const lastOf = new WeakMap<pg.ClientBase, Promise<unknown>>();

/** Several cursors of one client ask ahead; node-postgres wants one statement at a time. */
export function inTurn<Result>(client: pg.ClientBase, ask: () => Promise<Result>): Promise<Result> {
  const before = lastOf.get(client) ?? Promise.resolve();
  const asked = before.then(ask);
  // Who comes next does not care how this one ended; its own caller hears of it.
  lastOf.set(
    client,
    asked.catch(() => {}),
  );
  return asked;
}

export class GroupedCursor {
  readonly #client: pg.ClientBase;
  readonly #name: string;
  #rows: TextRow[] = [];
  #at = 0;
  /** The rows that were asked for ahead; null after the last ones. */
  #coming: Promise<TextRow[]> | null = null;

  private constructor(client: pg.ClientBase, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** `sql` must order by its first column. Only inside a transaction, which the cursor does not outlive. */
  static async open(client: pg.ClientBase, name: string, sql: string): Promise<GroupedCursor> {
    await inTurn(client, () => client.query(`declare ${name} no scroll cursor for ${sql}`));
    const cursor = new GroupedCursor(client, name);
    cursor.#ask();
    return cursor;
  }

  /** The screening of the next row; null at the end. */
  async next(): Promise<number | null> {
    if (this.#at === this.#rows.length) await this.#fetch();
    const row = this.#rows[this.#at];
    return row === undefined ? null : Number(row[0]);
  }

  /** Visits the rows of `screening`, which must not lie behind. Rows of earlier screenings are passed over. */
  async each(screening: number, visit: (row: TextRow) => void): Promise<void> {
    for (;;) {
      for (; this.#at < this.#rows.length; this.#at++) {
        const row = this.#rows[this.#at] as TextRow;
        const found = Number(row[0]);
        if (found > screening) return;
        if (found === screening) visit(row);
      }
      await this.#fetch();
      if (this.#rows.length === 0) return;
    }
  }

  async all(screening: number): Promise<TextRow[]> {
    const rows: TextRow[] = [];
    await this.each(screening, (row) => rows.push(row));
    return rows;
  }

  async #fetch(): Promise<void> {
    this.#at = 0;
    this.#rows = this.#coming === null ? [] : await this.#coming;
    if (this.#rows.length < ROWS_AT_ONCE) this.#coming = null;
    else this.#ask();
  }

  #ask(): void {
    const text = `fetch ${ROWS_AT_ONCE} from ${this.#name}`;
    const query = { text, rowMode: 'array', types: AS_TEXT } as const;
    this.#coming = inTurn(this.#client, () => this.#client.query<(string | null)[]>(query)).then(({ rows }) => rows);
    // Whoever comes for the rows hears of a failure; if nobody does any more, it is no one's business.
    this.#coming.catch(() => {});
  }
}
