/**
 * How many people want to see a screening: a model of what 34 million Brazilian screenings looked like (2014–2025). The
 * commonest audience is nobody; 53.5 % have fewer than twenty people; even numbers beat odd ones, since people come
 * in pairs; and a few would fill the room several times over if it let them. What it does not know is film, weekday and
 * hour: load tests want the spread, not the cause.
 *
 * Nobody at all: 7 %. Everybody else: a log-normal with a median of 20 and a spread of 1.2, so that the mean is near 40.
 */
import { chanceOf } from './seeded-chance.ts';

const NOBODY = 0.07;
const MEDIAN = 20;
const SPREAD = 1.2;
/** How many odd numbers lose their last person, who would not have come alone. */
const PAIRED = 0.15;

/** People who come to a screening, 0…seatCount; always the same for the same three numbers. */
export function demandOf(seed: number, screening: number, seatCount: number): number {
  const chance = chanceOf(seed, screening);
  if (chance() < NOBODY) return 0;
  // Box–Muller; 1 − chance keeps the logarithm away from zero.
  const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const people = Math.floor(MEDIAN * Math.exp(SPREAD * normal));
  const paired = people % 2 === 1 && chance() < PAIRED ? people - 1 : people;
  return Math.min(paired, seatCount);
}
