/** The server dies right after sales, and again while it tells of them: everybody who bought is told, in one message for each order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsStage, STAGE_SECRET } from '../support/accounts-stage.ts';
import { deadline } from '../support/deadline.ts';
import { addScreenings } from '../support/screenings.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { smtpStage } from '../support/smtp-stage.ts';
import { accountOf } from './signed-in.ts';

const ORDERS = 6;

test('[OC3] a server that is killed after a sale, and again while it sends, owes nobody a confirmation and queues none twice', async (t) => {
  const stage = await accountsStage(t);
  const smtp = await smtpStage(t);
  const environment = {
    POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64'),
    SMTP_URL: `smtp://127.0.0.1:${smtp.address.port}`,
  };
  const start = (): Promise<ServerProcess> => startServer(t, { database: stage.config, environment });
  const kill = async (server: ServerProcess): Promise<void> => {
    server.kill('SIGKILL');
    await server.exited;
  };
  const first = await start();
  const { cookie, id } = await stage.account();
  const wanted = { count: 1, rows: 2, columns: 8, startsAtMs: stage.nowMs + 86_400_000 };
  const [screening = 0] = await addScreenings(stage.config, wanted);
  for (let seat = 0; seat < ORDERS; seat++) {
    assert.equal(await accountOf(first, cookie, stage.config, { screening, seat }), id);
  }
  await kill(first);
  const second = await start();
  /** Message-IDs of the confirmations that came. */
  const ids = (): Set<string> =>
    new Set(
      smtp.received
        .filter(({ text }) => /^Subject: Seu ingresso/m.test(text))
        .flatMap(({ text }) => /^Message-ID: (.*)\r$/m.exec(text)?.[1] ?? []),
    );
  const arrived = async (count: number): Promise<void> => {
    for (let letters = smtp.received.length; ids().size < count; letters++) {
      // A job that died with its server is put back after half a minute.
      await deadline(smtp.letters(letters + 1), 60_000, () => `${ids().size} of ${count} confirmations came`);
    }
  };
  await arrived(1);
  await kill(second);
  await start();
  const { rows } = await stage.pool.query<{ id: string }>(
    `select id from orders where screening = $1 and state = 'sold' order by id`,
    [screening],
  );
  assert.equal(rows.length, ORDERS);
  // A letter that was handed over and not noted goes out again, with the same Message-ID.
  await arrived(ORDERS);
  const messages = await stage.pool.query<{ id: string }>(
    `select id from messages where kind = 'order-confirmed' order by id`,
  );
  assert.deepEqual(
    messages.rows.map((message) => message.id),
    rows.map((order) => `order-confirmed:${order.id}`).sort(),
  );
  assert.equal(ids().size, ORDERS);
});
