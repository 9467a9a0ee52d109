/**
 * A secret that came behind the # of the address, which no server and no log ever sees. It is taken out of the address at once,
 * so that neither history nor a shared screenshot keeps it.
 */

/** The value of `name` in the fragment, "" when it is not there; the address is left without a fragment when it was. */
export function takeFromAddress(name: string, page: Pick<Window, 'location' | 'history'> = window): string {
  const { location, history } = page;
  const value = new URLSearchParams(location.hash.slice(1)).get(name);
  if (value === null) return '';
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return value;
}
