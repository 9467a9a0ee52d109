/** A follower of a test's catalogue, and what it said, put together as a thread would. */
import type { TestContext } from 'node:test';
import type { CatalogueChange, FilmRow, ScreeningRow } from '../../storage/catalogue-rows.ts';
import type { DatabaseConfig } from '../../storage/database.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { CatalogueFollower, type CatalogueFollowerLimits } from '../../workers/catalogue-follower.ts';

/** Nothing is looked for without a notice, unless a test wants it. */
const PATIENT: Partial<CatalogueFollowerLimits> = { lookMs: 60_000, gatherMs: 1, backOffMs: [5, 50] };

export class Followed {
  readonly said: CatalogueChange[] = [];
  readonly films = new Map<number, FilmRow>();
  readonly screenings = new Map<number, ScreeningRow>();
  /** How often each screening was told. */
  readonly told = new Map<number, number>();
  readonly left = new Map<number, number>();
  readings = 0;
  #waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];
  readonly follower: CatalogueFollower;

  private constructor(database: DatabaseConfig, limits: Partial<CatalogueFollowerLimits>) {
    this.follower = new CatalogueFollower({
      database,
      log: SILENT_LOG,
      onChange: (change) => this.#hear(change),
      limits: { ...PATIENT, ...limits },
    });
  }

  static start(t: TestContext, database: DatabaseConfig, limits: Partial<CatalogueFollowerLimits> = {}): Followed {
    const followed = new Followed(database, limits);
    t.after(() => followed.follower.stop());
    followed.follower.start();
    return followed;
  }

  /** Resolves as soon as something that is said makes it true. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isTrue, resolve }));
  }

  #hear(change: CatalogueChange): void {
    this.said.push(change);
    if (change.kind === 'rows') {
      for (const film of change.rows.films) this.films.set(film.id, film);
      for (const screening of change.rows.screenings) {
        this.screenings.set(screening.id, screening);
        this.told.set(screening.id, (this.told.get(screening.id) ?? 0) + 1);
      }
    } else if (change.kind === 'read') this.readings++;
    else if (change.kind === 'counted') {
      for (const [at, id] of change.counted.screenings.entries()) this.left.set(id, change.counted.left[at] ?? 0);
    }
    this.#waiting = this.#waiting.filter(({ isTrue, resolve }) => {
      if (!isTrue()) return true;
      resolve();
      return false;
    });
  }
}
