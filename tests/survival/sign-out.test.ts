/** Somebody signs out while his sockets are open: on whichever server and thread they are, they are closed, and do not come back. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { RawWebSocket } from '../../server/socket/raw-websocket.ts';
import { CloseCode } from '../../server/socket/socket-port.ts';
import { accountsStage, GOOD_PASSWORD, STAGE_SECRET } from '../support/accounts-stage.ts';
import { deadline } from '../support/deadline.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { HELLO, received } from './raw-session.ts';

/** Enough for each thread to have some: the kernel deals them out. */
const SOCKETS = 12;

async function socketOf(server: ServerProcess, cookie: string): Promise<{ socket: RawWebSocket; buyer: string }> {
  const headers = { 'Sec-WebSocket-Protocol': SUBPROTOCOL, Cookie: `__Host-poltrona=${cookie}` };
  const socket = await RawWebSocket.open(server.port, headers);
  socket.send(HELLO);
  const welcome = await received(socket, ({ op }) => op === ServerOp.welcome);
  assert.ok(welcome.op === ServerOp.welcome);
  return { socket, buyer: welcome.buyer };
}

async function twoServers(t: TestContext) {
  const stage = await accountsStage(t);
  const environment = { POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64') };
  const options = { database: stage.config, environment };
  // One after the other: the first one prepares the database.
  const servers = [await startServer(t, options), await startServer(t, options)] as const;
  return { stage, servers };
}

function signOut(server: ServerProcess, cookie: string): Promise<Response> {
  const headers = { cookie: `__Host-poltrona=${cookie}` };
  return fetch(`http://127.0.0.1:${server.port}/api/session`, { method: 'DELETE', headers });
}

test('[AC35] who signs out has no socket any more, on no thread of no server; others keep theirs', async (t) => {
  const { stage, servers } = await twoServers(t);
  const ana = await stage.account();
  const again = await stage.ask('POST', '/api/session', {
    body: { email: 'ana@example.com', password: GOOD_PASSWORD },
  });
  const other = again.cookie ?? '';
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, (_, n) => socketOf(servers[n % 2 === 0 ? 0 : 1], ana.cookie)),
  );
  const kept = await socketOf(servers[0], other);
  for (const { buyer } of [...sockets, kept]) assert.equal(buyer, ana.id);

  assert.equal((await signOut(servers[0], ana.cookie)).status, 200);
  const codes = Promise.all(sockets.map(({ socket }) => socket.closeCode()));
  assert.deepEqual(
    [...new Set(await deadline(codes, 10_000, () => 'sockets of an ended session are still open'))],
    [CloseCode.signedOut],
  );
  // Everybody has been told by now: the old cookie opens a visitor's socket, whatever server it knocks at.
  for (const server of servers) assert.notEqual((await socketOf(server, ana.cookie)).buyer, ana.id);
  for (const server of servers) assert.equal((await socketOf(server, other)).buyer, ana.id);
});

test('[AC35] a server that was started after the sign-out knows of it', async (t) => {
  const { stage, servers } = await twoServers(t);
  const { cookie, id } = await stage.account();
  await signOut(servers[0], cookie);
  await servers[1].stop();
  const environment = { POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64') };
  const late = await startServer(t, { database: stage.config, environment });
  assert.notEqual((await socketOf(late, cookie)).buyer, id);
});
