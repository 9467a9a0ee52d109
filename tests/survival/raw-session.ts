/** Sessions byte by byte, for tests that misbehave. */
import assert from 'node:assert/strict';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { decodeServerFrame, type Received } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { Opcode, RawWebSocket } from '../../server/socket/raw-websocket.ts';
import type { ServerProcess } from '../support/server-process.ts';

export const HELLO = hello(null);

export function hello(token: string | null): Uint8Array {
  return encodeClientFrame([{ op: ClientOp.hello, token, clientName: 'raw' }]);
}

/** A connection that has said nothing yet. */
export function opened(server: ServerProcess): Promise<RawWebSocket> {
  return RawWebSocket.open(server.port, { 'Sec-WebSocket-Protocol': SUBPROTOCOL });
}

/** One that has been welcomed. */
export async function greeted(server: ServerProcess): Promise<RawWebSocket> {
  const socket = await opened(server);
  socket.send(HELLO);
  await received(socket, (message) => message.op === ServerOp.welcome);
  return socket;
}

/** Reads until a message comes that `matches`; what came before it is passed over. */
export async function received(socket: RawWebSocket, matches: (message: Received) => boolean): Promise<Received> {
  for (;;) {
    const frame = await socket.next();
    assert.ok(frame !== null && frame.opcode !== Opcode.close, 'closed instead of answered');
    if (frame.opcode !== Opcode.binary) continue;
    const decoded = decodeServerFrame(frame.payload);
    assert.ok(decoded.ok, 'the server sent what the protocol does not know');
    const found = decoded.messages.find(matches);
    if (found !== undefined) return found;
  }
}
