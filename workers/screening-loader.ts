/** Brings a screening's state back: the snapshot, and the facts since. The real loader reads PostgreSQL (storage/recovery.ts). */

import { evolve } from '../actors/seat-evolve.ts';
import type { SeatMap } from '../actors/seat-map.ts';
import { initialState, type ScreeningRules, type ScreeningState } from '../actors/seat-state.ts';
import { readSnapshot } from '../actors/snapshot.ts';
import type { RecoveredScreening } from '../storage/recovery.ts';
import type { RuntimePorts } from './runtime-ports.ts';

export interface ScreeningLoader {
  /** Null when there is no such screening. Rejects when the database cannot be asked. */
  load(screening: number, withoutSnapshot?: boolean): Promise<RecoveredScreening | null>;
  /** The present rules of those screenings that exist. Rejects when the database cannot be asked. */
  rules(screenings: readonly number[]): Promise<ReadonlyMap<number, ScreeningRules>>;
  /** A layout for a screening; null when its auditorium has no such one. Rejects when the database cannot be asked. */
  loadMap(screening: number, id: number): Promise<SeatMap | null>;
  /** Keeps a snapshot of committed state. Failing loses nothing; it reports by itself. */
  saveSnapshot(screening: number, version: number, epoch: number, atMs: number, state: string): Promise<void>;
}

export interface Restored {
  readonly state: ScreeningState;
  /** How many facts no snapshot covers. */
  readonly factsSinceSnapshot: number;
}

/** Null when there is no such screening. Rejects when it cannot be read, or its facts make no sense. */
export async function restore(
  screening: number,
  loader: ScreeningLoader,
  log: RuntimePorts['log'],
): Promise<Restored | null> {
  let loaded = await loader.load(screening);
  if (loaded === null) return null;
  let state = stateOfSnapshot(screening, loaded, log);
  if (state === null) {
    // A snapshot only shortens the replay: one that cannot be read is done without.
    loaded = await loader.load(screening, true);
    if (loaded === null) throw new Error(`screening ${screening} is gone`);
    state = initialState(screening, loaded.map, loaded.rules);
  }
  for (const recorded of loaded.facts) evolve(state, recorded, loaded.maps);
  return { state, factsSinceSnapshot: loaded.facts.length };
}

/** The state on which the facts are replayed; null when the snapshot is of another build, or spoilt. */
function stateOfSnapshot(
  screening: number,
  { snapshot, map, rules }: RecoveredScreening,
  log: RuntimePorts['log'],
): ScreeningState | null {
  if (snapshot === null) return initialState(screening, map, rules);
  try {
    return readSnapshot(snapshot, map, rules);
  } catch (cause) {
    log('warn', 'a snapshot cannot be read; all facts are replayed instead', { screening, cause });
    return null;
  }
}
