/** Somebody signs out while his sockets are open: on whichever server and thread they are, they are closed, and do not come back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp, ServerOp } from '../../server/protocol/opcodes.ts';
import { CloseCode } from '../../server/socket/socket-port.ts';
import { type AccountsStage, accountsStage, GOOD_PASSWORD } from '../support/accounts-stage.ts';
import { deadline } from '../support/deadline.ts';
import { addScreenings } from '../support/screenings.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { received } from './raw-session.ts';
import { accountOf, serverOf, socketOf } from './signed-in.ts';

/** Enough for each thread to have some: the kernel deals them out. */
const SOCKETS = 12;

function signOut(server: ServerProcess, cookie: string): Promise<Response> {
  const headers = { cookie: `__Host-poltrona=${cookie}` };
  return fetch(`http://127.0.0.1:${server.port}/api/session`, { method: 'DELETE', headers });
}

async function screeningOf(stage: AccountsStage): Promise<number> {
  const wanted = { count: 1, rows: 2, columns: 8, startsAtMs: stage.nowMs + 86_400_000 };
  const [screening = 0] = await addScreenings(stage.config, wanted);
  return screening;
}

test('[AC35] who signs out has no socket any more, on no thread of no server; others keep theirs', async (t) => {
  const stage = await accountsStage(t);
  // One after the other: the first one prepares the database.
  const servers = [await serverOf(t, stage), await serverOf(t, stage)] as const;
  const ana = await stage.account();
  const screening = await screeningOf(stage);
  const again = await stage.ask('POST', '/api/session', {
    body: { email: 'ana@example.com', password: GOOD_PASSWORD },
  });
  const other = again.cookie ?? '';
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, (_, n) => socketOf(servers[n % 2 === 0 ? 0 : 1], ana.cookie)),
  );
  const kept = await socketOf(servers[0], other);
  assert.equal((await signOut(servers[0], ana.cookie)).status, 200);
  const codes = Promise.all(sockets.map(({ socket }) => socket.closeCode()));
  assert.deepEqual(
    [...new Set(await deadline(codes, 10_000, () => 'sockets of an ended session are still open'))],
    [CloseCode.signedOut],
  );
  // Everybody has been told by now: the old cookie opens a visitor's socket, whatever server it knocks at.
  for (const [n, server] of servers.entries()) {
    assert.equal(await accountOf(server, ana.cookie, stage.config, { screening, seat: n }), null);
    assert.equal(await accountOf(server, other, stage.config, { screening, seat: 3 + n }), ana.id);
  }
  kept.socket.send(encodeClientFrame([{ op: ClientOp.ping, nonce: 1 }]));
  await received(kept.socket, ({ op }) => op === ServerOp.pong);
});

test('[AC35] a server that was started after the sign-out knows of it', async (t) => {
  const stage = await accountsStage(t);
  // One after the other: the first one prepares the database.
  const servers = [await serverOf(t, stage), await serverOf(t, stage)] as const;
  const { cookie } = await stage.account();
  const screening = await screeningOf(stage);
  await signOut(servers[0], cookie);
  await servers[1].stop();
  const late = await serverOf(t, stage);
  assert.equal(await accountOf(late, cookie, stage.config, { screening, seat: 0 }), null);
});
