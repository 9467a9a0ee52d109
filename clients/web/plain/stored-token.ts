/** The session's token between visits: whoever has it is this buyer, so that it stays in this browser. Private windows may refuse to store. */
const KEY = 'poltrona.session';

export function readToken(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function storeToken(token: string | null): void {
  if (token === null) return;
  try {
    localStorage.setItem(KEY, token);
  } catch {
    // The session lasts as long as the page, then.
  }
}
