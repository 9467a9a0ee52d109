/**
 * The settings of the embedded PostgreSQL: for one server with its database on the same machine, that writes
 * a few large COPY transactions at a time. They are given on the command line at every start, so that they
 * belong to the build and not to whatever an old data folder holds.
 */

/** The promises rest on these three, and no option of ours overrules them. (A database can still have settings of its own: settings-check.ts.) */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

const TUNED = {
  // Up to sixteen for each thread, and fifteen for the node (docs/operations.md, Sizing).
  max_connections: '300',
  shared_buffers: '256MB',
  // A checkpoint writes every touched page once more to the log at its next change: make them rare. The price
  // is a longer recovery after a crash of PostgreSQL; 4 GB of journal replay in some tens of seconds at worst.
  max_wal_size: '4GB',
  // Log files are used again; making a new one in the middle of a sale stalls commits for 40–100 ms when it is filled
  // with zeros first (measured on a young cluster), and for 5 when it is not.
  min_wal_size: '1GB',
  wal_init_zero: 'off',
  checkpoint_timeout: '15min',
  wal_buffers: '16MB',
  // No wal_compression: these binaries have neither lz4 nor zstd, and pglz costs more processor than it saves disk.
  jit: 'off',
  random_page_cost: '1.1',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %a ',
  log_timezone: 'UTC',
  timezone: 'UTC',
  cluster_name: 'poltrona',
};

/**
 * The command-line arguments of `postgres`. It listens on a socket in `socketFolder` and on no address: the
 * folder is closed to everybody but its owner, which is why the socket asks for no password.
 * @param overrides further settings, for tests.
 */
export function postgresArguments(
  clusterFolder: string,
  socketFolder: string,
  port: number,
  overrides: Readonly<Record<string, string>>,
): string[] {
  const settings: Record<string, string> = {
    ...TUNED,
    ...overrides,
    ...DURABLE,
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    port: String(port),
  };
  return ['-D', clusterFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
