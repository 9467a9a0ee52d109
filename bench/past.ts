/** A past for `recover`: many screenings that sold a little, a few that were fought over. Written straight into the journal of a stopped server. */
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DatabaseConfig } from '../storage/database.ts';
import { startEmbedded } from '../storage/embedded-postgres.ts';
import { JOURNAL_COLUMNS } from '../storage/fact-codec.ts';
import { SILENT_LOG } from '../storage/log.ts';
import { connect, withClient } from './bench-database.ts';
import { journalBatches } from './journal-rows.ts';
import { createProgramme } from './programme.ts';

const SEATS = 200;
/** More than half of all screenings sell fewer than twenty seats. */
const SHALLOW_FACTS = 20;
/** One buyer less than the seats have strips for: the last ten seats stay free. */
const BUYERS = 19;
const BATCH_ROWS = 4000;

export interface Past {
  readonly firstScreening: number;
  readonly firstDeep: number;
  /** As many as the first, without any fact. */
  readonly firstUntouched: number;
}

/** Runs `work` on the embedded PostgreSQL of a server's folder, while that server does not run. */
export async function withEmbedded<Result>(
  folder: string,
  work: (config: DatabaseConfig, client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const embedded = await startEmbedded({ folder: `${folder}/postgres`, log: SILENT_LOG });
  try {
    return await withClient(embedded.config, (client) => work(embedded.config, client));
  } finally {
    await embedded.stop();
  }
}

/** `screenings` screenings of 200 seats with about twenty facts each, as many without any, and `deep` ones with `deepFacts` each. */
export function preparePast(
  folder: string,
  wanted: { readonly screenings: number; readonly deep: number; readonly deepFacts: number },
): Promise<Past> {
  return withEmbedded(folder, async (config, owner) => {
    const firstScreening = await createProgramme(config, wanted.screenings, SEATS);
    const firstDeep = await createProgramme(config, wanted.deep, SEATS);
    const firstUntouched = await createProgramme(config, wanted.screenings, SEATS);
    const client = await connect(config, 'shard', 'past');
    const plan = { seats: SEATS, connections: BUYERS, seatsPerBuyer: 10 };
    const shallow = { ...plan, firstScreening, screenings: wanted.screenings };
    await copyIn(client, journalBatches(shallow, 1, BATCH_ROWS, wanted.screenings * (SHALLOW_FACTS - 1)));
    for (let screening = firstDeep; screening < firstDeep + wanted.deep; screening++) {
      await copyIn(
        client,
        journalBatches({ ...plan, firstScreening: screening, screenings: 1 }, 1, BATCH_ROWS, wanted.deepFacts),
      );
    }
    await client.end();
    await owner.query('analyze');
    return { firstScreening, firstDeep, firstUntouched };
  });
}

async function copyIn(client: pg.Client, writers: ReturnType<typeof journalBatches>): Promise<void> {
  for (const { batches } of writers) {
    for (const batch of batches) {
      await new Promise<void>((resolve, reject) => {
        const stream = client.query(copyFrom(`copy journal (${JOURNAL_COLUMNS}) from stdin`));
        stream.once('error', reject);
        stream.once('finish', resolve);
        stream.end(batch);
      });
    }
  }
}
