/**
 * Configuration: environment variables only, read once, checked at once. A wrong value stops the start with a
 * sentence that names the variable, the value and what is allowed. The README's table is this list (a test
 * compares them).
 */
import { availableParallelism, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { packageRoot } from '../storage/package-root.ts';
import { parseNatsUrl } from '../workers/cluster/nats-address.ts';
import { parseMailFrom, parseSmtpUrl } from '../workers/mail/smtp-url.ts';
import { trustedProxies } from './client-address.ts';
import { type PaymentConfig, paymentVariables, readPaymentConfig } from './payments/payment-config.ts';

export interface Config extends PaymentConfig {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string | null;
  readonly production: boolean;
  readonly folder: string;
  readonly threads: number;
  readonly sandboxPayments: boolean;
  /** Allowed Origin headers; empty: only the host that the page came from. */
  readonly origins: readonly string[];
  readonly socket: 'auto' | 'uws' | 'ws';
  readonly logLevel: string;
  readonly holdSeconds: number;
  readonly messagesPerSecond: number;
  readonly connectionsPerAddress: number;
  readonly demo: boolean;
  /** Null: one node alone. */
  readonly natsUrl: string | null;
  /** What this node is called among others; its id adds a random ending. */
  readonly nodeName: string;
  readonly leaseSeconds: number;
  readonly natsReplicas: number;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** 32 bytes or more, base64; null: a file of this installation's own (storage/secret-key.ts). */
  readonly secretKey: string | null;
  /** Null: messages are written as files. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Where visitors reach this installation, without a slash at the end: for links in messages. */
  readonly publicUrl: string;
  /** Tickets can be given back until so many whole days after the day of the purchase are over… */
  readonly cancelDays: number;
  /** …and not in the last minutes before the start. */
  readonly cancelMinutesBefore: number;
}

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

export interface ConfigurationVariable {
  readonly name: string;
  /** As the README shows it. */
  readonly default: string;
  readonly meaning: string;
}

export const configurationVariables: readonly ConfigurationVariable[] = [
  { name: 'HOST', default: '127.0.0.1', meaning: 'Address to listen on.' },
  { name: 'PORT', default: '8080', meaning: 'Port to listen on; 0 takes any free one.' },
  {
    name: 'DATABASE_URL',
    default: '(embedded)',
    meaning: 'PostgreSQL 15 or later. Without it an embedded PostgreSQL 18 is run.',
  },
  { name: 'NODE_ENV', default: '(empty)', meaning: '`production` refuses unsafe settings and sandbox payments.' },
  {
    name: 'POLTRONA_FOLDER',
    default: '.poltrona',
    meaning: 'Where the embedded PostgreSQL keeps its files.',
  },
  {
    name: 'POLTRONA_THREADS',
    default: '(cores, one less with the embedded PostgreSQL)',
    meaning: 'Shard threads, 1 to 64.',
  },
  {
    name: 'POLTRONA_SANDBOX_PAYMENTS',
    default: 'on, off in production',
    meaning: '`on` lets the sandbox payment buy seats without money; refused where a provider moves real money.',
  },
  {
    name: 'POLTRONA_ORIGINS',
    default: '(same host)',
    meaning: 'Origins that may open a WebSocket, separated by commas.',
  },
  {
    name: 'POLTRONA_SOCKET',
    default: 'auto',
    meaning: '`uws`, `ws`, or `auto`: uWebSockets.js where it has a binary for this Node.',
  },
  { name: 'POLTRONA_LOG_LEVEL', default: 'info', meaning: '`trace`, `debug`, `info`, `warn`, `error` or `silent`.' },
  { name: 'POLTRONA_HOLD_SECONDS', default: '480', meaning: 'How long a hold lasts, 10 to 3600.' },
  {
    name: 'POLTRONA_MESSAGES_PER_SECOND',
    default: '50',
    meaning: 'Messages a second from one connection, twice as many in a burst; 0 for no limit.',
  },
  {
    name: 'POLTRONA_CONNECTIONS_PER_ADDRESS',
    default: '512',
    meaning: 'Open WebSockets from one address; 0 for no limit.',
  },
  {
    name: 'POLTRONA_DEMO',
    default: 'on, off in production',
    meaning: '`on` fills an empty database with a demo programme.',
  },
  {
    name: 'NATS_URL',
    default: '(none)',
    meaning:
      'NATS 2.9 or later with JetStream, e.g. `nats://user:password@host:4222`; several with commas. Makes this one of many nodes; needs `DATABASE_URL`.',
  },
  { name: 'POLTRONA_NODE', default: '(host name)', meaning: 'What this node is called among others.' },
  {
    name: 'POLTRONA_LEASE_SECONDS',
    default: '3',
    meaning: 'After how long without a sign of life a node counts as dead, 1 to 60. The same on all nodes.',
  },
  {
    name: 'POLTRONA_NATS_REPLICAS',
    default: '1',
    meaning: 'Copies of leases and events in a NATS cluster: 1, 3 or 5.',
  },
  {
    name: 'POLTRONA_TRUSTED_PROXIES',
    default: '(none)',
    meaning: 'Addresses or networks of balancers whose `X-Forwarded-For` is believed, separated by commas.',
  },
  {
    name: 'POLTRONA_SECRET_KEY',
    default: '(a file in `POLTRONA_FOLDER`)',
    meaning:
      '32 random bytes or more in base64 (`openssl rand -base64 32`), which seal the CPFs. The same on all nodes; keep a copy apart from the database. Needed in production with `DATABASE_URL`.',
  },
  {
    name: 'SMTP_URL',
    default: '(files in `POLTRONA_FOLDER`/mail)',
    meaning: 'Mail server: `smtps://user:password@host` or `smtp://host:587`.',
  },
  { name: 'MAIL_FROM', default: 'Poltrona <nao-responda@localhost>', meaning: 'Sender of messages.' },
  {
    name: 'PUBLIC_URL',
    default: '(http://HOST:PORT)',
    meaning: 'Where visitors reach this installation: for links in messages.',
  },
  {
    name: 'POLTRONA_CANCEL_DAYS',
    default: '7',
    meaning:
      'Days after the purchase in which buyers may give tickets back, 7 to 365: 7 is the least that the law allows.',
  },
  {
    name: 'POLTRONA_CANCEL_MINUTES_BEFORE',
    default: '60',
    meaning: 'Minutes before the start in which they may not any more, 0 to 1440.',
  },
  ...paymentVariables,
];

/** A core for each thread, and one for PostgreSQL where it is ours: it writes what they decide (docs/decisions/0009). */
function defaultThreads(isEmbedded: boolean): number {
  return Math.max(1, Math.min(availableParallelism() - (isEmbedded ? 1 : 0), 64));
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError */
export function readConfig(environment: Environment): Config {
  const text = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  const wrong = (name: string, allowed: string): never => {
    throw new ConfigurationError(`${name}=${text(name)} is not allowed: ${allowed}.`);
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    return parsed >= min && parsed <= max ? parsed : wrong(name, `a whole number from ${min} to ${max}`);
  };
  const oneOf = <Value extends string>(name: string, fallback: Value, allowed: readonly Value[]): Value => {
    const value = text(name);
    if (value === undefined) return fallback;
    return allowed.find((candidate) => candidate === value) ?? wrong(name, `one of ${allowed.join(', ')}`);
  };
  const production = environment['NODE_ENV'] === 'production';
  const whenSafe = production ? 'off' : 'on';
  const databaseUrl = text('DATABASE_URL') ?? null;
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new ConfigurationError('DATABASE_URL must begin with postgres:// or postgresql://.');
  }
  const natsUrl = text('NATS_URL') ?? null;
  if (natsUrl !== null) {
    try {
      parseNatsUrl(natsUrl);
    } catch (cause) {
      throw new ConfigurationError(`${(cause as Error).message}.`);
    }
    if (databaseUrl === null) {
      throw new ConfigurationError('NATS_URL is for several nodes on one PostgreSQL: set DATABASE_URL as well.');
    }
  }
  const replicas = integer('POLTRONA_NATS_REPLICAS', 1, 1, 5);
  if (replicas % 2 === 0) wrong('POLTRONA_NATS_REPLICAS', '1, 3 or 5');
  const proxies = (text('POLTRONA_TRUSTED_PROXIES') ?? '')
    .split(',')
    .map((proxy) => proxy.trim())
    .filter((proxy) => proxy !== '');
  try {
    trustedProxies(proxies);
  } catch (cause) {
    throw new ConfigurationError(`POLTRONA_TRUSTED_PROXIES: ${(cause as Error).message}.`);
  }
  const secretKey = text('POLTRONA_SECRET_KEY') ?? null;
  if (secretKey !== null && Buffer.from(secretKey, 'base64').length < 32) {
    throw new ConfigurationError(
      'POLTRONA_SECRET_KEY must be 32 bytes or more in base64: "openssl rand -base64 32" makes one.',
    );
  }
  if (secretKey === null && production && databaseUrl !== null) {
    throw new ConfigurationError(
      'POLTRONA_SECRET_KEY is missing: with a database of your own the key that seals its CPFs is yours to keep. "openssl rand -base64 32" makes one.',
    );
  }
  const smtpUrl = text('SMTP_URL') ?? null;
  const mailFrom = text('MAIL_FROM') ?? 'Poltrona <nao-responda@localhost>';
  try {
    if (smtpUrl !== null) parseSmtpUrl(smtpUrl);
    parseMailFrom(mailFrom);
  } catch (cause) {
    throw new ConfigurationError((cause as Error).message);
  }
  for (const name of ['MAIL_FROM', 'PUBLIC_URL']) {
    if (production && smtpUrl !== null && text(name) === undefined)
      throw new ConfigurationError(
        `${name} is missing: messages go out by SMTP_URL, and people would answer or follow a link to this machine.`,
      );
  }
  const host = text('HOST') ?? '127.0.0.1';
  const port = integer('PORT', 8080, 0, 65_535);
  const publicUrl = (text('PUBLIC_URL') ?? `http://${host}:${port}`).replace(/\/+$/, '');
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl))
    wrong('PUBLIC_URL', 'an address such as https://ingressos.example');
  const error = (sentence: string): ConfigurationError => new ConfigurationError(sentence);
  const sandboxPayments = oneOf('POLTRONA_SANDBOX_PAYMENTS', whenSafe, ['on', 'off']) === 'on';
  const payments = readPaymentConfig({ text, oneOf, production, sandboxPayments, publicUrl, error });
  const origins = (text('POLTRONA_ORIGINS') ?? '').split(',').map((origin) => origin.trim());
  return {
    host,
    port,
    databaseUrl,
    production,
    // By default beside the package and not where the command was typed: server and command line mean the same.
    folder: resolve(text('POLTRONA_FOLDER') ?? join(packageRoot(), '.poltrona')),
    threads: integer('POLTRONA_THREADS', defaultThreads(databaseUrl === null), 1, 64),
    sandboxPayments,
    origins: origins.filter((origin) => origin !== ''),
    socket: oneOf('POLTRONA_SOCKET', 'auto', ['auto', 'uws', 'ws']),
    logLevel: oneOf('POLTRONA_LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    holdSeconds: integer('POLTRONA_HOLD_SECONDS', 480, 10, 3600),
    messagesPerSecond: integer('POLTRONA_MESSAGES_PER_SECOND', 50, 0, 1_000_000),
    connectionsPerAddress: integer('POLTRONA_CONNECTIONS_PER_ADDRESS', 512, 0, 1_000_000),
    demo: oneOf('POLTRONA_DEMO', whenSafe, ['on', 'off']) === 'on',
    natsUrl,
    nodeName: text('POLTRONA_NODE') ?? hostname(),
    leaseSeconds: integer('POLTRONA_LEASE_SECONDS', 3, 1, 60),
    natsReplicas: replicas,
    trustedProxies: proxies,
    secretKey,
    smtpUrl,
    mailFrom,
    publicUrl,
    cancelDays: integer('POLTRONA_CANCEL_DAYS', 7, 7, 365),
    cancelMinutesBefore: integer('POLTRONA_CANCEL_MINUTES_BEFORE', 60, 0, 1440),
    ...payments,
  };
}
