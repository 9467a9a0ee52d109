/**
 * How to reach PostgreSQL: one plain record that can be sent to a thread, and the connection settings made of
 * it. Every connection of ours says which role it plays; a role is taken with the connection's first packet,
 * so that no statement ever runs with more rights than it needs. Because of these start-up options a
 * transaction-pooling proxy cannot stand between us and PostgreSQL.
 */
import pg from 'pg';
import { type DatabaseTls, tlsFromUrl, tlsOptions } from './database-tls.ts';

export interface DatabaseConfig {
  /** Name or address; or the absolute folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** null: PGPASSWORD or ~/.pgpass, or none is needed. */
  readonly password: string | null;
  readonly database: string;
  /** null: no TLS. */
  readonly tls: DatabaseTls | null;
}

/** shard: writes the journal. app: the catalogue and settings. reader: looks only. accounts: buyers, staff, keys, messages. migrator: the login user itself, who owns the tables. */
export type DatabaseRole = 'shard' | 'app' | 'reader' | 'accounts' | 'migrator';

export const SCHEMA = 'poltrona';

/** How long to wait for a connection; node-postgres would wait for ever. */
const CONNECT_TIMEOUT_MS = 5_000;

/** URL parameters that change nothing for us. Any other one is refused rather than ignored. */
const HARMLESS = new Set(['application_name', 'connect_timeout', 'keepalives', 'keepalives_idle', 'gssencmode']);
const UNDERSTOOD = new Set(['host', 'port', 'user', 'password', 'dbname', 'ssl']);
const TLS = new Set(['sslmode', 'sslrootcert', 'sslcert', 'sslkey']);

/**
 * Reads `postgres://user:password@host:5432/database?sslmode=verify-full`; a Unix socket as
 * `postgres://user@/database?host=/var/run/postgresql` or `postgres://user@%2Fvar%2Frun%2Fpostgresql/database`.
 * @throws with the parameter at fault; the message never holds the password.
 */
export function parseDatabaseUrl(url: string): DatabaseConfig {
  const parsed = readUrl(url);
  const parameters = new Map(parsed.searchParams);
  for (const name of parameters.keys()) {
    if (!HARMLESS.has(name) && !UNDERSTOOD.has(name) && !TLS.has(name)) {
      throw new Error(`DATABASE_URL: the parameter "${name}" is not supported`);
    }
  }
  const host = parameters.get('host') ?? decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1');
  const user = parameters.get('user') ?? decodeURIComponent(parsed.username);
  const login = user !== '' ? user : (process.env['PGUSER'] ?? process.env['USER'] ?? 'postgres');
  const password = parameters.get('password') ?? decodeURIComponent(parsed.password);
  const database = parameters.get('dbname') ?? decodeURIComponent(parsed.pathname.slice(1));
  const port = Number(parameters.get('port') ?? (parsed.port !== '' ? parsed.port : '5432'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error('DATABASE_URL: the port is not a number');
  if (host.includes(',')) throw new Error('DATABASE_URL: one host only; let its name follow the primary');
  return {
    host: host !== '' ? host : 'localhost',
    port,
    user: login,
    password: password !== '' ? password : null,
    database: database !== '' ? database : login,
    tls: host.startsWith('/') ? null : tlsFromUrl(parameters),
  };
}

function readUrl(url: string): URL {
  try {
    // The URL standard knows no empty host, libpq does: it means the socket named in the parameters.
    const parsed = new URL(url.replace(/^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)(?=[/?]|$)/, '$1localhost'));
    if (parsed.protocol === 'postgres:' || parsed.protocol === 'postgresql:') return parsed;
  } catch {
    // Its message would quote the URL, and with it the password.
  }
  throw new Error('DATABASE_URL must look like postgres://user:password@host:5432/database');
}

/**
 * The settings of one connection in `role`. `applicationName` is shown by pg_stat_activity.
 * The shard's statements have no time limit: a limit would turn a slow commit into an unknown one.
 */
export function clientConfig(config: DatabaseConfig, role: DatabaseRole, applicationName: string): pg.ClientConfig {
  const options = [`-c search_path=${SCHEMA}`, '-c TimeZone=UTC'];
  if (role !== 'migrator') options.push(`-c role=poltrona_${role}`);
  if (role === 'shard') options.push('-c statement_timeout=0', '-c lock_timeout=0');
  return {
    host: config.host,
    port: config.port,
    user: config.user,
    ...(config.password === null ? {} : { password: config.password }),
    database: config.database,
    ssl: config.tls === null ? false : tlsOptions(config.tls),
    application_name: applicationName,
    options: options.join(' '),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
}

/**
 * A pool of at most `max` connections in `role`. `onIdleError` hears of idle connections that broke; the pool
 * has already dropped them and connects again when asked, so that by default nobody needs to.
 */
export function createPool(
  config: DatabaseConfig,
  role: DatabaseRole,
  name: string,
  max: number,
  onIdleError: (error: Error) => void = () => {},
  queryTimeoutMs = 0,
): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(config, role, name),
    max,
    allowExitOnIdle: true,
    // A line that has gone silent: neither its queries nor its idle connections are waited for.
    ...(queryTimeoutMs === 0 ? {} : { query_timeout: queryTimeoutMs, idleTimeoutMillis: 1_000 }),
  });
  // Without a handler an idle connection's end would be an uncaught error and end the process.
  pool.on('error', onIdleError);
  return pool;
}

/** The same server, another database. */
export function inDatabase(config: DatabaseConfig, database: string): DatabaseConfig {
  return { ...config, database };
}
