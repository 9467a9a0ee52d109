/**
 * Seats by what is written on them: people know F12, actors number 77. The case does not matter; where a layout has a label
 * twice, both seats are meant.
 */
import type { SeatMap } from '../../actors/seat-map.ts';
import { type FieldProblem, Problem } from '../api/problem.ts';

/**
 * The numbers of the seats with these labels, each once, in ascending order.
 * @throws Problem 400 that names the labels which the auditorium has not
 */
export function seatsLabelled(map: SeatMap, labels: readonly string[]): readonly number[] {
  const known = new Map<string, number[]>();
  for (const [seat, label] of map.seatLabels.entries()) {
    const key = label.toUpperCase();
    const seats = known.get(key);
    if (seats === undefined) known.set(key, [seat]);
    else seats.push(seat);
  }
  const found = new Set<number>();
  const problems: FieldProblem[] = [];
  for (const [at, label] of labels.entries()) {
    const seats = known.get(label.trim().toUpperCase());
    if (seats === undefined) problems.push({ path: `body.seats[${at}]`, message: `there is no seat ${label}` });
    else for (const seat of seats) found.add(seat);
  }
  if (problems.length > 0) {
    const unknown = problems.map(({ message }) => message.slice('there is no seat '.length));
    const sentence = `The auditorium has no seat ${listed(unknown)}; nothing was changed.`;
    throw new Problem(400, 'seat-unknown', sentence, problems);
  }
  return [...found].sort((a, b) => a - b);
}

export function labelsOf(map: SeatMap, seats: readonly number[]): string[] {
  return seats.map((seat) => map.seatLabels[seat] ?? `number ${seat}`);
}

/** Sentences name so many things, and then say how many more there are. */
const NAMED_MAX = 20;

/** "F12, F13 and G1". */
export function listed(names: readonly string[]): string {
  if (names.length > NAMED_MAX) return `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more`;
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
