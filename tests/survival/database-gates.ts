/** Gates in PostgreSQL: whoever is about to begin the books of a seat's payment, or to write how a payment ended, waits at them. */
import type { TestContext } from 'node:test';
import type pg from 'pg';
import type { DatabaseConfig } from '../../storage/database.ts';
import { connected } from '../support/postgres.ts';

const BEGIN = 5_001;
const END = 5_002;
/** FactKind of the actor's facts that end a payment: cancelled, sold. */
const ENDS = '9, 10';

export class DatabaseGates {
  readonly #sql: pg.Client;

  private constructor(sql: pg.Client) {
    this.#sql = sql;
  }

  /** Open at first. They are shut by a connection of their own. */
  static async make(t: TestContext, config: DatabaseConfig): Promise<DatabaseGates> {
    const sql = await connected(t, config, 'migrator');
    await sql.query(`
      create function gate() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(tg_argv[0]::int);
        return new;
      end $$;
      grant execute on function gate to public;
      create trigger gate before insert on payments for each row execute function gate(${BEGIN});
      create trigger gate before insert on journal for each row when (new.kind in (${ENDS})) execute function gate(${END})`);
    return new DatabaseGates(sql);
  }

  async shut(which: 'begin' | 'end'): Promise<void> {
    await this.#sql.query('select pg_advisory_lock($1)', [which === 'begin' ? BEGIN : END]);
  }

  async open(): Promise<void> {
    await this.#sql.query('select pg_advisory_unlock_all()');
  }
}
