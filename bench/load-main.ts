/**
 * The load generator's process: takes a LoadPlan as JSON from its command line, loads the server, and prints a LoadResult as
 * one line of JSON. A process of its own, so that its work and its garbage are not the server's, and so that a
 * server that is killed does not take the history with it.
 */
import { LoadDriver } from './load-driver.ts';
import type { LoadPlan } from './load-plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const result = await new LoadDriver(plan).run();
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
