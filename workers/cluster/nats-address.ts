/** Where NATS is, from NATS_URL: one or several `nats://` or `tls://` addresses with commas between, with `user:password@` or `token@`. */
export interface NatsAddress {
  readonly servers: readonly string[];
  readonly tls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

/** @throws Error with a sentence that says what is wrong; it never quotes a password. */
export function parseNatsUrl(text: string): NatsAddress {
  const urls = text.split(',').map((one) => parseOne(one.trim()));
  const first = urls[0];
  if (first === undefined) throw new Error('NATS_URL is empty');
  if (urls.some(({ protocol }) => protocol !== first.protocol)) {
    throw new Error('NATS_URL must not mix nats:// and tls://');
  }
  const login = urls.find(({ username }) => username !== '');
  const user = login === undefined ? null : decodeURIComponent(login.username);
  const password = login === undefined || login.password === '' ? null : decodeURIComponent(login.password);
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`),
    tls: first.protocol === 'tls:',
    user: password === null ? null : user,
    password,
    token: password === null ? user : null,
  };
}

function parseOne(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Error('NATS_URL must look like nats://host:4222');
  }
  if ((url.protocol !== 'nats:' && url.protocol !== 'tls:') || url.hostname === '') {
    throw new Error('NATS_URL must begin with nats:// or tls://');
  }
  return url;
}
