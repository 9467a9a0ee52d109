/** Ctrl-C, or a kind request to end: work is told by a signal, cleans up, and the process ends as shells expect. */

/** 128 and the number of SIGINT: what a shell shows for a command that was interrupted. */
export const INTERRUPTED = 130;

/** Ctrl-C, or the end of the input where an answer was needed: exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Runs `work` with a signal that aborts at the first Ctrl-C or SIGTERM; the second one ends the process as it is. */
export async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const onSignal = (): void => controller.abort(new Interrupted('interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
