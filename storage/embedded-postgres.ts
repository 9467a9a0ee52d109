/**
 * The embedded PostgreSQL: so that `npm start` on a fresh machine has a real database, with real durability, and
 * nothing to install. It is an ordinary postmaster on a folder of ours, reached over a Unix socket.
 *
 * Always true:
 * - One Poltrona server to a folder (folder-lock.ts); the second is told so.
 * - One postmaster to a folder. One that outlived its server (kill -9) is adopted, not fought: it has the data warm,
 *   and stopping it first would cost the restart its two seconds. From then on it is stopped and watched like
 *   a child of our own.
 * - When the postmaster dies unexpectedly it is started again, with pauses that grow to RETRY_MAX_MS, for as long as
 *   we run. Who uses it sees broken connections meanwhile, as with any PostgreSQL that restarts.
 * - Ours is never the process that decides on durability: fsync and its companions are always on.
 */
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from './database.ts';
import { findBinaries } from './embedded-binaries.ts';
import {
  type Cluster,
  checkVersion,
  initialise,
  logSince,
  logSize,
  ownFolder,
  PORT,
  socketFolderFor,
  spawnPostmaster,
  whenGone,
  whenReady,
} from './embedded-cluster.ts';
import { canReach, serviceUser } from './embedded-user.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { type Log, SILENT_LOG } from './log.ts';
import { packageRoot } from './package-root.ts';
import { clearStalePid, findPostmaster, type Postmaster } from './postmaster-pid.ts';
import { isAlive } from './process-identity.ts';

/** After a kill -9 of the postmaster its children need a moment to notice; a new one is refused until they have gone. */
const LEFTOVERS_GONE_MS = 10_000;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 5_000;
/** An adopted postmaster is no child of ours: it is looked at this often. */
const WATCH_MS = 100;
const FAST_STOP_MS = 15_000;
const IMMEDIATE_STOP_MS = 5_000;

export interface EmbeddedOptions {
  /** Where everything lies; made when missing. See `defaultEmbeddedFolder`. */
  readonly folder: string;
  readonly log: Log;
  /** The postmaster died without being asked to. It is being started again already. */
  readonly onExit?: () => void;
  /** Further PostgreSQL settings, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** `.poltrona/postgres` beside our package.json, which git ignores. */
export function defaultEmbeddedFolder(): string {
  return path.join(packageRoot(), '.poltrona', 'postgres');
}

/**
 * Starts (or adopts) the embedded PostgreSQL of a folder; resolves when it takes connections.
 * @throws FolderInUse; and errors that say what to do, for everything else.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new Error('the embedded PostgreSQL does not run on Windows: use WSL, or set DATABASE_URL');
  }
  const folder = reachableFolder(options);
  const clusterFolder = path.join(folder, 'cluster');
  const user = serviceUser(clusterFolder);
  ownFolder(folder, user);
  const lock = lockFolder(path.join(folder, 'server.lock'));
  try {
    const binaries = await findBinaries(user, folder);
    const cluster: Cluster = { folder, clusterFolder, logFile: path.join(folder, 'postgres.log'), user, binaries };
    const embedded = new EmbeddedPostgres(cluster, lock, options);
    await embedded.begin();
    return embedded;
  } catch (cause) {
    lock.release();
    throw cause;
  }
}

/** How to reach the embedded PostgreSQL that runs on `folder`, whoever runs it; null when none does, or it is not ready. */
export function findEmbedded(folder: string): DatabaseConfig | null {
  const postmaster = findPostmaster(path.join(reachableFolder({ folder, log: SILENT_LOG }), 'cluster'));
  return postmaster?.status === 'ready' ? loginConfig(postmaster.socketFolder) : null;
}

function superuserConfig(socketFolder: string): DatabaseConfig {
  return { host: socketFolder, port: PORT, user: 'postgres', password: null, database: 'postgres', tls: null };
}

function loginConfig(socketFolder: string): DatabaseConfig {
  return { ...superuserConfig(socketFolder), user: 'poltrona', database: 'poltrona' };
}

/** Root's own folders (/root, mode 0700) are closed to the user that PostgreSQL runs as: then the data lie under /var/lib. */
function reachableFolder({ folder, log }: Pick<EmbeddedOptions, 'folder' | 'log'>): string {
  const wanted = path.resolve(folder);
  const user = process.getuid?.() === 0 ? serviceUser(path.join(wanted, 'cluster')) : null;
  if (canReach(wanted, user)) return wanted;
  const mark = createHash('sha256').update(wanted).digest('hex').slice(0, 8);
  const instead = path.join('/var/lib/poltrona', mark);
  log.info(
    { wanted, folder: instead },
    'PostgreSQL does not run as root and cannot enter the wanted folder; its data lie elsewhere',
  );
  return instead;
}

export class EmbeddedPostgres {
  readonly #cluster: Cluster;
  readonly #lock: FolderLock;
  readonly #options: EmbeddedOptions;
  #socketFolder = '';
  #postmaster: Postmaster | null = null;
  #state: 'running' | 'starting' | 'stopping' | 'stopped' = 'starting';
  #readyWaiters: (() => void)[] = [];
  #watch: NodeJS.Timeout | null = null;
  #stopped: Promise<void> | null = null;
  /** The start that is under way; never rejects. */
  #starting: Promise<void> = Promise.resolve();
  #adopted = false;

