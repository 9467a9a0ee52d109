/**
 * What goes on in a catalogue while people search: prices of many screenings change all the time, and of one screening it is
 * measured how long after the commit every thread of the server shows it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { DatabaseConfig } from '../storage/database.ts';
import { connect } from './bench-database.ts';
import { HttpLine } from './http-line.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { HOST } from './server-process.ts';

/** A title that has no word in common with the others. */
const PROBE = 'Zyxwvut';
const CHANGE_EVERY_MS = 100;
const PROBE_EVERY_MS = 250;
const POLL_MS = 2;
/** Connections are dealt to the threads by chance: enough for each to get some. */
const LINES = 8;
const SEEN_DEADLINE_MS = 10_000;

export interface ChangeFigures {
  readonly changes_per_s: number;
  readonly seen_after_p50_ms: number;
  readonly seen_after_max_ms: number;
}

export class SearchChanges {
  readonly #client: pg.Client;
  readonly #lines: readonly HttpLine[];
  readonly #perSecond: number;
  readonly #seen = new LatencyHistogram();
  readonly #startedMs = performance.now();
  #isStopping = false;
  #changes = 0;
  readonly #running: Promise<unknown>;

  private constructor(client: pg.Client, lines: readonly HttpLine[], perSecond: number) {
    this.#client = client;
    this.#lines = lines;
    this.#perSecond = perSecond;
    this.#running = Promise.all([this.#change(), this.#probe()]);
    // Whoever stops us hears of it.
    this.#running.catch(() => {});
  }

  /** Begins to change `perSecond` screenings a second. */
  static async start(config: DatabaseConfig, port: number, perSecond: number): Promise<SearchChanges> {
    const client = await connect(config, 'migrator', 'changes');
    const lines = await Promise.all(Array.from({ length: LINES }, () => HttpLine.open(HOST, port)));
    return new SearchChanges(client, lines, perSecond);
  }

  /** @throws what went wrong meanwhile. */
  async stop(): Promise<ChangeFigures> {
    this.#isStopping = true;
    await this.#running.finally(async () => {
      for (const line of this.#lines) line.close();
      await this.#client.end();
    });
    const { p50_ms, max_ms } = this.#seen.summary();
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    return { changes_per_s: Math.round(this.#changes / seconds), seen_after_p50_ms: p50_ms, seen_after_max_ms: max_ms };
  }

  async #change(): Promise<void> {
    const count = Math.round((this.#perSecond * CHANGE_EVERY_MS) / 1_000);
    for (let turn = 1; !this.#isStopping; turn++) {
      const { rowCount } = await this.#client.query(
        `update screenings set price_cents = 2000 + (price_cents + 100) % 4000 where id = any (
           select 1 + ($1::bigint * 7919 + n * 104729) % (select max(id) from screenings) from generate_series(1, $2::int) as n)`,
        [turn, count],
      );
      this.#changes += rowCount ?? 0;
      await delay(CHANGE_EVERY_MS);
    }
  }

  async #probe(): Promise<void> {
    for (let price = 1; !this.#isStopping; price++) {
      await this.#client.query(
        'update screenings set price_cents = $1 where film_id = (select id from films where title = $2)',
        [price, PROBE],
      );
      const committedMs = performance.now();
      await Promise.all(this.#lines.map((line) => untilShown(line, price, committedMs + SEEN_DEADLINE_MS)));
      this.#seen.record(performance.now() - committedMs);
      await delay(PROBE_EVERY_MS);
    }
  }
}

/** The screening by which it is measured: a film of its own in some auditorium. */
export async function addProbe(client: pg.ClientBase): Promise<void> {
  await client.query(
    `with film as (insert into films (title, minutes) values ($1, 90) returning id)
     insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select a.id, a.seat_map_id, film.id, at, at at time zone 'America/Sao_Paulo', 'America/Sao_Paulo', 0, 0
     from film, (select id, seat_map_id from auditoriums order by id limit 1) as a,
       (select date_trunc('minute', now()) + interval '300 days' as at) as t`,
    [PROBE],
  );
}

async function untilShown(line: HttpLine, price: number, untilMs: number): Promise<void> {
  const wanted = `"priceFromCents":${price},`;
  for (;;) {
    const body = await new Promise<string>((resolve) =>
      line.get(`/api/search?q=${PROBE}`, true, (_, bytes) => resolve(bytes?.toString() ?? '')),
    );
    if (body.includes(wanted)) return;
    if (performance.now() > untilMs) throw new Error('the server does not show a change of the catalogue');
    await delay(POLL_MS);
  }
}
