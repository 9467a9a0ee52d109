/** What a search finds, and in which order: by hand where a rule is stated, by chance against a plain search through all rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogueRows, ScreeningRow } from '../../storage/catalogue-rows.ts';
import { chanceOf, pick } from '../../storage/seeded-chance.ts';
import { localDay, PlainCatalogue, type PlainQuery } from '../../tests/support/search-brute-force.ts';
import {
  auditoriumRow,
  cinemaRow,
  filmRow,
  HOUR_MS,
  mistyped,
  NO_ROWS,
  screeningRow,
  someWords,
} from '../../tests/support/search-rows.ts';
import { foldText, wordsOf } from './folded-text.ts';
import type { SearchPlace } from './search-cursor.ts';
import { SearchIndex } from './search-index.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 15);
const DAY_MS = 24 * HOUR_MS;

/** The index and the plain catalogue, told the same. */
class Both {
  readonly index = new SearchIndex();
  readonly plain = new PlainCatalogue();
  nowMs = NOW_MS;

  tell(rows: Partial<CatalogueRows>): number[] {
    for (const kind of ['films', 'cinemas', 'auditoriums', 'screenings'] as const)
      for (const row of rows[kind] ?? []) (this.plain[kind] as Map<number, typeof row>).set(row.id, row);
    return this.index.apply({ ...NO_ROWS, ...rows }, this.nowMs);
  }

  /** All pages of `limit`, put together. `between`: before each page but the first. */
  found(query: Partial<PlainQuery>, limit: number, between = (): void => {}): number[] {
    const ids: number[] = [];
    let after: SearchPlace | null = null;
    do {
      if (after !== null) between();
      const { slots, last } = this.index.find(asked(query, limit, after), this.nowMs);
      ids.push(...slots.map((slot) => this.index.columns.id[slot] ?? 0));
      after = last;
    } while (after !== null);
    return ids;
  }

  expected(query: Partial<PlainQuery>): number[] {
    return this.plain.find(
      { q: '', day: null, city: null, cinema: null, film: null, ...query },
      this.nowMs,
      this.nowMs,
    );
  }
}

function asked(
  { q = '', day = null, city = null, cinema = null, film = null }: Partial<PlainQuery>,
  limit: number,
  after: SearchPlace | null,
) {
  const folded = typeof cinema === 'string' ? foldText(cinema) : cinema;
  return { words: wordsOf(q), day, city: city === null ? null : foldText(city), cinema: folded, film, limit, after };
}

/** Two films in two cinemas, one screening each, all tomorrow. */
function small(): Both {
  const both = new Both();
  const startsAtMs = NOW_MS + DAY_MS;
  both.tell({
    films: [filmRow(1, 'O Agente Secreto', { originalTitle: 'The Secret Agent' }), filmRow(2, 'Ação & Coração')],
    cinemas: [cinemaRow(1, 'Cine Estação', 'São José dos Campos'), cinemaRow(2, 'Kinoplex Iguatemi', 'Campinas')],
    auditoriums: [auditoriumRow(1, 1), auditoriumRow(2, 2)],
    screenings: [
      screeningRow(11, 1, 1, startsAtMs),
      screeningRow(12, 1, 2, startsAtMs + HOUR_MS),
      screeningRow(21, 2, 1, startsAtMs + 2 * HOUR_MS),
      screeningRow(22, 2, 2, startsAtMs + 3 * HOUR_MS),
    ],
  });
  return both;
}

test('[SE1] title, original title, cinema and city are found; accents, case and punctuation do not matter', () => {
  const both = small();
  const found = (q: string): number[] => both.found({ q }, 10).sort();
  assert.deepEqual(found('AGENTE secreto'), [11, 12]);
  assert.deepEqual(found('secret agent'), [11, 12]);
  assert.deepEqual(found('acao/coracao'), [21, 22]);
  assert.deepEqual(found('estacao'), [11, 21]);
  assert.deepEqual(found('SAO JOSE'), [11, 21]);
  assert.deepEqual(found('coração campinas'), [22]);
  assert.deepEqual(found('agente coração'), []);
});

