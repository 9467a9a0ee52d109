/** The screenings and their seats, from the server's JSON. Only what the page needs is read, and it is checked. */
export interface Screening {
  readonly id: number;
  readonly title: string;
  readonly cinema: string;
  readonly auditorium: string;
  /** An instant in ISO form; shown in `timeZone`. */
  readonly startsAt: string;
  readonly timeZone: string;
  readonly projection: string;
  readonly language: string;
  readonly priceCents: number;
  readonly currency: string;
  readonly seatCount: number;
}

export interface ScreeningPage {
  readonly screenings: readonly Screening[];
  /** For the next page; null at the end. */
  readonly next: number | null;
}

export interface Room {
  readonly screening: Screening;
  /** The layout's id; seats are known by their numbers on it. */
  readonly seatMap: number;
  /** From the screen backwards. */
  readonly rowLabels: readonly string[];
  readonly seats: readonly RoomSeat[];
}

export interface RoomSeat {
  readonly row: number;
  readonly column: number;
  /** 0 regular, 1 couple, 2 companion, 3 wheelchair, 4 reduced mobility, 5 obese. */
  readonly kind: number;
  readonly label: string;
  /** Of a full ticket. */
  readonly priceCents: number;
}

/** `status`: of the answer; 0 when there was none. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
  readonly status: number;

  constructor(status: number, cause?: unknown) {
    super(`the catalogue answered ${status}`, { cause });
    this.status = status;
  }
}

/** @throws CatalogueError */
export async function fetchScreenings(after: number | null): Promise<ScreeningPage> {
  const { screenings, next } = await fetchJson(`/api/screenings?limit=60${after === null ? '' : `&after=${after}`}`);
  if (!Array.isArray(screenings)) throw new CatalogueError(0);
  return { screenings: screenings.map(screeningOf), next: typeof next === 'number' ? next : null };
}

/** @throws CatalogueError */
export async function fetchRoom(id: number): Promise<Room> {
  const found = await fetchJson(`/api/screenings/${id}/seats`);
  const { rows, seats } = found;
  if (!Array.isArray(rows) || !Array.isArray(seats)) throw new CatalogueError(0);
  const screening = screeningOf({ ...found, seatCount: seats.length });
  const prices = (found['seatPrices'] ?? {}) as Readonly<Record<string, unknown>>;
  const priceOf = (kind: number): number => {
    const own = prices[String(kind)];
    return typeof own === 'number' ? own : screening.priceCents;
  };
  const { seatMap } = found;
  return {
    screening,
    seatMap: typeof seatMap === 'number' ? seatMap : 0,
    rowLabels: rows.map(String),
    seats: seats.map((seat) => seatOf(seat, priceOf)),
  };
}

async function fetchJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  let answer: Response;
  try {
    answer = await fetch(path, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(10_000) });
  } catch (cause) {
    throw new CatalogueError(0, cause);
  }
  if (!answer.ok) throw new CatalogueError(answer.status);
  try {
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new CatalogueError(0, cause);
  }
}

function screeningOf(value: unknown): Screening {
  const found = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof found[name] === 'string' ? found[name] : '');
  const number = (name: string): number => (typeof found[name] === 'number' ? found[name] : 0);
  const startsAt = text('startsAt');
  if (number('id') < 1 || Number.isNaN(Date.parse(startsAt))) throw new CatalogueError(0);
  return {
    id: number('id'),
    title: text('title'),
    cinema: text('cinema'),
    auditorium: text('auditorium'),
    startsAt,
    timeZone: text('timeZone') || 'America/Sao_Paulo',
    projection: text('projection'),
    language: text('language'),
    priceCents: number('priceCents'),
    currency: text('currency') || 'BRL',
    seatCount: number('seatCount'),
  };
}

function seatOf(value: unknown, priceOf: (kind: number) => number): RoomSeat {
  const [row, column, kind, label] = value as readonly unknown[];
  if (typeof row !== 'number' || typeof column !== 'number') throw new CatalogueError(0);
  const known = typeof kind === 'number' ? kind : 0;
  return { row, column, kind: known, label: String(label), priceCents: priceOf(known) };
}
