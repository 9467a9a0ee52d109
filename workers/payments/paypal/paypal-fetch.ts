/** For what PayPal's SDK does not know (disputes) and what is no API (certificates): one GET, bounded in time and bytes, never redirected. */
import { ProviderUnknown } from '../provider-port.ts';

export interface FetchedText {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** @throws ProviderUnknown when there was no whole answer in time, or a longer one than `bytesMax` */
export async function fetchText(
  url: string,
  more: { readonly headers?: Record<string, string>; readonly bytesMax: number; readonly deadlineMs: number },
): Promise<FetchedText> {
  try {
    const response = await fetch(url, {
      headers: more.headers ?? {},
      // Whoever sends us elsewhere is not whom we asked.
      redirect: 'error',
      signal: AbortSignal.timeout(more.deadlineMs),
    });
    const text = await boundedText(response, more.bytesMax);
    return { status: response.status, headers: Object.fromEntries(response.headers), text };
  } catch (thrown) {
    if (thrown instanceof ProviderUnknown) throw thrown;
    const { name, message } = thrown as Error;
    // Not the error itself: undici's may quote the request.
    throw new ProviderUnknown(name === 'TimeoutError' ? 'timeout' : 'connection', null, null, new Error(message));
  }
}

async function boundedText(response: Response, bytesMax: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the connection.
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > bytesMax) throw new ProviderUnknown('too-long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