test('[SE2] the beginning of a word is enough, and small typing errors are forgiven, in longer words two', () => {
  const both = small();
  const found = (q: string): number[] => both.found({ q }, 10).sort();
  for (const q of ['agen secr', 'agnete', 'agebte', 'agete', 'aagente', 'seqreto'])
    assert.deepEqual(found(q), [11, 12], q);
  for (const q of ['kinplex', 'igautmei']) assert.deepEqual(found(q), [12, 22], q);
  for (const q of ['agbbte', 'agn', 'aca0']) assert.deepEqual(found(q).length > 0, q === 'aca0', q);
});

test('[SE25] where nothing is found a search looks at no screening more than twice, however many scores there might be', () => {
  const both = new Both();
  const chance = chanceOf(25);
  const name = (...short: string[]): string =>
    short.map((word) => (pick(chance, 2) === 0 ? word : `${word}xyz`)).join(' ');
  const many = Array.from({ length: 60 }, (_, at) => at + 1);
  both.tell({
    films: many.map((id) => filmRow(id, name('ba', 'be', 'bi'))),
    // Half of them would fit, and show nothing.
    cinemas: many.map((id) => cinemaRow(id, id > 30 ? 'Sul' : name('bo', 'bu', 'by'), null)),
    auditoriums: many.map((id) => auditoriumRow(id, id)),
    screenings: Array.from({ length: 3_000 }, (_, at) =>
      screeningRow(at + 1, 1 + pick(chance, 60), 31 + pick(chance, 30), NOW_MS + (1 + pick(chance, 240)) * HOUR_MS),
    ),
  });
  const looked = (query: Partial<PlainQuery>): number => both.index.find(asked(query, 20, null), NOW_MS).looked;
  const q = 'ba be bi bo bu by';
  assert.deepEqual(both.found({ q }, 20), []);
  assert.ok(looked({ q }) <= 2 * 3_000, `${looked({ q })}`);
  assert.equal(looked({ q, cinema: 'sul' }), 0, 'nothing can fit in these cinemas');
  assert.deepEqual(both.found({ q: 'ba be bi sul' }, 200), both.expected({ q: 'ba be bi sul' }));
});

test('[SE26] words that only join others do not count where there are others, and after six words none does', () => {
  const both = small();
  const query = { q: 'o agente de da do em na no com' };
  assert.deepEqual(both.found(query, 10), both.expected(query));
  assert.deepEqual(both.found(query, 10), [11, 12], 'eight words before did not leave room for any other');
  assert.deepEqual(both.found({ q: 'em de da do na no agente campinas' }, 10), [12]);
  assert.deepEqual(both.found({ q: 'agente secreto secret agent kinoplex iguatemi nonsense' }, 10), [12]);
  both.tell({ cinemas: [cinemaRow(2, 'O Agente', null)] });
  const scores = ['agente', 'o agente'].map((q) => both.index.find(asked({ q }, 1, null), NOW_MS).last?.score);
  assert.equal(scores[0], scores[1]);
});

test('[SE2] words that only join others are not missed', () => {
  const both = small();
  assert.deepEqual(both.found({ q: 'filme agente secreto em campinas' }, 10), [12]);
  assert.deepEqual(both.found({ q: 'o' }, 10).sort(), [11, 12]);
});

test('[SE3] exact words come before beginnings, those before errors; the whole title before all; then the earlier day', () => {
  const both = new Both();
  const startsAtMs = NOW_MS + 3 * DAY_MS;
  both.tell({
    films: [filmRow(1, 'Duna'), filmRow(2, 'Duna: Parte Dois'), filmRow(3, 'Dunas'), filmRow(4, 'Tuna')],
    cinemas: [cinemaRow(1, 'Cine', null)],
    auditoriums: [auditoriumRow(1, 1)],
    screenings: [
      screeningRow(1, 2, 1, startsAtMs),
      screeningRow(2, 1, 1, startsAtMs),
      screeningRow(3, 3, 1, startsAtMs - DAY_MS),
      screeningRow(4, 4, 1, startsAtMs - 2 * DAY_MS),
      screeningRow(5, 1, 1, startsAtMs - DAY_MS),
    ],
  });
  assert.deepEqual(both.found({ q: 'duna' }, 10), [5, 2, 1, 3, 4]);
});

