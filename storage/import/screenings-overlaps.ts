/**
 * Which of the wanted screenings would find their auditorium taken. Pure; the rows and what stands there already are
 * read from the database first (screenings-judge.ts).
 *
 * What is there counts more than what is wanted, and of two wanted ones the one further up in the file. A screening
 * that is moved gives its old time free, but only if the move itself succeeds: when it does not, the old time is taken
 * again, and who was let in there has to go. This is why it is no SQL: a chain of such moves is settled here in one
 * pass, and there by one pass over all rows for each link.
 */

/** A time in which nobody else can have the auditorium: the film and the cleaning after it. ms since 1970. */
export interface Stay {
  readonly auditorium: number;
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
}

export interface WantedStay extends Stay {
  readonly line: number;
  /** The screening that this row moves or changes; null: a new one. */
  readonly screening: number | null;
}

export interface StandingStay extends Stay {
  readonly screening: number;
}

/** Who has the auditorium: a screening that is there, or another line of the file. */
export type Occupant = { readonly screening: number } | { readonly line: number };

/** The lines that cannot be had, each with who is in the way. Both lists may come in any order. */
export function overlapsOf(
  wanted: readonly WantedStay[],
  standing: readonly StandingStay[],
): ReadonlyMap<number, Occupant> {
  const refused = new Map<number, Occupant>();
  const standingIn = byAuditorium(standing);
  for (const [auditorium, rows] of byAuditorium(wanted)) settle(rows, standingIn.get(auditorium) ?? [], refused);
  return refused;
}

function byAuditorium<Entry extends Stay>(stays: readonly Entry[]): Map<number, Entry[]> {
  const groups = new Map<number, Entry[]>();
  for (const stay of stays) {
    const group = groups.get(stay.auditorium);
    if (group === undefined) groups.set(stay.auditorium, [stay]);
    else group.push(stay);
  }
  return groups;
}

/** One auditorium's rows. */
function settle(rows: readonly WantedStay[], standing: readonly StandingStay[], refused: Map<number, Occupant>): void {
  const moved = new Set(rows.flatMap(({ screening }) => (screening === null ? [] : [screening])));
  const stays = new Timeline<StandingStay>(standing.filter(({ screening }) => !moved.has(screening)));
  const before = new Map(
    standing.filter(({ screening }) => moved.has(screening)).map((stay) => [stay.screening, stay]),
  );
  const admitted = new Timeline<WantedStay>([]);
  for (const row of rows.toSorted((one, other) => one.line - other.line)) {
    const there = stays.at(row);
    const earlier = admitted.at(row);
    if (there !== null) refuse(row, { screening: there.screening });
    else if (earlier !== null) refuse(row, { line: earlier.line });
    else admitted.add(row);
  }

  /** Takes back what a refused row had promised to give free, from all who rely on it. */
  function refuse(first: WantedStay, by: Occupant): void {
    refused.set(first.line, by);
    const leaving = [first];
    for (let row = leaving.pop(); row !== undefined; row = leaving.pop()) {
      const back = row.screening === null ? undefined : before.get(row.screening);
      if (back === undefined) continue;
      stays.add(back);
      for (let guest = admitted.at(back); guest !== null; guest = admitted.at(back)) {
        admitted.remove(guest);
        refused.set(guest.line, { screening: back.screening });
        leaving.push(guest);
      }
    }
  }
}

/** Stays by their beginning. Few of them are as long as the longest, so that a look starts only that much earlier. */
class Timeline<Entry extends Stay> {
  readonly #entries: Entry[];
  #longestMs: number;

  constructor(entries: readonly Entry[]) {
    this.#entries = entries.toSorted((one, other) => one.fromMs - other.fromMs);
    this.#longestMs = entries.reduce((longest, { fromMs, untilMs }) => Math.max(longest, untilMs - fromMs), 0);
  }

  /** The first entry that shares a moment with `stay`; null: none does. */
  at({ fromMs, untilMs }: Stay): Entry | null {
    for (let index = this.#firstFrom(fromMs - this.#longestMs); ; index++) {
      const entry = this.#entries[index];
      if (entry === undefined || entry.fromMs >= untilMs) return null;
      if (entry.untilMs > fromMs) return entry;
    }
  }

  add(entry: Entry): void {
    this.#entries.splice(this.#firstFrom(entry.fromMs), 0, entry);
    this.#longestMs = Math.max(this.#longestMs, entry.untilMs - entry.fromMs);
  }

  remove(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry, this.#firstFrom(entry.fromMs)), 1);
  }

  /** Index of the first entry that begins at `ms` or later. */
  #firstFrom(ms: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.fromMs ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
