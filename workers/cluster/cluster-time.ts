/** Time as membership sees it: injected, so that tests decide when it passes. */
export interface ClusterTime {
  /** A clock that never goes back; only this node knows when it began. */
  monotonicMs(): number;
  /** The wall clock: for people to read. */
  nowMs(): number;
  /** @returns what calls it off. */
  after(ms: number, callback: () => void): () => void;
}

export class TookTooLong extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${Math.round(ms)} ms`);
    this.name = 'TookTooLong';
  }
}

/** `work`, or TookTooLong; what becomes of the work later is nobody's concern, unless `late` wants to know. */
export function within<Result>(
  time: ClusterTime,
  ms: number,
  what: string,
  work: Promise<Result>,
  late?: (result: Result) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const callOff = time.after(ms, () => {
      isOver = true;
      reject(new TookTooLong(what, ms));
    });
    work.then(
      (result) => {
        if (isOver) return late?.(result);
        callOff();
        resolve(result);
      },
      (cause: unknown) => {
        callOff();
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      },
    );
  });
}
