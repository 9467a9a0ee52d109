/**
 * Latencies as a histogram with a fixed relative error, in the manner of HdrHistogram: each power of two is cut
 * into 64 equal parts, so that a figure is at most 1.6 % too high and never too low. A million samples cost
 * 16 KB and no sorting, and the histograms of several processes can be added up.
 *
 * What is recorded must be measured from the time at which the command was due, not from when it was sent:
 * otherwise a generator that was held up would leave out the very waits that matter.
 */
const PART_BITS = 6;
const PARTS = 1 << PART_BITS;
/** Longest latency that is told apart, microseconds (about 35 minutes); longer ones count as this. */
const MAX_US = 2 ** 31 - 1;

export interface LatencySummary {
  readonly count: number;
  readonly p50_ms: number;
  readonly p90_ms: number;
  readonly p99_ms: number;
  readonly p99_9_ms: number;
  readonly max_ms: number;
}

export class LatencyHistogram {
  readonly #counts = new Float64Array(PARTS * 27);
  #count = 0;
  #maxUs = 0;

  record(latencyMs: number): void {
    this.recordMany(latencyMs, 1);
  }

  /** The same latency several times: the commands of one bundle. */
  recordMany(latencyMs: number, times: number): void {
    const us = latencyMs <= 0 ? 0 : Math.min(Math.round(latencyMs * 1000), MAX_US);
    this.#counts[cellOf(us)]! += times;
    this.#count += times;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds below or at which `share` (0 to 1) of all samples lie; 0 without samples. */
  percentile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let below = 0;
    for (let cell = 0; cell < this.#counts.length; cell++) {
      below += this.#counts[cell]!;
      if (below >= rank) return Math.min(highestOf(cell), this.#maxUs) / 1000;
    }
    return 0;
  }

  summary(): LatencySummary {
    return {
      count: this.#count,
      p50_ms: this.percentile(0.5),
      p90_ms: this.percentile(0.9),
      p99_ms: this.percentile(0.99),
      p99_9_ms: this.percentile(0.999),
      max_ms: this.#maxUs / 1000,
    };
  }
}

function cellOf(us: number): number {
  if (us < 2 * PARTS) return us;
  const shift = 31 - Math.clz32(us) - PART_BITS;
  return (shift << PART_BITS) + (us >>> shift);
}

/** The highest value of a cell. */
function highestOf(cell: number): number {
  if (cell < 2 * PARTS) return cell;
  const shift = (cell >>> PART_BITS) - 1;
  return (cell - (shift << PART_BITS) + 1) * 2 ** shift - 1;
}
