/**
 * TLS towards PostgreSQL, with libpq's meaning of `sslmode`. node-postgres reads the same words differently
 * (there, `require` verifies), which is a surprise for whoever copies a URL from their provider; so the words
 * are read here, and node-postgres gets the resulting options.
 */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

export interface DatabaseTls {
  /** Whether the certificate must come from an authority that we trust. */
  readonly verifyAuthority: boolean;
  /** Whether it must also name the host. */
  readonly verifyName: boolean;
  /** PEM texts; null: the system's authorities, no certificate of our own. */
  readonly authority: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

/** @throws for a mode that leaves open whether the connection is encrypted. */
export function tlsFromUrl(parameters: ReadonlyMap<string, string>): DatabaseTls | null {
  const file = (name: string): string | null => {
    const value = parameters.get(name);
    return value === undefined || value === 'system' ? null : readFileSync(value, 'utf8');
  };
  const ssl = parameters.get('ssl');
  const mode = parameters.get('sslmode') ?? (ssl === 'true' || ssl === '1' ? 'verify-full' : 'disable');
  const made = (verifyAuthority: boolean, verifyName: boolean): DatabaseTls => ({
    verifyAuthority,
    verifyName,
    authority: file('sslrootcert'),
    certificate: file('sslcert'),
    key: file('sslkey'),
  });
  switch (mode) {
    case 'disable':
      return null;
    case 'no-verify':
      return made(false, false);
    case 'require':
      return made(parameters.has('sslrootcert'), false);
    case 'verify-ca':
      return made(true, false);
    case 'verify-full':
      return made(true, true);
    default:
      throw new Error(
        `DATABASE_URL: sslmode=${mode} leaves open whether the connection is encrypted; say disable, require, verify-ca or verify-full`,
      );
  }
}

/** What node-postgres hands to `tls.connect`. */
export function tlsOptions(tls: DatabaseTls): ConnectionOptions {
  return {
    rejectUnauthorized: tls.verifyAuthority,
    ...(tls.verifyName ? {} : { checkServerIdentity: () => undefined }),
    ...(tls.authority === null ? {} : { ca: tls.authority }),
    ...(tls.certificate === null ? {} : { cert: tls.certificate }),
    ...(tls.key === null ? {} : { key: tls.key }),
  };
}
