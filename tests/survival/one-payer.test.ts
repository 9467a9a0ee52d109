/** One person, several ways to buy: the CPF is what the ten tickets of a screening are counted by, and nobody sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { accountsStage, CPFS, ORIGIN } from '../support/accounts-stage.ts';
import { allTables, formsOf, textOf } from '../support/database-text.ts';
import { addScreenings } from '../support/screenings.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { newRequestId } from '../support/test-client.ts';
import { said, serverOf, socketOf } from './signed-in.ts';

/** Holds and buys `seats`; the outcome of the first that is refused, else 0. */
async function bought(
  server: ServerProcess,
  cookie: string,
  screening: number,
  seats: readonly number[],
): Promise<number> {
  const { socket } = await socketOf(server, cookie);
  const held = await said(socket, { op: ClientOp.hold, requestId: newRequestId(), screening, seats, hold: 0 });
  if (held.body.kind !== 'held') return held.code;
  const { code } = await said(socket, {
    op: ClientOp.buy,
    requestId: newRequestId(),
    screening,
    hold: held.body.hold,
    seats: seats.map((seat) => [seat, 1] as const),
    method: 'sandbox',
    detail: 'approved',
  });
  return code;
}

test('[I3][I8] ten tickets for one CPF, bought as an account and as guests; CPF and address stand in no fact, order, event or job', async (t) => {
  const stage = await accountsStage(t);
  const [screening = 0] = await addScreenings(stage.config, {
    count: 1,
    rows: 6,
    columns: 10,
    startsAtMs: stage.nowMs + 86_400_000,
  });
  const server = await serverOf(t, stage);
  const account = await stage.account('ana@example.com', CPFS[0]);
  const guest = async (cpf: string, email: string): Promise<string> =>
    (await stage.ask('POST', '/api/guests', { body: { cpf, email } })).cookie ?? '';
  assert.equal(await bought(server, account.cookie, screening, [0, 1, 2, 3]), 0);
  assert.equal(await bought(server, await guest(CPFS[0], 'ana@example.com'), screening, [4, 5, 6, 7]), 0);
  const third = await guest(CPFS[0], 'other@example.com');
  assert.equal(await bought(server, third, screening, [10, 11, 12]), OutcomeCode.buyerLimit, 'eleven');
  assert.equal(await bought(server, await guest(CPFS[0], 'third@example.com'), screening, [20, 21]), 0, 'ten');
  assert.equal(
    await bought(server, await guest(CPFS[1], 'bea@example.com'), screening, [30, 31, 32]),
    0,
    'another CPF',
  );

  const rehearsed = await fetch(`http://127.0.0.1:${server.port}/api/account`, {
    method: 'DELETE',
    headers: { cookie: `__Host-poltrona=${account.cookie}`, 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'um guarda-chuva amarelo', dryRun: true }),
  });
  const { tickets } = (await rehearsed.json()) as { tickets: unknown };
  assert.deepEqual(tickets, { future: 10, past: 0 }, 'all that the CPF bought');
  const forms = [CPFS[0], CPFS[1], 'example.com', 'Ana Souza'];
  const tables = (await allTables(stage.config)).filter((table) => table !== 'poltrona.buyers');
  for (const table of tables) {
    const text = await textOf(stage.config, [table]);
    // The names of these must be right, or nothing would be looked at.
    if (/^poltrona\.(journal_\d+|orders|tickets|payers|settings)$/.test(table)) assert.notEqual(text, '', table);
    for (const form of forms.flatMap(formsOf)) assert.ok(!text.includes(form), `${table} holds "${form}"`);
  }
  for (const { msg, ...line } of server.lines)
    for (const form of forms) assert.ok(!JSON.stringify([msg, line]).includes(form), `the log says "${form}"`);
});

test('[AC19] a page of another site opens no socket in the name of who is signed in', async (t) => {
  const stage = await accountsStage(t);
  const server = await serverOf(t, stage);
  const { cookie } = await stage.account();
  const ask = (origin: string) =>
    fetch(`http://127.0.0.1:${server.port}/api/session`, {
      method: 'DELETE',
      headers: { cookie: `__Host-poltrona=${cookie}`, origin },
    });
  assert.equal((await ask(ORIGIN)).status, 403);
  assert.equal((await ask('https://evil.test')).status, 403);
  await assert.rejects(socketOf(server, cookie, { Origin: 'https://evil.test' }));
  assert.equal((await ask(`http://127.0.0.1:${server.port}`)).status, 200);
});
