/** Sockets of people who are signed in, on real servers that share a stage's database and its secret key. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import type { ClientRequest } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import type { Answer } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { RawWebSocket } from '../../server/socket/raw-websocket.ts';
import { type AccountsStage, STAGE_SECRET } from '../support/accounts-stage.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { HELLO, received } from './raw-session.ts';

/** A server that believes the cookies of `stage`. */
export function serverOf(t: TestContext, stage: AccountsStage): Promise<ServerProcess> {
  const environment = { POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64') };
  return startServer(t, { database: stage.config, environment });
}

/** A socket opened with this cookie, welcomed; `buyer` is who the server takes it for. */
export async function socketOf(
  server: ServerProcess,
  cookie: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly socket: RawWebSocket; readonly buyer: string }> {
  const headers = { 'Sec-WebSocket-Protocol': SUBPROTOCOL, Cookie: `__Host-poltrona=${cookie}`, ...more };
  const socket = await RawWebSocket.open(server.port, headers);
  socket.send(HELLO);
  const welcome = await received(socket, ({ op }) => op === ServerOp.welcome);
  assert.ok(welcome.op === ServerOp.welcome);
  return { socket, buyer: welcome.buyer };
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
