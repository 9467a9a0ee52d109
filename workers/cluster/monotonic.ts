/**
 * A clock that never goes back and is the same in all threads of this process: leases and deadlines between nodes are
 * measured with it. `performance.now()` alone counts from each thread's own start, and `Date.now()` is set by administrators
 * and time servers.
 */
const offsetMs = (() => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6 - performance.now();
})();

/** Milliseconds since a moment that only this machine knows, with a fraction. Goes on while the process is stopped, but not while the machine is. */
export function monotonicMs(): number {
  return performance.now() + offsetMs;
}
