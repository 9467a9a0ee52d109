/** Snapshots of actors that are about to be forgotten all at once: at a drain, or when their shard goes to another owner. */
import type { RuntimePorts } from './runtime-ports.ts';
import type { ScreeningActor } from './screening-actor.ts';

/** Saves those worth a row for as long as `budgetMs` lasts: a snapshot only shortens the next replay. */
export async function saveSnapshots(
  { loader, limits, nowMs }: Pick<RuntimePorts, 'loader' | 'limits' | 'nowMs'>,
  actors: Iterable<ScreeningActor>,
  budgetMs: number,
): Promise<void> {
  const startedMs = nowMs();
  for (const actor of actors) {
    const atMs = nowMs();
    if (atMs - startedMs > budgetMs) return;
    const snapshot = actor.snapshotWorthKeeping(limits.snapshotFactsMin);
    if (snapshot === null) continue;
    await loader.saveSnapshot(actor.screening, snapshot.version, snapshot.epoch, atMs, snapshot.state);
  }
}