  constructor(cluster: Cluster, lock: FolderLock, options: EmbeddedOptions) {
    this.#cluster = cluster;
    this.#lock = lock;
    this.#options = options;
  }

  /** The login that owns the database: no superuser, as in production. */
  get config(): DatabaseConfig {
    return loginConfig(this.#socketFolder);
  }

  /** PostgreSQL's superuser, for tests and repairs. */
  get superuser(): DatabaseConfig {
    return superuserConfig(this.#socketFolder);
  }

  /** The postmaster's process id; another one after a restart; 0 while there is none. */
  get pid(): number {
    return this.#postmaster?.identity.pid ?? 0;
  }

  /** Where the data really lie. */
  get folder(): string {
    return this.#cluster.folder;
  }

  /** Whether a postmaster of an earlier, killed server was found and taken over. */
  get adopted(): boolean {
    return this.#adopted;
  }

  /** For `startEmbedded` only. */
  async begin(): Promise<void> {
    const startedMs = performance.now();
    const fresh = !existsSync(this.#cluster.clusterFolder);
    if (fresh) await initialise(this.#cluster);
    else await checkVersion(this.#cluster);
    try {
      await this.#adoptOrStart();
      await this.#ensureDatabase();
    } catch (cause) {
      await this.stop();
      throw cause;
    }
    const elapsedMs = Math.round(performance.now() - startedMs);
    const details = { folder: this.folder, postmaster: this.pid, fresh, adopted: this.#adopted, elapsedMs };
    this.#options.log.info(details, 'embedded PostgreSQL is ready');
  }

  /** Resolves when a postmaster takes connections (again), or never will any more because it was stopped. */
  whenReady(): Promise<void> {
    if (this.#state === 'running' || this.#state === 'stopped') return Promise.resolve();
    return new Promise((resolve) => this.#readyWaiters.push(resolve));
  }

  /** Stops the postmaster (fast: sessions are cut, what is committed stays) and starts it again. */
  async restart(): Promise<void> {
    if (this.#state !== 'running') return this.whenReady();
    this.#state = 'starting';
    await this.#halt();
    await this.#revive();
  }

  /** Stops the postmaster and gives the folder free. Called again, resolves with the first call. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping';
    await this.#halt();
    // A start that was under way may have got past us.
    await this.#starting;
    await this.#halt();
    this.#state = 'stopped';
    if (!this.#socketFolder.startsWith(this.folder)) rmSync(this.#socketFolder, { recursive: true, force: true });
    this.#lock.release();
    for (const resolve of this.#readyWaiters.splice(0)) resolve();
  }

  async #adoptOrStart(): Promise<void> {
    const orphan = findPostmaster(this.#cluster.clusterFolder);
    if (orphan !== null && orphan.status !== 'stopping') {
      const ready = await whenReady(this.#cluster, () => isAlive(orphan.identity));
      if (ready !== null) {
        this.#socketFolder = ready.socketFolder;
        this.#adopted = true;
        this.#options.log.info({ postmaster: ready.identity.pid }, 'adopting the PostgreSQL of a killed server');
        return this.#entered(ready);
      }
    }
    if (orphan !== null) await whenGone(orphan.identity, FAST_STOP_MS);
    this.#socketFolder = socketFolderFor(this.#cluster);
    await this.#start();
  }

  #start(): Promise<void> {
    const started = this.#startOnce();
    this.#starting = started.catch(() => {});
    return started;
  }

  /** @throws with the end of PostgreSQL's log when it does not come up. */
  async #startOnce(): Promise<void> {
    const until = performance.now() + LEFTOVERS_GONE_MS;
    for (;;) {
      await clearStalePid(this.#cluster.clusterFolder);
      const from = logSize(this.#cluster);
      const child = spawnPostmaster(this.#cluster, this.#socketFolder, this.#options.settings ?? {});
      let failure: Error | null = null;
      child.once('error', (error) => (failure = error));
      const running = () => failure === null && child.exitCode === null && child.signalCode === null;
      const ready = await whenReady(this.#cluster, running);
      if (ready !== null) return this.#entered(ready);
      if (failure !== null)
        throw new Error(`PostgreSQL could not be run: ${(failure as Error).message}`, { cause: failure });
      const said = logSince(this.#cluster, from);
      const leftovers = /pre-existing shared memory block|lock file "[^"]*" (already exists|is empty)/.test(said);
      if (!leftovers || performance.now() > until) throw new Error(`PostgreSQL did not start:\n${said}`);
      await delay(RETRY_MIN_MS);
    }
  }

  #entered(postmaster: Postmaster): void {
    this.#postmaster = postmaster;
    if (this.#state === 'stopping') return;
    this.#state = 'running';
    // Looked at and not listened to, in order that an adopted one and a child of ours are one case.
    this.#watch = setInterval(() => {
      if (!isAlive(postmaster.identity)) this.#died(postmaster);
    }, WATCH_MS).unref();
    for (const resolve of this.#readyWaiters.splice(0)) resolve();
  }

  #died(postmaster: Postmaster): void {
    this.#unwatch();
    if (this.#state !== 'running') return;
    this.#state = 'starting';
    this.#postmaster = null;
    this.#options.log.error({ postmaster: postmaster.identity.pid }, 'embedded PostgreSQL died; starting it again');
    this.#options.onExit?.();
    this.#revive().catch((cause: unknown) => this.#options.log.error({ err: cause }, 'embedded PostgreSQL is lost'));
  }

  async #revive(): Promise<void> {
    for (let pauseMs = RETRY_MIN_MS; this.#state === 'starting'; pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS)) {
      try {
        await this.#start();
        this.#options.log.warn({ postmaster: this.pid }, 'embedded PostgreSQL is back');
        return;
      } catch (cause) {
        this.#options.log.error({ err: cause, pauseMs }, 'embedded PostgreSQL does not start; trying again');
        await delay(pauseMs);
      }
    }
  }

  /** Asks nicely, then firmly, then not at all. Each is safe for what is committed. */
  async #halt(): Promise<void> {
    this.#unwatch();
    // It may just be starting again; then it is not known yet, but it is in its pid file.
    const postmaster = this.#postmaster ?? findPostmaster(this.#cluster.clusterFolder);
    this.#postmaster = null;
    if (postmaster === null) return;
    const { identity } = postmaster;
    const asks: readonly [NodeJS.Signals, number][] = [
      ['SIGINT', FAST_STOP_MS],
      ['SIGQUIT', IMMEDIATE_STOP_MS],
      ['SIGKILL', IMMEDIATE_STOP_MS],
    ];
    for (const [signal, deadlineMs] of asks) {
      if (!isAlive(identity)) return;
      if (signal !== 'SIGINT')
        this.#options.log.warn({ postmaster: identity.pid, signal }, 'embedded PostgreSQL does not stop');
      process.kill(identity.pid, signal);
      if (await whenGone(identity, deadlineMs)) return;
    }
  }

  #unwatch(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }

  /** The login and the database. Looked for at every start: the server that made the cluster may have been killed before this. */
  async #ensureDatabase(): Promise<void> {
    const client = new pg.Client(clientConfig(this.superuser, 'migrator', 'poltrona setup'));
    await client.connect();
    try {
      const { rows } = await client.query<{ login: boolean; database: boolean }>(
        `select exists (select from pg_roles where rolname = 'poltrona') as login,
                exists (select from pg_database where datname = 'poltrona') as database`,
      );
      if (rows[0]?.login !== true) await client.query('create role poltrona login createrole createdb');
      if (rows[0]?.database !== true) await client.query('create database poltrona owner poltrona');
    } finally {
      await client.end();
    }
  }
}
