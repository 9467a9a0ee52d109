/**
 * Seeds and lengths of the survival tests. `SURVIVAL_SEED=7 SURVIVAL_ROUNDS=50 npm test -- survival` runs one seed for long;
 * without them every run is short and the same. A seed fixes what clients want and when things break; what the
 * operating system makes of it is new every time, so that a failure is looked for with the same seed and many rounds.
 */
import type { TestContext } from 'node:test';
import { Random } from '../simulation/random.ts';

const SEED = Number(process.env['SURVIVAL_SEED'] ?? 20261123);
const FACTOR = Number(process.env['SURVIVAL_ROUNDS'] ?? 1);

export interface Scenario {
  readonly random: Random;
  readonly seed: number;
  /** `rounds` of the short form, times SURVIVAL_ROUNDS. */
  readonly rounds: number;
  /** How many screenings a load needs that is not to be sold out before the end, `screenings` being enough for the short form. */
  enough(screenings: number): number;
}

/** Says the seed in the test's output, where a failure will be read. */
export function scenario(t: TestContext, rounds: number): Scenario {
  const all = Math.max(1, Math.round(rounds * FACTOR));
  t.diagnostic(`seed ${SEED}, rounds ${all}`);
  return {
    random: new Random(SEED),
    seed: SEED,
    rounds: all,
    // A quick machine sells a few thousand seats while a test waits for something else.
    enough: (screenings) => Math.ceil(screenings * 5 * Math.max(1, FACTOR)),
  };
}