test('[SE3] without words: the earlier day, then the film with more screenings, then the younger, then the start', () => {
  const both = new Both();
  const at = (hours: number): number => NOW_MS + hours * HOUR_MS;
  both.tell({
    films: [filmRow(1, 'A'), filmRow(2, 'B'), filmRow(3, 'C')],
    cinemas: [cinemaRow(1, 'Cine', null)],
    auditoriums: [auditoriumRow(1, 1)],
    screenings: [
      screeningRow(1, 1, 1, at(3)),
      screeningRow(2, 1, 1, at(2)),
      screeningRow(3, 2, 1, at(1)),
      screeningRow(4, 3, 1, at(4)),
      screeningRow(5, 3, 1, at(24)),
    ],
  });
  assert.deepEqual(both.found({}, 10), [2, 1, 4, 3, 5]);
});

test('[SE27] only of one film: with words, a day, a city and a cinema; of a film that is not there nothing', () => {
  const both = small();
  assert.deepEqual(both.found({ film: 1 }, 1), [11, 12]);
  assert.deepEqual(both.found({ film: 1, city: 'Campinas' }, 10), [12]);
  assert.deepEqual(both.found({ film: 2, cinema: 1 }, 10), [21]);
  assert.deepEqual(both.found({ film: 2, q: 'kinoplex' }, 10), [22]);
  assert.deepEqual(both.found({ film: 2, q: 'agente' }, 10), []);
  assert.deepEqual(both.found({ film: 9 }, 10), []);
});

test('[SE4] the day is that of the cinema, not of UTC', () => {
  const both = small();
  const late = Date.UTC(2026, 10, 29, 1, 30);
  const day = Date.UTC(2026, 10, 28) / DAY_MS;
  const screenings = [screeningRow(31, 1, 1, late), screeningRow(32, 1, 1, late, { offsetMinutes: 60 })];
  both.tell({ screenings });
  assert.deepEqual(both.found({ day }, 10), [31]);
  assert.deepEqual(both.found({ day: day + 1 }, 10), [32]);
  assert.deepEqual(both.found({ day, q: 'agente' }, 10), [31]);
  assert.deepEqual(both.found({ day, q: 'coração' }, 10), []);
});

test('[SE5] what has started, is cancelled or private is not shown; what is sold out or closed is', () => {
  const both = small();
  const at = NOW_MS + DAY_MS;
  both.tell({
    screenings: [
      screeningRow(11, 1, 1, NOW_MS),
      screeningRow(12, 1, 2, at, { status: 'cancelled' }),
      screeningRow(21, 2, 1, at, { isPrivate: true }),
      screeningRow(22, 2, 2, at, { sold: 100, status: 'closed' }),
    ],
  });
  assert.deepEqual(both.found({}, 10), [22]);
});

test('[SE6] a city by its name, with or without its state; a cinema by its id or part of its name; both at once', () => {
  const both = small();
  assert.deepEqual(both.found({ city: 'sao jose dos campos' }, 10).sort(), [11, 21]);
  assert.deepEqual(both.found({ city: 'Campinas/SP' }, 10).sort(), [12, 22]);
  assert.deepEqual(both.found({ city: 'Campinas/MG' }, 10), []);
  assert.deepEqual(both.found({ cinema: 2 }, 10).sort(), [12, 22]);
  assert.deepEqual(both.found({ cinema: 'iguatemi' }, 10).sort(), [12, 22]);
  assert.deepEqual(both.found({ cinema: 'guatemi' }, 10), []);
  assert.deepEqual(both.found({ cinema: 2, city: 'são josé dos campos' }, 10), []);
});

test('[SE7] rows that come again change nothing; renamed, moved and cancelled ones are told, and found as they are now', () => {
  const both = small();
  const film = filmRow(1, 'O Agente Secreto');
  assert.deepEqual(both.tell({ films: [film] }).sort(), [11, 12], 'its screenings are not what they were');
  assert.deepEqual(both.tell({ films: [film] }), []);
  const moved = screeningRow(22, 1, 1, NOW_MS + 2 * DAY_MS);
  assert.deepEqual(both.tell({ screenings: [moved] }), [22]);
  assert.deepEqual(both.tell({ screenings: [moved] }), []);
  assert.deepEqual(both.found({ q: 'agente' }, 10), both.expected({ q: 'agente' }));
  assert.deepEqual(both.tell({ films: [filmRow(1, 'Outro nome')] }).sort(), [11, 12, 22]);
  assert.deepEqual(both.found({ q: 'agente' }, 10), []);
  assert.deepEqual(both.tell({ screenings: [{ ...moved, status: 'cancelled', changed: 9e9 }] }), [22]);
  assert.deepEqual(both.found({ q: 'outro' }, 10), [11, 12]);
});

