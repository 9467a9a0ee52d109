/** The progress bar, on stderr and only when somebody is looking at it. */
import { SingleBar } from 'cli-progress';
import type { ImportProgress } from '../../storage/import/import-report.ts';
import type { CliPorts } from './ports.ts';

export interface Progress {
  readonly show: ImportProgress;
  stop(): void;
}

/** Nothing at all where nobody looks, or `isWanted` is false. */
export function progressBar(ports: CliPorts, isWanted: boolean): Progress {
  if (!ports.isTerminal || !isWanted) return { show: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {phase}',
    clearOnComplete: true,
    hideCursor: true,
    // Whoever ends the process at Ctrl-C does not come back here to stop it.
    gracefulExit: true,
    stopOnComplete: false,
    barsize: 30,
  });
  bar.start(1, 0, { phase: '' });
  return {
    show: (phase, done) => bar.update(done, { phase }),
    stop: () => bar.stop(),
  };
}
