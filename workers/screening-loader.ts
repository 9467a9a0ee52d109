/** What the runtime needs to bring a screening back to life. The real one reads PostgreSQL (storage/recovery.ts). */
import type { SeatMap } from '../actors/seat-map.ts';
import { initialState, type ScreeningRules, type ScreeningState } from '../actors/seat-state.ts';
import { readSnapshot } from '../actors/snapshot.ts';
import type { StoredScreening } from '../storage/fact-store.ts';
import type { RuntimePorts } from './runtime-ports.ts';

export interface LoadedScreening extends StoredScreening {
  readonly map: SeatMap;
  readonly rules: ScreeningRules;
}

export interface ScreeningLoader {
  /** Null when there is no such screening. Rejects when the database cannot be asked. */
  load(screening: number, withoutSnapshot?: boolean): Promise<LoadedScreening | null>;
  /** Keeps a snapshot of committed state. Failing loses nothing; it reports by itself. */
  saveSnapshot(screening: number, version: number, epoch: number, atMs: number, state: string): Promise<void>;
}

/** The state on which the facts are replayed; null when the snapshot is of another build, or spoilt. */
export function stateOfSnapshot(
  screening: number,
  { snapshot, map, rules }: LoadedScreening,
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
