/**
 * A violated invariant: a bug of ours, never the asker's fault. It stops the one actor in which it fires
 * (workers/screening-actor.ts), which is then reloaded from the journal.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/**
 * On paths that are taken for every command write `if (broken) assert(false, …)`: the message is then only made when it is needed.
 * @throws InvariantViolation with `message` when `condition` is false.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** The end of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable: ${JSON.stringify(value)}`);
}
