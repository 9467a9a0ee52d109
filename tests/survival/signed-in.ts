/** Sockets of people who are signed in, on real servers that share a stage's database and its secret key. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp, type ClientRequest } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import type { Answer } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { RawWebSocket } from '../../server/socket/raw-websocket.ts';
import { clientConfig, type DatabaseConfig } from '../../storage/database.ts';
import { type AccountsStage, STAGE_SECRET } from '../support/accounts-stage.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { newRequestId } from '../support/test-client.ts';
import { hello, received } from './raw-session.ts';

/** A server that believes the cookies of `stage`. */
export function serverOf(t: TestContext, stage: AccountsStage): Promise<ServerProcess> {
  const environment = { POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64') };
  return startServer(t, { database: stage.config, environment });
}

/** A socket opened with this cookie, welcomed; with the session of before where there is a `token`. */
export async function socketOf(
  server: ServerProcess,
  cookie: string,
  more: Readonly<Record<string, string>> = {},
  token: string | null = null,
): Promise<{ readonly socket: RawWebSocket; readonly token: string }> {
  const headers = { 'Sec-WebSocket-Protocol': SUBPROTOCOL, Cookie: `__Host-poltrona=${cookie}`, ...more };
  const socket = await RawWebSocket.open(server.port, headers);
  socket.send(hello(token));
  const welcome = await received(socket, ({ op }) => op === ServerOp.welcome);
  assert.ok(welcome.op === ServerOp.welcome);
  return { socket, token: welcome.token };
}

/** For whom a socket with this cookie buys: the account to which an order of `seat` belongs; null: a visitor's. */
export async function accountOf(
  server: ServerProcess,
  cookie: string,
  config: DatabaseConfig,
  { screening, seat }: { readonly screening: number; readonly seat: number },
): Promise<string | null> {
  const { socket } = await socketOf(server, cookie);
  const held = await said(socket, { op: ClientOp.hold, requestId: newRequestId(), screening, seats: [seat], hold: 0 });
  assert.ok(held.body.kind === 'held', `held: ${held.code}`);
  const { hold } = held.body;
  const { body, code } = await said(socket, {
    ...{ op: ClientOp.buy, requestId: newRequestId(), screening, hold, seats: [[seat, 1]] },
    ...{ method: 'sandbox', detail: 'approved' },
  });
  assert.ok(body.kind === 'sold', `sold: ${code}`);
  const client = new pg.Client(clientConfig(config, 'app', 'test account'));
  await client.connect();
  try {
    const { rows } = await client.query<{ contact: string | null }>('select contact from orders where id = $1', [
      body.order,
    ]);
    return rows[0]?.contact ?? null;
  } finally {
    await client.end();
  }
}

/** Says a command and reads its answer. */
export async function said(
  socket: RawWebSocket,
  request: Extract<ClientRequest, { readonly requestId: string }>,
): Promise<Answer> {
  socket.send(encodeClientFrame([request]));
  const answer = await received(
    socket,
    (message) => message.op === ServerOp.answer && message.requestId === request.requestId,
  );
  assert.ok(answer.op === ServerOp.answer);
  return answer;
}
