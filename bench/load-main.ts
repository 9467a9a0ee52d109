/**
 * The load generator's process: takes a LoadPlan as JSON from its command line, loads the server, and prints a
 * LoadLine for each phase and for the result. A process of its own, so that its work and its garbage are not the server's, and so that a
 * server that is killed does not take the history with it.
 */
import { LoadDriver } from './load-driver.ts';
import type { LoadLine, LoadPlan } from './load-plan.ts';

const say = (line: LoadLine, done?: () => void): void => void process.stdout.write(`${JSON.stringify(line)}\n`, done);

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const result = await new LoadDriver(plan, (phase) => say({ phase })).run();
say({ result }, () => process.exit(0));
