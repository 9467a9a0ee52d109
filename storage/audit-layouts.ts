/** The layouts that screenings have had, for an audit: facts speak of seats by the numbers of the layout of then. */
import type pg from 'pg';
import { FactKind } from '../actors/seat-fact.ts';
import type { SeatMap, SeatMaps } from '../actors/seat-map.ts';
import { decodeFact } from './fact-codec.ts';
import { inTurn } from './grouped-cursor.ts';
import { type SeatLayout, seatMapFromLayout } from './seat-layout.ts';

export interface MapChange {
  readonly version: number;
  readonly from: number;
  readonly to: number;
}

export interface AuditLayouts {
  /** Before the first fact. */
  readonly first: SeatMap;
  /** Changes, in order. */
  readonly changes: readonly MapChange[];
  readonly maps: SeatMaps;
}

const noChanges: readonly MapChange[] = [];
const SEAT_MAPS_MAX = 512;

export class LayoutBook {
  readonly #client: pg.ClientBase;
  readonly #changes = new Map<number, MapChange[]>();
  readonly #maps = new Map<number, SeatMap>();

  private constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  /** Reads all changes at once: they are few, and each screening's facts can then be visited without waiting. */
  static async open(client: pg.ClientBase): Promise<LayoutBook> {
    const book = new LayoutBook(client);
    const { rows } = await client.query<{ screening: string; version: number; body: string | null }>(
      `select screening, version, body from journal where kind = ${FactKind.mapChanged} order by screening, version`,
    );
    for (const { screening, version, body } of rows) book.#add(Number(screening), version, body);
    return book;
  }

  #add(screening: number, version: number, body: string | null): void {
    const changes = this.#changes.get(screening) ?? [];
    this.#changes.set(screening, changes);
    try {
      const fact = decodeFact(FactKind.mapChanged, body);
      if (fact.kind === FactKind.mapChanged) changes.push({ version, from: fact.from, to: fact.to });
    } catch {
      // Whoever goes through the facts finds the same one, and says so.
    }
  }

  /** `present`: what the catalogue says of the screening now. */
  async of(screening: number, present: number): Promise<AuditLayouts> {
    const changes = this.#changes.get(screening) ?? noChanges;
    const firstId = changes[0]?.from ?? present;
    const first = await this.#map(firstId);
    const maps = new Map([[firstId, first]]);
    for (const { from, to } of changes) for (const id of [from, to]) maps.set(id, await this.#map(id));
    return { first, changes, maps };
  }

  async #map(id: number): Promise<SeatMap> {
    let map = this.#maps.get(id);
    if (map === undefined) {
      const { rows } = await inTurn(this.#client, () =>
        this.#client.query<{ layout: SeatLayout }>('select layout from seat_maps where id = $1', [id]),
      );
      map = seatMapFromLayout(id, rows[0]?.layout ?? { rows: [], seats: [] });
      if (this.#maps.size === SEAT_MAPS_MAX) this.#maps.clear();
      this.#maps.set(id, map);
    }
    return map;
  }
}

/** The layout of a screening after its fact `version`. */
export function layoutAt({ first, changes, maps }: AuditLayouts, version: number): SeatMap {
  const last = changes.findLast((change) => change.version <= version);
  return (last === undefined ? undefined : maps.get(last.to)) ?? first;
}
