/** The address of a server as people write it, and whether a key may travel to it. */

/** @throws AddressRefused */
export function serverAddress(text: string): string {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    throw new AddressRefused(`"${text}" is no address; a server's looks like https://cinema.example`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new AddressRefused(`"${text}" is no address; a server's begins with https://`);
  if (url.username !== '' || url.password !== '')
    throw new AddressRefused('leave name and password out of the address; the API key is asked for');
  if (url.protocol === 'http:' && !isThisMachine(url.hostname))
    throw new AddressRefused(
      `${url.origin} is not encrypted, and whoever is in between could read the API key: use https://${url.host} (http is for localhost only)`,
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** It is no address, or a key must not go there; the message says what would be right. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
