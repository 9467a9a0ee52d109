/** What of a run must not outlive it (servers, clusters, folders), so that Ctrl-C leaves nothing behind. */
const stops = new Set<() => Promise<unknown>>();

/** From now on an interruption calls `stop`. Returns how to take that back, when the part has been stopped in order. */
export function stopWhenInterrupted(stop: () => Promise<unknown>): () => void {
  stops.add(stop);
  return () => stops.delete(stop);
}

/** Stops every part, the youngest first: a server before its database. */
export async function stopEverything(): Promise<void> {
  for (const stop of [...stops].reverse()) {
    stops.delete(stop);
    await stop().catch((cause: unknown) => process.stderr.write(`while stopping: ${String(cause)}\n`));
  }
}
