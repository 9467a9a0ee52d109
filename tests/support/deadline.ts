/** Waiting in tests: always for an event, never for ever. */

/** `work`, or an error with what `describe` says when it takes longer than `deadlineMs`. */
export function deadline<Result>(work: Promise<Result>, deadlineMs: number, describe: () => string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`after ${deadlineMs} ms: ${describe()}`)), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Asks again and again until `holds` says true. For conditions of other processes, which tell nobody. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  deadlineMs: number,
  describe: () => string,
): Promise<void> {
  const endsMs = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > endsMs) throw new Error(`after ${deadlineMs} ms: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
