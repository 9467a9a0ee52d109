/** Runs the load generator as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadLine, LoadPhase, LoadPlan, LoadResult } from './load-plan.ts';
import { stopWhenInterrupted } from './run-parts.ts';

/** Resolves with the generator's result; `onPhase` hears when the measured time begins and ends. @throws when it ends without one. */
export async function runLoad(plan: LoadPlan, onPhase: (phase: LoadPhase) => void = () => {}): Promise<LoadResult> {
  const program = fileURLToPath(new URL('./load-main.js', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopped = stopWhenInterrupted(async () => child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  let result: LoadResult | null = null;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as LoadLine;
    if ('phase' in line) onPhase(line.phase);
    else result = line.result;
  }
  const [code] = await closed;
  stopped();
  if (result === null) throw new Error(`the load generator ended with code ${code}`);
  return result;
}
