/**
 * What HAProxy sees of a node, and no more: /readyz, a page that says which node it is, and WebSockets that echo. Whether it
 * is ready, refuses or says nothing at all is the test's to decide.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';

export class StandInNode {
  readonly name: string;
  readonly port: number;
  /** Requests that came, but for health checks: `GET /path`. */
  readonly requests: IncomingMessage[] = [];
  /** What /readyz says; null: nothing, as when the process is frozen. */
  ready: number | null = 200;
  /** What everything else says; null: nothing. */
  status: number | null = 200;
  /** Open WebSockets. */
  readonly sockets: WebSocketServer;
  readonly #stop: () => Promise<void>;

  constructor(name: string, port: number, sockets: WebSocketServer, stop: () => Promise<void>) {
    this.name = name;
    this.port = port;
    this.sockets = sockets;
    this.#stop = stop;
  }

  /** Ends at once, as a killed process does: the port is closed and every connection reset. */
  stop(): Promise<void> {
    return this.#stop();
  }
}

/** A node that runs until `t` ends; with `port`, one that comes back. */
export async function startStandIn(t: TestContext, name: string, port = 0): Promise<StandInNode> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const connections = new Set<Socket>();
  const server = createServer((request, response) => answer(node, request, response));
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    node.requests.push(request);
    if (node.status !== 200) {
      // Refused with the answer of a node that drains; or not at all.
      if (node.status !== null)
        socket.end(`HTTP/1.1 ${node.status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (bytes) => ws.send(`${name}: ${bytes.toString()}`));
      ws.on('error', () => {});
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let stopped: Promise<void> | null = null;
  const node = new StandInNode(name, (server.address() as AddressInfo).port, sockets, () => {
    stopped ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of connections) socket.resetAndDestroy();
    });
    return stopped;
  });
  t.after(() => node.stop());
  return node;
}

function answer(node: StandInNode, request: IncomingMessage, response: ServerResponse): void {
  const isCheck = request.url === '/readyz';
  if (!isCheck) node.requests.push(request);
  const status = isCheck ? node.ready : node.status;
  request.resume();
  if (status !== null) response.writeHead(status).end(node.name);
}
