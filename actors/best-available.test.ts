import assert from 'node:assert/strict';
import { test } from 'node:test';
import { best, type Draft, givenHall, hold, RULES, type Stage, T0 } from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';

const DUE = T0 + RULES.holdTtlMs;

/** A hall drawn as text; 'x' is a blocked seat. */
function hall(...drawing: string[]): Stage {
  const map = seatMapOf(drawing.map((row) => row.replaceAll('x', '.')));
  const stage = givenHall(map);
  const taken = [...drawing.join('').replace(/[ _]/g, '')].flatMap((mark, seat) => (mark === 'x' ? [seat] : []));
  return taken.length === 0 ? stage : stage.given({ kind: FactKind.blocked, seats: taken, reason: 'test' });
}

function chosen(stage: Stage, draft: Draft): readonly string[] {
  const { outcome } = stage.when(draft).accepts().decision;
  assert.ok('seats' in outcome);
  return outcome.seats!.map((seat) => stage.state.map.seatLabels[seat]!);
}

test('[B1] the seats are adjacent, in one row, and held like any others', () => {
  const stage = hall('....', '....', '....', '....');
  const verdict = stage.when(best('ana', 2)).accepts();
  const seats = [8, 9];
  assert.deepEqual(verdict.decision.facts, [{ kind: FactKind.held, hold: 1, buyer: 'ana', seats, deadlineMs: DUE }]);
});

test('[B1] an aisle separates', () => {
  assert.deepEqual(chosen(hall('.. ..', '. . .'), best('ana', 2)), ['A1', 'A2']);
  hall('.. ..', '. . .').when(best('ana', 3)).refuses(OutcomeCode.noAdjacentSeats);
});

test('[B1] the end of one row is not beside the beginning of the next', () => {
  hall('xx..', '..xx').when(best('ana', 4)).refuses(OutcomeCode.noAdjacentSeats);
  // Columns 3 and 4, but in different rows.
  hall('..  ', '  ..').when(best('ana', 3)).refuses(OutcomeCode.noAdjacentSeats);
});

test('[B2] nearest to the focal point: centre, two thirds of the way back', () => {
  const rows = Array.from({ length: 7 }, () => '.........');
  assert.deepEqual(chosen(hall(...rows), best('ana', 1)), ['E5']);
  assert.deepEqual(chosen(hall(...rows), best('ana', 3)), ['E4', 'E5', 'E6']);
});

test('[B2] a row further off costs as much as two seats to the side', () => {
  const row = '.........';
  // One seat beside the focal point is nearer than the middle of the next row, three seats are not.
  assert.deepEqual(chosen(hall(row, row, '....xxxxx', row), best('ana', 1)), ['C4']);
  assert.deepEqual(chosen(hall(row, row, '..xxxxxxx', row), best('ana', 1)), ['B5']);
});

test('[B3] no single seat is left between others when the party fits elsewhere', () => {
  // The two seats in the good row would leave C3 alone; further off they fit exactly.
  assert.deepEqual(chosen(hall('..xxx', '..xxx', 'xx...', 'xxxxx'), best('ana', 2)), ['B1', 'B2']);
});

test('[B3] when the party fits nowhere else, it may leave one', () => {
  assert.deepEqual(chosen(hall('xxxxx', 'xx...', 'xxxxx'), best('ana', 2)), ['B3', 'B4']);
});

test('[B3] of choices that leave single seats, the one that leaves fewer', () => {
  // In the middle of three it would leave two; at the side of four it leaves none, of two one.
  assert.deepEqual(chosen(hall('...'), best('ana', 1)), ['A1']);
  assert.deepEqual(chosen(hall('..xxxxxx', 'xxx..xxx'), best('ana', 1)), ['B4']);
});

test('[B3] a seat that stood alone before is nobody\u2019s fault, and is offered to one', () => {
  assert.deepEqual(chosen(hall('x.x..'), best('ana', 1)), ['A2']);
});

