/** Chooses the adapter: uWebSockets.js where the installed package has a binary for this Node, else `node:http` + `ws`. */
import type { Log } from '../../storage/log.ts';
import type { SocketServer, SocketServerOptions } from './socket-port.ts';
import { UwsSocketServer } from './uws-adapter.ts';
import { loadUws } from './uws-binding.ts';
import { WsSocketServer } from './ws-adapter.ts';

export { probePort } from './port-probe.ts';

export type PreferredAdapter = 'auto' | 'uws' | 'ws';

/**
 * A server that does not listen yet. `preferred`: 'auto' takes what is there and says in one line of the log what to
 * install for full speed; 'uws' rejects where there is no binary; 'ws' is for tests and for doubts. With several threads,
 * give the log to one of them.
 */
export async function createSocketServer<Context>(
  options: SocketServerOptions<Context>,
  preferred: PreferredAdapter,
  log?: Pick<Log, 'warn'>,
): Promise<SocketServer> {
  if (preferred === 'ws') return new WsSocketServer(options);
  const binding = await loadUws();
  if (!(binding instanceof Error)) return new UwsSocketServer(binding, options);
  if (preferred === 'uws') {
    throw new Error(`uWebSockets.js has no binary for Node ${process.version} here`, { cause: binding });
  }
  log?.warn(
    { node: process.version, platform: `${process.platform}-${process.arch}` },
    'the installed uWebSockets.js has no binary for this Node: serving with node:http and ws, which is slower. ' +
      'For full speed install "uWebSockets.js": "uNetworking/uWebSockets.js#v20.x" from GitHub, or run Node 20 or 22',
  );
  return new WsSocketServer(options);
}
