/**
 * The event stream's books: after any disaster the stream is compared with the journal, fact by fact. Whatever the relays
 * did, the stream holds every committed fact, of each screening in the order of its versions, and none that is not in
 * the journal.
 */
import assert from 'node:assert/strict';
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from '../../storage/database.ts';
import { type Event, eventOf } from '../../storage/event.ts';
import { decodeRow, type JournalRow } from '../../storage/fact-codec.ts';
import { EventFollower } from '../../workers/cluster/event-follower.ts';
import { connectNats, parseNatsUrl } from '../../workers/cluster/nats-connection.ts';
import { until } from './deadline.ts';

export interface EventBooks {
  /** Facts of the journal, each of which is in the stream. */
  readonly facts: number;
  /** Messages of the stream that repeat an earlier one. */
  readonly repeated: number;
}

export interface EventBooksOptions {
  /** The stream may begin later than the journal: NATS lost its files, or old events went by age. Default: no. */
  readonly mayLackPast?: boolean;
  /** Events may stand in the stream more than once. Default: no. */
  readonly mayRepeat?: boolean;
}

/** Resolves when everything committed so far has been relayed. */
export async function whenRelayed(database: DatabaseConfig, deadlineMs = 20_000): Promise<void> {
  const client = new pg.Client(clientConfig(database, 'reader', 'test events'));
  await client.connect();
  try {
    let rows = 0;
    await until(
      async () => {
        const result = await client.query<{ rows: string }>('select count(*) as rows from outbox');
        rows = Number(result.rows[0]?.rows);
        return rows === 0;
      },
      deadlineMs,
      () => `${rows} rows of the outbox are not relayed`,
    );
  } finally {
    await client.end();
  }
}

/** Everything that is in the stream now, in its order. */
export async function wholeStream(natsUrl: string): Promise<Event[]> {
  const quiet = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };
  const connection = await connectNats(parseNatsUrl(natsUrl), 'test events', quiet);
  const controller = new AbortController();
  try {
    const follower = new EventFollower(connection, () => {});
    const { next } = await follower.end();
    const events: Event[] = [];
    if (next === 1) return events;
    for await (const { event, sequence } of follower.messages({ next: 1, stream: null }, null, controller.signal)) {
      events.push(event);
      if (sequence >= next - 1) break;
    }
    return events;
  } finally {
    controller.abort();
    await connection.close();
  }
}

/** Compares the stream with the journal. Call it when everything is relayed (`whenRelayed`). */
export async function checkEvents(
  natsUrl: string,
  database: DatabaseConfig,
  options: EventBooksOptions = {},
): Promise<EventBooks> {
  const stream = await wholeStream(natsUrl);
  const journal = await journalEvents(database);
  const lasts = new Map<number, number>();
  let repeated = 0;
  for (const event of stream) {
    const { screening, version } = event;
    const name = `${screening}.${version}`;
    const stored = journal.get(name);
    assert.ok(stored !== undefined, `[EV2] event ${name} is not in the journal`);
    assert.deepEqual(event, stored, `[EV2] event ${name} says something else than the journal`);
    const last = lasts.get(screening);
    if (last !== undefined && version <= last) {
      repeated++;
      assert.ok(options.mayRepeat === true, `[EV4] event ${name} is in the stream twice, or after version ${last}`);
      continue;
    }
    const isNext = last === undefined ? version === 1 || options.mayLackPast === true : version === last + 1;
    assert.ok(isNext || options.mayLackPast === true, `[EV3] event ${name} follows version ${last ?? 0}`);
    lasts.set(screening, version);
  }
  for (const { screening, version } of journal.values()) {
    const last = lasts.get(screening) ?? 0;
    const isMissing = version > last && !(options.mayLackPast === true && last === 0);
    assert.ok(!isMissing, `[EV2] fact ${screening}.${version} is not in the stream`);
  }
  return { facts: journal.size, repeated };
}

async function journalEvents(database: DatabaseConfig): Promise<Map<string, Event>> {
  const client = new pg.Client(clientConfig(database, 'reader', 'test events'));
  await client.connect();
  try {
    const { rows } = await client.query<JournalRow & { screening: string }>('select * from journal order by 1, 2');
    return new Map(
      rows.map((row) => [`${row.screening}.${row.version}`, eventOf(Number(row.screening), decodeRow(row))]),
    );
  } finally {
    await client.end();
  }
}