test('[B4] seats for special needs are not offered to those who do not ask', () => {
  assert.deepEqual(chosen(hall('..wkro..'), best('ana', 2)), ['A1', 'A2']);
  hall('..wkro..').when(best('ana', 3)).refuses(OutcomeCode.noAdjacentSeats);
});

test('[B5] those who ask get wheelchair and companion seats only, a wheelchair place among them', () => {
  assert.deepEqual(chosen(hall('..kw..'), best('ana', 2, true)), ['A3', 'A4']);
  assert.deepEqual(chosen(hall('..kw..'), best('ana', 1, true)), ['A4']);
  hall('.kk..w.')
    .when(best('ana', 2, true))
    .refuses(OutcomeCode.noAdjacentSeats);
  hall('..ro..')
    .when(best('ana', 1, true))
    .refuses(OutcomeCode.noAdjacentSeats);
});

test('[B5] a wheelchair place that slid out of the block counts no more', () => {
  hall('wkk', 'x')
    .given({ kind: FactKind.blocked, seats: [0], reason: 'test' })
    .when(best('ana', 2, true))
    .refuses(OutcomeCode.noAdjacentSeats);
  assert.deepEqual(chosen(hall('wkkkw'), best('ana', 3, true)), ['A1', 'A2', 'A3']);
});

test('[B6] couple seats go in their pairs, and after regular ones', () => {
  assert.deepEqual(chosen(hall('..', 'cc', 'cc'), best('ana', 2)), ['A1', 'A2']);
  assert.deepEqual(chosen(hall('xx', 'cccc', 'xx'), best('ana', 2)), ['B1', 'B2']);
  // Yet before regular ones that would leave a single seat.
  assert.deepEqual(chosen(hall('cc', '...'), best('ana', 2)), ['A1', 'A2']);
  hall('cccc').when(best('ana', 1)).refuses(OutcomeCode.noAdjacentSeats);
  hall('cccc').when(best('ana', 3)).refuses(OutcomeCode.noAdjacentSeats);
  assert.deepEqual(chosen(hall('.cc.'), best('ana', 3)), ['A1', 'A2', 'A3']);
  // A couple seat without its partner is offered to nobody.
  hall('ccc', 'x')
    .given({ kind: FactKind.blocked, seats: [0, 1], reason: 'test' })
    .when(best('ana', 1))
    .refuses(OutcomeCode.noAdjacentSeats);
});

test('[B7] equal choices go to the lower seat, every time', () => {
  assert.deepEqual(chosen(hall('......'), best('ana', 1)), ['A3']);
  for (let again = 0; again < 3; again++) assert.deepEqual(chosen(hall('......'), best('ana', 1)), ['A3']);
});

test('[B8] no row with enough seats side by side: refused, and never split', () => {
  hall('..x..', '..x..').when(best('ana', 3)).refuses(OutcomeCode.noAdjacentSeats);
  hall('xxxx').when(best('ana', 1)).refuses(OutcomeCode.noAdjacentSeats);
});

test('[B9] due holds count as free, and those in the way are expired first', () => {
  const stage = hall('....')
    .does(hold('ana', [0]), hold('bia', [1, 2]))
    .at(DUE);
  stage.when(best('caio', 3)).accepts([
    { kind: FactKind.expired, holds: [1, 2] },
    { kind: FactKind.held, hold: 4, buyer: 'caio', seats: [0, 1, 2], deadlineMs: DUE + RULES.holdTtlMs },
  ]);
  stage
    .at(DUE - 1)
    .when(best('caio', 3))
    .refuses(OutcomeCode.noAdjacentSeats);
});

test('[B10] the limit per buyer and closed sales hold here too', () => {
  const stage = hall('............').does(hold('ana', [0, 1, 2, 3, 4, 5, 6, 7]));
  stage.when(best('ana', 3)).refuses(OutcomeCode.buyerLimit);
  stage.when(best('ana', 2)).accepts();
  stage.when(best('bia', 11)).refuses(OutcomeCode.buyerLimit);
  for (const count of [0, -1, 1.5, Number.NaN]) stage.when(best('bia', count)).refuses(OutcomeCode.noSeats);
});
