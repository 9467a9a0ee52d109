/**
 * Times one small step. Rounds of a fixed number of operations, until the time is up; the median round counts, so
 * that neither the compiler's first rounds nor a neighbour's burst decides. Each round returns a checksum that is
 * added up and told: what is used cannot be optimised away, and a step that suddenly does nothing shows.
 */
export interface MicroResult {
  readonly nsPerOp: number;
  readonly ops: number;
  readonly checksum: number;
}

/** Rounds that are run and not counted. */
const WARM_ROUNDS = 3;

/** `round` does `opsPerRound` operations and returns a checksum. */
export function measure(seconds: number, opsPerRound: number, round: () => number): MicroResult {
  let checksum = 0;
  for (let i = 0; i < WARM_ROUNDS; i++) checksum += round();
  const times: number[] = [];
  const untilMs = performance.now() + seconds * 1000;
  do {
    const startedMs = performance.now();
    checksum += round();
    times.push(performance.now() - startedMs);
  } while (performance.now() < untilMs);
  return summary(times, opsPerRound, checksum);
}

/** The same for a step that has to wait. */
export async function measureAsync(
  seconds: number,
  opsPerRound: number,
  round: () => Promise<number>,
): Promise<MicroResult> {
  let checksum = 0;
  for (let i = 0; i < WARM_ROUNDS; i++) checksum += await round();
  const times: number[] = [];
  const untilMs = performance.now() + seconds * 1000;
  do {
    const startedMs = performance.now();
    checksum += await round();
    times.push(performance.now() - startedMs);
  } while (performance.now() < untilMs);
  return summary(times, opsPerRound, checksum);
}

function summary(times: number[], opsPerRound: number, checksum: number): MicroResult {
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1] ?? 0;
  return { nsPerOp: (median * 1e6) / opsPerRound, ops: times.length * opsPerRound, checksum };
}
