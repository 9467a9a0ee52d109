import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedSeat, RoomPlan } from './room-plan.ts';
import { countSeats, roomOf, statusOf } from './room-plan.ts';
import { countsText, type DrawingStyle, drawRoom, isUnicodeTerminal, legendOf } from './seat-drawing.ts';
import { cutText, harmless, textWidth } from './text-width.ts';

const PLAIN: DrawingStyle = { columns: null, isUnicode: true, paint: (_, text) => text };

/** Rows as text, from the screen backwards: "." a seat, a digit one of that kind, a blank an aisle. */
function room(...rows: readonly (readonly [label: string, seats: string])[]): RoomPlan {
  const seats = rows.flatMap(([label, text], row): PlannedSeat[] =>
    [...text].flatMap((sign, column) =>
      sign === ' ' ? [] : [{ row, column, kind: sign === '.' ? 0 : Number(sign), label: `${label}${column + 1}` }],
    ),
  );
  return { rows: rows.map(([label]) => label), seats };
}

const HALL = room(['A', '... ...'], ['B', '... ...'], ['C', '33   44']);

test('[CM9] the screen is on top, rows are named on both sides, aisles are gaps', () => {
  const status = [0, 1, 2, 3, 0, 0, 0, 0, 0, 2, 2, 2, 0, 2, 0, 0];
  assert.deepEqual(drawRoom(HALL, status, PLAIN), [
    '   ╭─ screen ──╮',
    '',
    'A  ○ ◐ ■   × ○ ○  A',
    'B  ○ ○ ○   ■ ■ ■  B',
    'C  W ■       M M  C',
  ]);
});

test('[CM9] every mark differs from the others in shape, also without colours and in ASCII', () => {
  for (const isUnicode of [true, false]) {
    const kinds = room(['A', '....12345']);
    const [line = ''] = drawRoom(kinds, [0, 1, 2, 3, 0, 0, 0, 0, 0], { ...PLAIN, isUnicode }).slice(-1);
    const marks = line.replace(/A/, '').replace(/A$/, '').trim().split(' ');
    assert.equal(new Set(marks).size, 9, line);
    const legend = legendOf(kinds, { ...PLAIN, isUnicode }).join('\n');
    for (const mark of marks)
      assert.ok(
        legend.split('   ').some((entry) => entry.startsWith(`${mark} `)),
        `${mark} in ${legend}`,
      );
    if (!isUnicode) assert.match(line + legend, /^[ -~]*$/);
  }
});

test('[CM9] a taken seat of a kind of its own shows that it is taken; colours are added and replace nothing', () => {
  const painted: DrawingStyle = { ...PLAIN, paint: (colour, text) => `<${colour}>${text}` };
  const [line = ''] = drawRoom(room(['A', '33']), [0, 2], painted, new Set([1])).slice(-1);
  assert.equal(line, 'A  <cyan>W <inverse><red>■  A');
});

test('[CM9] a narrow terminal draws a seat in one column, a very narrow one writes numbers', () => {
  const status = new Uint8Array(16);
  assert.deepEqual(drawRoom(HALL, status, { ...PLAIN, columns: 15 }).slice(2), [
    'A  ○○○ ○○○  A',
    'B  ○○○ ○○○  B',
    'C  WW   MM  C',
  ]);
  assert.deepEqual(drawRoom(HALL, status, { ...PLAIN, columns: 12 }), [
    'A  6 seats: 6 free, 0 held, 0 sold, 0 blocked',
    'B  6 seats: 6 free, 0 held, 0 sold, 0 blocked',
    'C  4 seats: 4 free, 0 held, 0 sold, 0 blocked',
  ]);
  for (const columns of [13, 14, 19, 20, 80]) {
    const widest = Math.max(...drawRoom(HALL, status, { ...PLAIN, columns }).map(textWidth));
    assert.ok(widest <= columns, `${widest} in ${columns}`);
  }
});

test('[CM9] a legend is as many lines as the terminal makes of it', () => {
  const kinds = room(['A', '.12345']);
  for (const columns of [40, 60, 200]) {
    const lines = legendOf(kinds, { ...PLAIN, columns });
    assert.ok(
      lines.every((line) => textWidth(line) <= columns),
      lines.join('\n'),
    );
    assert.equal(lines.join('   '), legendOf(kinds, PLAIN)[0]);
  }
});

test('[CM9] rooms of other shapes: names of different length, rows without seats, no seats at all', () => {
  const odd = room(['AA', '..'], ['', ''], ['C', ' .']);
  assert.deepEqual(drawRoom(odd, [0, 0, 0], PLAIN), ['    ╭─╮', '', 'AA  ○ ○  AA', '', ' C    ○  C']);
  assert.deepEqual(drawRoom({ rows: [], seats: [] }, [], PLAIN).slice(1), ['']);
  assert.equal(countsText(16, null), '16 seats; who has which cannot be told at this moment');
  assert.equal(countsText(4, [0, 1, 2, 3]), '4 seats: 1 free, 1 held, 1 sold, 1 blocked');
});

test('[CM9] an answer that is no seat map is none, whatever it holds', () => {
  const good = { rows: ['A'], seats: [[0, 0, 0, 'A1']], live: { status: [2] } };
  assert.deepEqual([roomOf(good)?.seats[0]?.label, statusOf(good)], ['A1', [2]]);
  for (const wrong of [
    {},
    { rows: ['A'] },
    { ...good, seats: [[1, 0, 0, 'A1']] },
    { ...good, seats: [[0, -1, 0, 'A1']] },
    { ...good, seats: ['A1'] },
  ])
    assert.equal(roomOf(wrong), null, JSON.stringify(wrong));
  assert.equal(statusOf({ live: null }), null);
  assert.deepEqual(countSeats(new Uint8Array([0, 0, 2])), { free: 2, held: 0, sold: 1, blocked: 0 });
});

test('[CM9] only terminals that say so get more than ASCII', () => {
  assert.ok(isUnicodeTerminal({}) && isUnicodeTerminal({ LANG: 'pt_BR.UTF-8' }));
  assert.ok(!isUnicodeTerminal({ LANG: 'pt_BR.UTF-8', LC_ALL: 'C' }));
});

test('[CM3] texts are as wide as they are drawn, and cut between letters; nothing in them moves the cursor', () => {
  for (const [text, width] of [
    ['São Paulo', 9],
    ['Sa\u0303o', 3],
    ['映画館', 6],
    ['🎬 x', 4],
    ['👩‍👩‍👧', 2],
    ['ﾊﾛｰ', 3],
  ] as const)
    assert.equal(textWidth(text), width, text);
  assert.equal(cutText('映画館', 5), '映画…');
  assert.equal(cutText('映画館', 6), '映画館');
  assert.equal(cutText('O Agente Secreto', 10), 'O Agente…');
  assert.equal(harmless('a\u001b[2Jb\r\nc\u202ed'), 'a?[2Jb??c?d');
});
