/**
 * Whether a page may open a WebSocket here. Browsers send cookies and credentials along with any page's WebSocket and ask
 * nobody: checking the Origin is up to us. A client that is no browser sends none, and has nothing to steal.
 */
export function originIsAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  if (allowed.length > 0) return false;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
