/**
 * Where to go after signing in: back to where one came from, and nowhere but within these pages. A link from a stranger's mail
 * could name any address as the next one; only paths of ours are followed.
 */

const WITHIN = 'https://within.invalid';
/** To sign in again right after is no way back. */
const NOT_BACK_TO = /^\/account\/(sign-in|sign-up|forgot|confirm|reset)\b/;

/** `wanted` if it is a path of ours, else `otherwise`. The path comes back as the browser reads it: "/a/../b" is "/b". */
export function nextPath(wanted: string | null | undefined, otherwise: string): string {
  // "//host" and "/\host" are addresses of other hosts; blanks and control characters are dropped by browsers before they look.
  if (wanted === null || wanted === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\'))
    return otherwise;
  let url: URL;
  try {
    url = new URL(wanted, WITHIN);
  } catch {
    return otherwise;
  }
  if (url.origin !== WITHIN || url.pathname.startsWith('//') || NOT_BACK_TO.test(url.pathname)) return otherwise;
  return `${url.pathname}${url.search}${url.hash}`;
}
