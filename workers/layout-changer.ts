/**
 * Brings new layouts to the screenings that were announced with the old one: takes what is wanted
 * (storage/layout-changes.ts), asks each screening's actor, and writes its answer down. The actor decides, and it writes
 * the screening's row; here is only who is asked when.
 *
 * Twice does no harm: an actor that has the layout already says that it is done. An answer that did not come in time
 * leaves the change wanted, and the job is put in again for a minute later.
 */
import type pg from 'pg';
import { z } from 'zod';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import { inTransaction } from '../storage/in-transaction.ts';
import { addJob } from '../storage/jobs.ts';
import {
  countLayoutsWanted,
  dropLayoutChanges,
  LAYOUT_JOB,
  type LayoutAnswer,
  type LayoutChange,
  nextLayoutChanges,
  settleLayoutChanges,
} from '../storage/layout-changes.ts';
import { type JobTask, jobTask } from './jobs/tasks.ts';

/** Asked at the same time. Each may load an actor: more would push those out that sell. */
const BATCH = 16;
/** A run ends here at the latest; the next one goes on. So many rows it keeps in mind. */
const ASKED_MAX = 5_000;
const AGAIN_MS = 60_000;

export interface LayoutChangerPorts {
  /** Of the app role. */
  readonly pool: pg.Pool;
  /**
   * Asks the screening's actor for the command change-map, as `system`. The request's id should be made of the change
   * and of `attempt`, which is another one each run: a refusal of yesterday must not answer for today.
   */
  ask(change: LayoutChange, attempt: number): Promise<Answer>;
  nowMs(): number;
}

export interface LayoutRun {
  readonly done: number;
  readonly conflicts: number;
  /** Still wanted: nobody answered, or somebody is choosing seats just now. */
  readonly left: number;
}

const NAMES = new Map<number, string>(Object.entries(OutcomeCode).map(([name, code]) => [code, name]));
/** Nobody knows what became of it, or it could not be said just now. */
const LATER = new Set<number>([
  ...[OutcomeCode.rateLimited, OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired, OutcomeCode.failed],
]);

export class LayoutChanger {
  readonly #ports: LayoutChangerPorts;

  constructor(ports: LayoutChangerPorts) {
    this.#ports = ports;
  }

  /** Asks for everything that is wanted, each once. Ends early, between two batches, when `signal` says so. */
  async run(signal: AbortSignal): Promise<LayoutRun> {
    const { pool, nowMs } = this.#ports;
    const attempt = nowMs();
    await dropLayoutChanges(pool, attempt);
    const asked: number[] = [];
    let [done, conflicts] = [0, 0];
    while (!signal.aborted && asked.length < ASKED_MAX) {
      const batch = await inTransaction(pool, (client) => this.#batch(client, asked, attempt));
      if (batch === null) break;
      done += batch.done;
      conflicts += batch.conflicts;
    }
    return { done, conflicts, left: await countLayoutsWanted(pool) };
  }

  /** null: nothing is left to ask. */
  async #batch(client: pg.ClientBase, asked: number[], attempt: number): Promise<Omit<LayoutRun, 'left'> | null> {
    const changes = await nextLayoutChanges(client, BATCH, asked);
    if (changes.length === 0) return null;
    asked.push(...changes.map(({ screening }) => screening));
    const answers = await Promise.all(
      changes.map(async (change) => answered(change, await this.#ports.ask(change, attempt))),
    );
    return settleLayoutChanges(
      client,
      answers.filter((answer) => answer !== null),
    );
  }
}

function answered(change: LayoutChange, { code }: Answer): LayoutAnswer | null {
  if (LATER.has(code)) return null;
  return { ...change, refused: code === OutcomeCode.accepted ? null : (NAMES.get(code) ?? `outcome ${code}`) };
}

/** The job, for the list of tasks. */
export function layoutTask(ports: LayoutChangerPorts): JobTask {
  const changer = new LayoutChanger(ports);
  return jobTask(LAYOUT_JOB, z.object({}), async (_, { signal, log }) => {
    const { done, conflicts, left } = await changer.run(signal);
    if (done + conflicts + left > 0) log.info({ done, conflicts, left }, 'layouts of screenings changed');
    if (left === 0) return;
    await addJob(ports.pool, LAYOUT_JOB, {}, { key: LAYOUT_JOB, runAt: new Date(ports.nowMs() + AGAIN_MS) });
  });
}
