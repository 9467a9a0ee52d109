/** `npm run bench -- NAME`: runs one benchmark. Exit code 1 when the audit found something, or when it could not be run. */
import { sweepBenchFolders } from './bench-folder.ts';
import { type BenchName, type BenchOptions, readOptions, USAGE } from './options.ts';
import { Reporter } from './result.ts';
import { runCluster } from './run-cluster.ts';
import { runCopy } from './run-copy.ts';
import { runImport } from './run-import.ts';
import { runMicro } from './run-micro.ts';
import { runPaid } from './run-paid.ts';
import { stopEverything } from './run-parts.ts';
import { runPeers } from './run-peers.ts';
import { runRecover } from './run-recover.ts';
import { runScreen } from './run-screen.ts';
import { runSearch } from './run-search.ts';
import { runSeats } from './run-seats.ts';

/** Resolves with whether every audit was clean. */
type Benchmark = (options: BenchOptions, reporter: Reporter) => Promise<boolean>;

const BENCHMARKS: Readonly<Record<BenchName, Benchmark>> = {
  copy: runCopy,
  seats: runSeats,
  peers: runPeers,
  micro: runMicro,
  recover: runRecover,
  cluster: runCluster,
  search: runSearch,
  import: runImport,
  screen: runScreen,
  paid: runPaid,
};

async function main(): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}\n`);
    return 2;
  }
  let isInterrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isInterrupted = true;
      void stopEverything().finally(() => process.exit(130));
    });
  }
  await sweepBenchFolders();
  try {
    return (await BENCHMARKS[options.name](options, new Reporter(options))) ? 0 : 1;
  } catch (cause) {
    // The parts are being stopped under it; what it says about that is of no interest, and the exit is coming.
    if (isInterrupted) return new Promise<number>(() => {});
    throw cause;
  }
}

process.exitCode = await main();
