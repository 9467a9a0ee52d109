/** Where a figure was measured: without it a figure says nothing. */
import os from 'node:os';
import type pg from 'pg';
import type { BenchOptions } from './options.ts';

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'wal_compression',
  'wal_init_zero',
  'shared_buffers',
  'max_wal_size',
  'min_wal_size',
  'wal_buffers',
] as const;

export interface Configuration {
  readonly node: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly memory_gb: number;
  readonly platform: string;
  readonly postgresql: string;
  readonly postgresql_settings: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly warm_seconds: number;
  readonly threads: number;
  readonly connections: number;
  readonly in_flight: number;
  readonly frame_commands: number;
  readonly screenings: number;
  readonly seats: number;
  readonly smoke: boolean;
}

/** `client` is any connection to the PostgreSQL in use; null where none is. */
export async function configurationOf(options: BenchOptions, client: pg.ClientBase | null): Promise<Configuration> {
  const settings: Record<string, string> = {};
  let version = 'none';
  if (client !== null) {
    const { rows } = await client.query<{ name: string; value: string }>(
      `select name, current_setting(name) as value from unnest($1::text[]) as name`,
      [['server_version', ...SETTINGS]],
    );
    for (const { name, value } of rows) settings[name] = value;
    version = settings['server_version'] ?? 'unknown';
    delete settings['server_version'];
  }
  const cpus = os.cpus();
  return {
    node: process.version,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cpus: os.availableParallelism(),
    memory_gb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    postgresql: version,
    postgresql_settings: settings,
    seconds: options.seconds,
    warm_seconds: options.warmSeconds,
    threads: options.threads,
    connections: options.connections,
    in_flight: options.inFlight,
    frame_commands: options.frameCommands,
    screenings: options.screenings,
    seats: options.seats,
    smoke: options.smoke,
  };
}
