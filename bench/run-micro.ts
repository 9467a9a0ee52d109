/** `micro`: single steps, in nanoseconds. For finding out where time goes; no promise is made about any of them. */
import { configurationOf } from './machine.ts';
import { microActor } from './micro-actor.ts';
import { microEdges } from './micro-edges.ts';
import { microEngine } from './micro-engine.ts';
import type { MicroResult } from './micro-measure.ts';
import type { BenchOptions } from './options.ts';
import { type Reporter, round } from './result.ts';

/** All steps together take about as long as one measurement of the other benchmarks. */
const STEPS = 11;

export async function runMicro(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const configuration = await configurationOf(options, null);
  const seconds = options.seconds / STEPS;
  let isClean = true;
  const tell = (part: string, { nsPerOp, ops, checksum }: MicroResult): void => {
    // A step that gave nothing has done nothing: its figure would be a lie.
    const audit = checksum > 0 ? 'ok' : 'the step did nothing';
    isClean &&= audit === 'ok';
    reporter.result({ bench: 'micro', part, ns_per_op: round(nsPerOp), ops, checksum, audit, configuration });
  };
  for (const [part, result] of microActor(seconds)) tell(part, result);
  for (const [part, result] of microEdges(seconds)) tell(part, result);
  for await (const [part, result] of microEngine(seconds)) tell(part, result);
  return isClean;
}
