/**
 * Whether a port is free. Threads that share a port (SO_REUSEPORT) would share it silently with another process of the
 * same user as well, and half of the visitors would talk to a server that was thought to be stopped. So before its
 * threads listen, the main thread asks here: it binds the port for itself alone for a moment, and keeps a guard that two
 * servers starting at the same instant cannot both get.
 */
import { createServer, type Server } from 'node:net';

/** The guards of this process, by host and port. Never released: they end with the process. */
const guards = new Map<string, Server>();

/**
 * Resolves with the port (a free one for port 0) when nobody listens there. Rejects with an error that names host, port
 * and cause. Ask once per process, before the first listener.
 */
export async function probePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  const found = await listen(probe, { host, port, exclusive: true }).catch((error: unknown) => {
    throw listenError(host, port, error);
  });
  // The guard is taken while the port is ours: whoever comes later is refused by one of the two.
  await takeGuard(host, found).finally(() => stop(probe));
  return found;
}

/**
 * A port that is free now. For uWebSockets.js, which listens on port 0 without the options that let other threads join,
 * or a successor take the port over at once.
 */
export async function freePort(host: string): Promise<number> {
  const probe = createServer();
  const port = await listen(probe, { host, port: 0, exclusive: true }).catch((error: unknown) => {
    throw listenError(host, 0, error);
  });
  await stop(probe);
  return port;
}

/** Why listening failed, for a library that only says that it did. */
export async function listenFailure(host: string, port: number): Promise<Error> {
  const probe = createServer();
  try {
    await listen(probe, { host, port, exclusive: true });
    await stop(probe);
    return listenError(host, port, undefined);
  } catch (error) {
    return listenError(host, port, error);
  }
}

/** One wording for both adapters. */
export function listenError(host: string, port: number, cause: unknown): Error {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'the port is in use',
    EACCES: 'this user may not listen on that port',
    EADDRNOTAVAIL: 'the address is not one of this machine',
    ENOTFOUND: 'the host name is unknown',
  };
  const reason = reasons[String(code)] ?? (cause instanceof Error ? cause.message : 'the system refused');
  return new Error(`cannot listen on ${host}:${port}: ${reason}`, { cause });
}

/** An abstract Unix socket: it vanishes with its process, however that ends, and belongs to the network namespace as ports do. */
async function takeGuard(host: string, port: number): Promise<void> {
  const name = `${host}:${port}`;
  if (process.platform !== 'linux' || guards.has(name)) return;
  const guard = createServer((socket) => socket.destroy());
  await listen(guard, { path: `\0poltrona-port-${name}` }).catch((error: unknown) => {
    throw listenError(host, port, error);
  });
  guard.unref();
  guards.set(name, guard);
}

function listen(server: Server, where: object): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
