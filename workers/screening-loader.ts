/** What the runtime needs to bring a screening back to life. The real one reads PostgreSQL (storage/recovery.ts). */
import type { SeatMap } from '../actors/seat-map.ts';
import type { ScreeningRules } from '../actors/seat-state.ts';
import type { StoredScreening } from '../storage/fact-store.ts';

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
