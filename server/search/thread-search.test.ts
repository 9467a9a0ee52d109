/** How a thread takes changes in: a page a turn, in order; and what it tells the engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogueChange } from '../../storage/catalogue-rows.ts';
import { auditoriumRow, cinemaRow, filmRow, HOUR_MS, NO_ROWS, screeningRow } from '../../tests/support/search-rows.ts';
import { readSmallCatalogue, SearchStage } from '../../tests/support/search-stage.ts';
import { ThreadSearch } from './thread-search.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 15);

test('[SE20] one page is applied in each turn of the event loop, in the order in which they came', () => {
  const turns: (() => void)[] = [];
  const search = new ThreadSearch({
    nowMs: () => NOW_MS,
    onScreenings: () => {},
    later: (turn) => void turns.push(turn),
  });
  const rows: CatalogueChange[] = [
    { kind: 'reading' },
    {
      kind: 'rows',
      rows: {
        ...NO_ROWS,
        films: [filmRow(1, 'A')],
        cinemas: [cinemaRow(1, 'B', null)],
        auditoriums: [auditoriumRow(1, 1)],
      },
    },
    { kind: 'rows', rows: { ...NO_ROWS, screenings: [screeningRow(1, 1, 1, NOW_MS + HOUR_MS)] } },
    { kind: 'rows', rows: { ...NO_ROWS, screenings: [screeningRow(2, 1, 1, NOW_MS + HOUR_MS)] } },
    { kind: 'read' },
  ];
  for (const change of rows) search.change(change);
  const sizes: number[] = [];
  while (turns.length > 0) {
    assert.equal(turns.length, 1);
    assert.equal(search.isComplete, false);
    turns.shift()?.();
    sizes.push(search.index.columns.size);
  }
  assert.deepEqual(sizes, [0, 0, 1, 2, 2]);
  assert.equal(search.isComplete, true);
});

test('[SE21] the engine hears which screenings changed, past ones too; also those that are gone', () => {
  const stage = new SearchStage();
  readSmallCatalogue(stage);
  assert.deepEqual(stage.invalidated, [[11, 12, 13, 14, 21, 22]], 'the first reading too');
  stage.invalidated.length = 0;
  stage.changed({
    screenings: [screeningRow(12, 1, 3, stage.nowMs + HOUR_MS), screeningRow(5, 1, 3, stage.nowMs - 99 * HOUR_MS)],
  });
  stage.changed({ cinemas: [cinemaRow(2, 'Kinoplex Novo', 'Campinas')] });
  assert.deepEqual(stage.invalidated, [
    [12, 5],
    [12, 22],
  ]);
  const { films, cinemas, auditoriums } = stage.search.index.names;
  stage.read({ films: [...films.rows()], cinemas: [...cinemas.rows()], auditoriums: [...auditoriums.rows()] });
  assert.deepEqual(stage.invalidated[2], [11, 12, 13, 14, 21, 22]);
});

test('[SE21] what changed while nobody followed is heard when everything is read: searched, past and private screenings alike', () => {
  const stage = new SearchStage();
  readSmallCatalogue(stage);
  stage.invalidated.length = 0;
  const at = stage.nowMs + HOUR_MS;
  const rows = [
    screeningRow(12, 1, 3, at),
    screeningRow(31, 1, 1, at, { status: 'cancelled' }),
    screeningRow(32, 1, 1, stage.nowMs - 99 * HOUR_MS),
    screeningRow(33, 1, 1, at, { isPrivate: true }),
  ];
  stage.search.change({ kind: 'reading' });
  stage.changed({ screenings: rows });
  assert.deepEqual(stage.invalidated, [[12, 31, 32, 33]], 'at once, not at the end');
  stage.changed({ screenings: rows });
  assert.deepEqual(stage.invalidated[1], [31, 32, 33], 'what is searched has not changed again');
});

test('[SE20] a page that cannot be applied costs itself alone', () => {
  const turns: (() => void)[] = [];
  const search = new ThreadSearch({
    nowMs: () => NOW_MS,
    onScreenings: () => {},
    later: (turn) => void turns.push(turn),
  });
  search.change({ kind: 'rows', rows: null as never });
  search.change({ kind: 'reading' });
  search.change({ kind: 'read' });
  assert.throws(() => turns.shift()?.());
  while (turns.length > 0) turns.shift()?.();
  assert.equal(search.isComplete, true);
});