test('[SE23] an auditorium that comes into another cinema takes its screenings with it', () => {
  const both = small();
  assert.deepEqual(both.tell({ auditoriums: [auditoriumRow(1, 2)] }).sort(), [11, 21]);
  assert.deepEqual(both.found({ cinema: 1 }, 10), []);
  assert.deepEqual(both.found({ cinema: 2 }, 10), both.expected({ cinema: 2 }));
  assert.deepEqual(both.found({ q: 'iguatemi' }, 10).sort(), [11, 12, 21, 22]);
  assert.equal(both.index.cinemaToCome(both.index.names.cinemas.slotOf(2) ?? -1, NOW_MS).screenings, 4);
  both.tell({ screenings: [screeningRow(11, 1, 1, NOW_MS + DAY_MS, { status: 'cancelled' })] });
  assert.deepEqual(both.found({ cinema: 2 }, 10), both.expected({ cinema: 2 }));
});

test('[SE7] a reading of everything drops what is not in it any more', () => {
  const both = small();
  both.index.begins();
  const { films, cinemas, auditoriums, screenings } = both.plain;
  const rows = (kind: ScreeningRow[]): CatalogueRows => ({
    films: [...films.values()],
    cinemas: [...cinemas.values()],
    auditoriums: [...auditoriums.values()],
    screenings: kind,
  });
  both.index.apply(rows([...screenings.values()].filter(({ id }) => id !== 21)), NOW_MS);
  assert.equal(both.found({}, 10).length, 4, 'not before its end');
  assert.deepEqual(both.index.ends(), [21]);
  assert.deepEqual(both.found({}, 10).sort(), [11, 12, 22]);
});

test('[SE8] a day that is over everywhere is forgotten', () => {
  const both = small();
  both.nowMs = NOW_MS + 3 * DAY_MS;
  both.index.forgetPast(both.nowMs);
  assert.equal(both.index.columns.size, 0);
});

function randomQuery(chance: () => number): Partial<PlainQuery> {
  const query: { -readonly [Name in keyof PlainQuery]?: PlainQuery[Name] } = {};
  const kind = pick(chance, 8);
  if (kind > 1) query.q = pick(chance, 3) === 0 ? mistyped(chance, someWords(chance, 2)) : someWords(chance, 3);
  if (kind === 1 || kind > 5) query.day = Math.floor(NOW_MS / DAY_MS) + pick(chance, 4);
  if (pick(chance, 4) === 0) query.city = someWords(chance, 1);
  if (pick(chance, 6) === 0) query.cinema = pick(chance, 2) === 0 ? 1 + pick(chance, 40) : someWords(chance, 1);
  if (pick(chance, 6) === 0) query.film = 1 + pick(chance, 13);
  return query;
}

function randomChange(chance: () => number, both: Both): void {
  const id = (many: number): number => 1 + pick(chance, many);
  const status = (['scheduled', 'scheduled', 'closed', 'cancelled'] as const)[pick(chance, 4)] ?? 'scheduled';
  switch (pick(chance, 8)) {
    case 0:
      both.tell({ films: [filmRow(id(12), someWords(chance, 3), { originalTitle: someWords(chance, 2) })] });
      return;
    case 1:
      both.tell({ cinemas: [cinemaRow(id(40), someWords(chance, 2), someWords(chance, 1))] });
      return;
    case 2:
      both.nowMs += pick(chance, HOUR_MS);
      both.index.forgetPast(both.nowMs);
      return;
    default:
      both.tell({
        screenings: Array.from({ length: 10 }, () =>
          screeningRow(id(300), id(12), id(60), NOW_MS + pick(chance, 4 * 48) * (HOUR_MS / 2), {
            status,
            isPrivate: pick(chance, 10) === 0,
            offsetMinutes: -60 * pick(chance, 5),
          }),
        ),
      });
  }
}

