/** The accounts' endpoints over a real database, without sockets: requests are records, and messages are read from their table. */
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { accountEndpoints } from '../../server/accounts/account-endpoints.ts';
import type { AccountPorts } from '../../server/accounts/account-ports.ts';
import { Authenticator } from '../../server/accounts/authenticate.ts';
import { Passwords } from '../../server/accounts/passwords.ts';
import type { Endpoint } from '../../server/api/endpoint.ts';
import { ApiRouter } from '../../server/api/router.ts';
import type { HttpRequest, HttpResponse } from '../../server/socket/socket-port.ts';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { linkToken } from '../../storage/message-links.ts';
import { Seals } from '../../storage/sealing.ts';
import { testDatabase } from './postgres.ts';

/** The cheapest that argon2 takes: tests are about what is done with hashes. */
export const CHEAP_HASHES = { memoryCost: 8, timeCost: 1, parallelism: 1, outputLen: 32 };
export const ORIGIN = 'https://cinema.test';
/** CPFs with good check digits that nobody has asked for. */
export const CPFS = ['52998224725', '11144477735', '39053344705', '86288366757', '15350946056'] as const;

export interface Asked {
  readonly body?: unknown;
  /** The cookie's value, as `Answered.cookie` has it. */
  readonly cookie?: string | undefined;
  /** An API key. */
  readonly bearer?: string | undefined;
  readonly key?: string;
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire, looked at by assertions.
  readonly json: any;
  readonly headers: Readonly<Record<string, string>>;
  /** Of Set-Cookie; '' when it is taken away, undefined when it is not touched. */
  readonly cookie: string | undefined;
}

export interface Message {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What stands in its link. */
  readonly token: string;
}

export interface AccountsStage {
  readonly config: DatabaseConfig;
  readonly ports: AccountPorts;
  readonly router: ApiRouter;
  readonly seals: Seals;
  /** Role accounts. */
  readonly pool: pg.Pool;
  nowMs: number;
  readonly logged: string[];
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  /** In the order in which they were queued. */
  messages(kind?: string): Promise<Message[]>;
  /** A confirmed account; resolves with its session's cookie. */
  account(email?: string, cpf?: string): Promise<{ readonly cookie: string; readonly id: string }>;
}

export const GOOD_PASSWORD = 'um guarda-chuva amarelo';
/** Of the installation: servers that shall share the stage's sessions get it as POLTRONA_SECRET_KEY. */
export const STAGE_SECRET = new Uint8Array(32).fill(5);

export function request(method: string, path: string, asked: Asked = {}): HttpRequest {
  const headers = new Map<string, string>([['host', 'cinema.test']]);
  if (asked.bearer === undefined) headers.set('origin', ORIGIN);
  else headers.set('authorization', `Bearer ${asked.bearer}`);
  if (asked.cookie !== undefined) headers.set('cookie', `__Host-poltrona=${asked.cookie}`);
  if (asked.key !== undefined) headers.set('idempotency-key', asked.key);
  if (asked.body !== undefined) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(asked.headers ?? {})) {
    if (value === '') headers.delete(name);
    else headers.set(name, value);
  }
  const [plainPath = '', query = ''] = path.split('?');
  return {
    method,
    path: plainPath,
    query: new URLSearchParams(query),
    remoteAddress: asked.address ?? '203.0.113.7',
    header: (name) => headers.get(name),
    body: asked.body === undefined ? new Uint8Array(0) : new TextEncoder().encode(JSON.stringify(asked.body)),
  };
}

export function answered(response: HttpResponse | null): Answered {
  if (response === null) return { status: 404, json: null, headers: {}, cookie: undefined };
  const headers = response.headers ?? {};
  const cookie = /^__Host-poltrona=([^;]*);/.exec(headers['set-cookie'] ?? '')?.[1];
  const text = Buffer.from(response.body ?? '').toString();
  return { status: response.status, json: text === '' ? null : JSON.parse(text), headers, cookie };
}

export async function accountsStage(
  t: TestContext,
  more: (ports: AccountPorts, app: pg.Pool) => readonly Endpoint[] = () => [],
): Promise<AccountsStage> {
  const config = await testDatabase(t);
  const onceOnly = createPool(config, 'accounts', 'test once-only', 6);
  const pool = createPool(config, 'accounts', 'test accounts', 6);
  const app = createPool(config, 'app', 'test app', 4);
  t.after(() => Promise.all([onceOnly.end(), pool.end(), app.end()]));
  const seals = new Seals(STAGE_SECRET);
  const logged: string[] = [];
  const addressOf = (asked: HttpRequest): string => asked.remoteAddress;
  const nowMs = (): number => stage.nowMs;
  const authenticator = new Authenticator({ pool, seals, addressOf, nowMs });
  const passwords = new Passwords({ parameters: CHEAP_HASHES });
  const ports: AccountPorts = { pool, seals, passwords, authenticator, nowMs };
  const router = new ApiRouter({
    endpoints: [...accountEndpoints(ports), ...more(ports, app)],
    pools: { app, accounts: onceOnly },
    seals,
    origins: [],
    authenticate: (asked) => authenticator.authenticate(asked),
    addressOf,
    log: (message, details) => logged.push(`${message} ${JSON.stringify(details)} ${String(details['cause'])}`),
  });
  let keys = 0;
  const stage: AccountsStage = {
    config,
    ports,
    router,
    seals,
    pool,
    nowMs: Date.now(),
    logged,
    ask: async (method, path, asked = {}) => {
      const key = asked.key ?? `a key of its own ${++keys}`.replaceAll(' ', '-');
      return answered(await router.answer(request(method, path, { ...asked, key })));
    },
    messages: async (kind) => {
      const { rows } = await pool.query<Omit<Message, 'token'>>(
        'select id, kind, recipient, params from messages where $1::text is null or kind = $1 order by created_at, ctid',
        [kind ?? null],
      );
      return rows.map((row) => ({ ...row, token: linkToken(seals, row.id) }));
    },
    account: async (email = 'ana@example.com', cpf = CPFS[0]) => {
      const body = { name: 'Ana Souza', email, password: GOOD_PASSWORD, cpf };
      await stage.ask('POST', '/api/accounts', { body });
      const mail = (await stage.messages('confirm-email')).at(-1);
      await stage.ask('POST', '/api/accounts/confirm', { body: { token: mail?.token, password: GOOD_PASSWORD } });
      const { cookie, json } = await stage.ask('POST', '/api/session', { body: { email, password: GOOD_PASSWORD } });
      if (cookie === undefined) throw new Error(`could not sign in: ${JSON.stringify(json)} ${logged.join('\n')}`);
      return { cookie, id: json.buyer.id };
    },
  };
  return stage;
}