function randomCatalogue(chance: () => number): Both {
  const both = new Both();
  both.tell({
    films: Array.from({ length: 12 }, (_, at) => filmRow(at + 1, someWords(chance, 3))),
    cinemas: Array.from({ length: 40 }, (_, at) => cinemaRow(at + 1, someWords(chance, 2), someWords(chance, 1))),
    auditoriums: Array.from({ length: 60 }, (_, at) => auditoriumRow(at + 1, 1 + (at % 40))),
  });
  for (let change = 0; change < 30; change++) randomChange(chance, both);
  return both;
}

test('[SE9] for random catalogues, changes and searches the pages are what a plain search through all rows gives', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const chance = chanceOf(seed);
    const both = randomCatalogue(chance);
    for (let step = 0; step < 60; step++) {
      if (step % 3 === 0) randomChange(chance, both);
      const query = randomQuery(chance);
      const limit = 1 + pick(chance, 30);
      assert.deepEqual(
        both.found(query, limit),
        both.expected(query),
        `seed ${seed}, step ${step}: ${JSON.stringify(query)}`,
      );
    }
  }
});

/** Whether as much of the film is on that day afterwards, in powers of two: other films' places depend on that. */
function mayBeCancelled({ plain }: Both, row: ScreeningRow): boolean {
  const shown = [...plain.screenings.values()].filter(
    (one) => one.film === row.film && localDay(one) === localDay(row) && one.status !== 'cancelled' && !one.isPrivate,
  ).length;
  return Math.clz32(shown) === Math.clz32(shown - 1);
}

test('[SE10] a screening that stays is on exactly one page, whatever is sold, starts or is cancelled between the pages', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const chance = chanceOf(seed, 10);
    const both = randomCatalogue(chance);
    for (let step = 0; step < 20; step++) {
      const query = randomQuery(chance);
      const before = both.expected(query);
      const found = both.found(query, 1 + pick(chance, 10), () => {
        both.nowMs += pick(chance, HOUR_MS / 4);
        const row = both.plain.screenings.get(1 + pick(chance, 300));
        if (row === undefined || row.status === 'cancelled') return;
        const status = mayBeCancelled(both, row) ? 'cancelled' : 'closed';
        both.tell({ screenings: [{ ...row, sold: 3, status, changed: row.changed + 1e6 }] });
      });
      const after = new Set(both.expected(query));
      assert.equal(new Set(found).size, found.length, `seed ${seed}, step ${step}: something came twice`);
      const missed = before.filter((id) => after.has(id) && !found.includes(id));
      assert.deepEqual(missed, [], `seed ${seed}, step ${step}: ${JSON.stringify(query)}`);
    }
  }
});

test('[SE10] of the film in which a page ended the rest comes next, however much of it is cancelled or added meanwhile', () => {
  for (const change of ['cancelled', 'scheduled'] as const) {
    const both = new Both();
    const at = (hours: number): number => NOW_MS + DAY_MS + hours * (HOUR_MS / 4);
    const ofA = Array.from({ length: 8 }, (_, hour) => screeningRow(10 + hour, 1, 1, at(hour)));
    both.tell({
      films: [filmRow(1, 'A'), filmRow(2, 'B'), filmRow(3, 'C')],
      cinemas: [cinemaRow(1, 'Cine', null)],
      auditoriums: [auditoriumRow(1, 1)],
      screenings: [
        ...ofA,
        ...Array.from({ length: 5 }, (_, hour) => screeningRow(20 + hour, 2, 1, at(hour))),
        ...Array.from({ length: 9 }, (_, hour) => screeningRow(30 + hour, 3, 1, at(hour))),
      ],
    });
    let changes = 0;
    const found = both.found({}, 3, () => {
      // After the page that ended in A.
      if (++changes !== 4) return;
      if (change === 'cancelled')
        both.tell({ screenings: ofA.slice(4).map((row) => ({ ...row, status: change, changed: 9e9 })) });
      else
        both.tell({ screenings: Array.from({ length: 9 }, (_, hour) => screeningRow(50 + hour, 1, 1, at(10 + hour))) });
    });
    const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);
    const rest = change === 'cancelled' ? from(10, 4) : [...from(10, 8), ...from(50, 9)];
    // What is half of what it was stands behind B now, and comes once more.
    const again = change === 'cancelled' ? rest : [];
    assert.deepEqual(found, [...from(30, 9), ...rest, ...from(20, 5), ...again]);
  }
});
