import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inTransaction } from '../../storage/in-transaction.ts';
import { JOB_SCHEMA } from '../../storage/job-schema.ts';
import { linkToken, linkTokenHash } from '../../storage/message-links.ts';
import { newMessageId, queueFarewell } from '../../storage/messages.ts';
import { openOrderAccess } from '../../storage/tickets/order-access.ts';
import { type MailStage, mailStage, SEALS } from '../../tests/support/mail-stage.ts';
import { connected } from '../../tests/support/postgres.ts';
import { addScreenings } from '../../tests/support/screenings.ts';
import type { JobTask } from '../jobs/tasks.ts';
import { DeliveryFailed, type Parcel } from './mail-outlet.ts';

interface Outbox {
  readonly stage: MailStage;
  readonly parcels: Parcel[];
  /** What the next delivery does instead of taking the letter. */
  refuse: DeliveryFailed | null;
  send(id: string): Promise<void>;
}

/** The task without a runner and with an outlet that keeps what it is given. */
async function outbox(t: TestContext): Promise<Outbox> {
  const stage = await mailStage(t);
  const parcels: Parcel[] = [];
  const box: Outbox = {
    stage,
    parcels,
    refuse: null,
    send: (id) => task.run({ message: id }, context),
  };
  const task: JobTask = stage.task({
    async deliver(parcel) {
      if (box.refuse !== null) throw box.refuse;
      parcels.push(parcel);
      return '250 ok';
    },
    async close() {},
  });
  const context = { signal: new AbortController().signal, log: stage.log, attempt: 1, isLastAttempt: false };
  return box;
}

/** The letter's text part, with quoted-printable undone. */
function textOf(parcel: Parcel | undefined): string {
  const letter = Buffer.from(parcel?.bytes ?? '').toString('latin1');
  const [, body = ''] = /text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(letter) ?? [];
  if (!/text\/plain[\s\S]{0,200}quoted-printable/.test(letter)) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

test('[ML11] the address is looked up when the message is sent; whoever is gone by then hears nothing', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  await stage.buyer();
  const changed = await stage.queue('password-changed', {});
  await stage.accounts.query(`update buyers set email = 'new@mail.example'`);
  await send(changed);
  assert.equal(parcels[0]?.to, 'new@mail.example');
  const late = await stage.queue('password-changed', {});
  await stage.accounts.query('update buyers set erased_at = now(), email = null, email_key = null, name = null');
  await send(late);
  const dropped = await stage.message(late);
  assert.deepEqual([dropped.state, dropped.attempts], ['dropped', 0]);
  assert.match(dropped.lastError ?? '', /not with us any more/);
  const unknown = await stage.queue('password-changed', {}, { recipient: 'nobody' });
  await send(unknown);
  assert.match((await stage.message(unknown)).lastError ?? '', /there is no such buyer/);
  assert.equal(parcels.length, 1);
});

test('[ML11] a colleague who was let go hears nothing', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  const { rows } = await stage.accounts.query<{ id: string }>(
    `insert into staff_users (email, email_key, name, role) values ('eva@cinema.example', 'eva@cinema.example', 'Eva', 'administrator')
     returning id::text`,
  );
  const to = { recipientKind: 'staff', recipient: rows[0]?.id ?? '' } as const;
  await send(await stage.queue('password-changed', {}, to));
  assert.equal(parcels[0]?.to, 'eva@cinema.example');
  await stage.accounts.query(`update staff_users set status = 'disabled'`);
  const late = await stage.queue('password-changed', {}, to);
  await send(late);
  assert.equal((await stage.message(late)).state, 'dropped');
});

test('[ML11] an address that nobody confirmed is not told what concerns an account', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  await stage.buyer();
  await stage.accounts.query('update buyers set email_confirmed_at = null');
  const id = await stage.queue('already-registered', {});
  await send(id);
  assert.match((await stage.message(id)).lastError ?? '', /never confirmed/);
  await send(await stage.queue('password-changed', {}));
  assert.equal(parcels.length, 1);
});

test('[ML12] who bought is known by CPF only: the message goes to whoever has it, and to nobody where that are several', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  await stage.buyer({ id: 'g1', kind: 'guest', email: 'first@mail.example', payer: 'payer-1' });
  await stage.buyer({ id: 'g2', kind: 'guest', email: 'second@mail.example', payer: 'payer-1' });
  const unsure = await stage.queue('password-changed', {}, { recipient: 'payer-1' });
  await send(unsure);
  const dropped = await stage.message(unsure);
  assert.deepEqual([dropped.state, parcels.length], ['dropped', 0]);
  assert.match(dropped.lastError ?? '', /several have this CPF/);
  // Named by himself he hears, and so does the last one who is left.
  await send(await stage.queue('password-changed', {}, { recipient: 'g1' }));
  await stage.accounts.query(`update buyers set erased_at = now(), email = null, email_key = null where id = 'g1'`);
  await send(await stage.queue('password-changed', {}, { recipient: 'payer-1' }));
  assert.deepEqual(
    parcels.map(({ to }) => to),
    ['first@mail.example', 'second@mail.example'],
  );
});

test('[ML13] the token of a link is nowhere in the database, opens what it should, and a link that is spent is not sent', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  await stage.buyer();
  const id = newMessageId();
  const token = linkToken(SEALS, id);
  await stage.accounts.query(
    `insert into account_tokens (token_hash, purpose, subject, expires_at) values ($1, 'confirm-email', 'buyer-1', now() + interval '1 day 5 seconds')`,
    [linkTokenHash(token)],
  );
  await stage.queue('confirm-email', { cpfTaken: true }, { id });
  await send(id);
  const text = textOf(parcels[0]);
  const [, sent = ''] = /https:\/\/cinema\.example\/account\/confirm#token=([\w-]+)/.exec(text) ?? [];
  assert.equal(sent, token);
  assert.match(text, /vale por 24 horas/);
  assert.match(text, /O CPF informado já está em outra conta/);
  const { rows } = await stage.accounts.query(
    'select to_jsonb(m) as row from messages m union all select to_jsonb(a) from account_tokens a',
  );
  const owner = await connected(t, stage.database, 'migrator');
  const { rows: jobs } = await owner.query(`select to_jsonb(j) as row from ${JOB_SCHEMA}._private_jobs j`);
  assert.equal(rows.length, 2);
  const kept = JSON.stringify([rows, jobs]) + stage.logText();
  assert.ok(!kept.includes(token) && !kept.includes(Buffer.from(token).toString('hex')));
  assert.doesNotMatch(JSON.stringify([rows, jobs]), /ana@/);

  for (const spoil of ['used_at = now()', `used_at = null, expires_at = now() - interval '1 second'`]) {
    await stage.accounts.query(`update account_tokens set ${spoil}`);
    await stage.accounts.query(`update messages set state = 'queued'`);
    await send(id);
    assert.match((await stage.message(id)).lastError ?? '', /expired or was used/);
  }
  assert.equal(parcels.length, 1);
});

test('[ML14] a message that this build does not understand is dead, and says why', async (t) => {
  const { stage, send } = await outbox(t);
  await stage.buyer();
  for (const [kind, recipientKind, params, expected] of [
    ['coupon', 'buyer', {}, /knows no message of the kind "coupon"/],
    ['toString', 'buyer', {}, /knows no message/],
    ['order-refunded', 'buyer', { order: 'o1', refundCents: -1 }, /refundCents: too_small; currency: invalid_type/],
    ['already-registered', 'buyer', { email: 'ana@mail.example' }, /unrecognized_keys/],
    ['staff-invitation', 'buyer', {}, /does not go to buyer/],
    ['screening-cancelled', 'buyer', { screening: 77 }, /there is no screening 77/],
    ['order-refunded', 'buyer', { order: 'o1', refundCents: 1, currency: 'BRL' }, /no such order/],
  ] as const) {
    const id = newMessageId();
    await stage.accounts.query(
      `insert into messages (id, kind, recipient_kind, recipient, params) values ($1, $2, $3, 'buyer-1', $4)`,
      [id, kind, recipientKind, JSON.stringify(params)],
    );
    await send(id);
    const message = await stage.message(id);
    assert.equal(message.state, 'dead', kind);
    assert.match(message.lastError ?? '', expected);
    assert.doesNotMatch(message.lastError ?? '', /ana@/);
  }
});

test('[ML8] an address with a line break or a second mailbox in it is used by nobody', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  await stage.buyer({ email: 'ana@mail.example\r\nRCPT TO:<eva@evil.example>' });
  const id = await stage.queue('password-changed', {});
  await send(id);
  assert.match((await stage.message(id)).lastError ?? '', /no address that can be used/);
  assert.equal(parcels.length, 0);
});

test('[ML15] a farewell carries its address sealed, and the address is gone with it', async (t) => {
  const box = await outbox(t);
  const { stage, parcels, send } = box;
  const person = { buyer: 'buyer-1', email: 'ana@mail.example', locale: 'en' };
  const queue = () => inTransaction(stage.accounts, (client) => queueFarewell(client, SEALS, person));
  const id = await queue();
  assert.doesNotMatch(JSON.stringify(await stage.message(id)), /ana@/);
  await send(id);
  assert.equal(parcels[0]?.to, 'ana@mail.example');
  assert.match(textOf(parcels[0]), /we have erased your account/);
  assert.deepEqual([(await stage.message(id)).state, (await stage.message(id)).params], ['sent', {}]);

  const refused = await queue();
  box.refuse = new DeliveryFailed('550 no', true);
  await send(refused);
  const given = await stage.message(refused);
  assert.deepEqual([given.state, given.params, given.lastError], ['dropped', {}, '550 no']);

  // Moved to another message it does not open.
  box.refuse = null;
  const { rows } = await stage.accounts.query<{ params: { sealed: string } }>(
    'select params from messages where id = $1',
    [await queue()],
  );
  const moved = await stage.queue('account-erased', rows[0]?.params ?? { sealed: '' });
  await send(moved);
  assert.equal((await stage.message(moved)).state, 'dropped');
  assert.equal(parcels.length, 1);
});

test('[ML20] a message about a screening names film, cinema, time and the seats of him who reads it', async (t) => {
  const { stage, parcels, send } = await outbox(t);
  await stage.buyer({ payer: 'payer-1' });
  await stage.buyer({ id: 'buyer-2', kind: 'guest', email: 'bia@mail.example', payer: 'payer-1' });
  const startsAtMs = Date.UTC(2026, 11, 24, 23, 30);
  const [screening = 0] = await addScreenings(stage.database, { count: 1, rows: 2, columns: 3, startsAtMs });
  const shard = await connected(t, stage.database, 'shard');
  await shard.query(
    `insert into orders (id, screening, buyer, contact, state, amount_cents, created_at, updated_at)
     select o, $1, 'payer-1', c, 'sold', 3000, now(), now() from (values ('o1', 'buyer-1'), ('o2', 'buyer-2')) v (o, c)`,
    [screening],
  );
  await shard.query(
    `insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, state, created_at, updated_at)
     select 't' || seat, 'c' || seat, $1, seat, o, b, 1, 1500, s, now(), now()
     from (values (0, 'o1', 'payer-1', 'live'), (4, 'o1', 'payer-1', 'live'), (1, 'o2', 'payer-1', 'live'), (5, 'o1', 'payer-1', 'refunded')) v (seat, o, b, s)`,
    [screening],
  );
  const to = { recipient: 'buyer-1' };
  const times = { from: '2026-12-24T20:30:00', to: '2026-12-24T21:00:00' };
  await send(await stage.queue('screening-rescheduled', { screening, ...times }, to));
  await send(await stage.queue('order-refunded', { order: 'o1', refundCents: 1500, currency: 'BRL' }, to));
  await send(await stage.queue('screening-cancelled', { screening }, to));
  await send(
    await stage.queue('order-refunded', { order: 'o1', tickets: ['t9'], refundCents: 0, currency: 'BRL' }, to),
  );
  const [moved, refunded, cancelled, none] = parcels.map((parcel) => textOf(parcel).replace(/\r\n/g, '\n'));
  assert.match(
    moved ?? '',
    /Filme: Filme de teste\nCinema: Cine Teste\nSala: Sala 1\nSessão: .*às 21:00\nLugares: A1, B2\n/,
  );
  // The code that was mailed before may have ended: the button leads to the order and its code of now.
  assert.match(moved ?? '', /Ele foi substituído/);
  const token = /https:\/\/cinema\.example\/tickets\/o1#access=([\w.-]+)/.exec(moved ?? '')?.[1] ?? '';
  assert.equal(openOrderAccess(SEALS, token, startsAtMs)?.order, 'o1');
  // Wound up before the letter is written: it names the seats all the same, and not those given back long ago.
  const owner = await connected(t, stage.database, 'migrator');
  await owner.query(`update tickets set updated_at = now() - interval '1 hour' where state = 'refunded'`);
  const wound = await stage.queue('screening-cancelled', { screening }, to);
  await owner.query(
    `update tickets set state = 'refunded', updated_at = now() where state = 'live' and order_id = 'o1'`,
  );
  await owner.query(`update screenings set status = 'cancelled'`);
  await send(wound);
  assert.match(textOf(parcels.at(-1)), /Lugares: A1, B2\r?\n/);
  await owner.query(`update screenings set status = 'scheduled'`);
  await owner.query(`update tickets set state = 'live' where updated_at > now() - interval '30 minutes'`);
  // Of two orders none is the one.
  await shard.query(`update orders set contact = 'buyer-1'`);
  await send(await stage.queue('screening-rescheduled', { screening, ...times }, to));
  const both = textOf(parcels.at(-1));
  assert.match(both, /Lugares: A1, A2, B2/);
  assert.match(both, /https:\/\/cinema\.example\/tickets\s/);
  assert.doesNotMatch(both, /#access=/);
  assert.match(refunded ?? '', /devolvemos R\$ 15,00[\s\S]*às 20:30\nLugar: B3\n/);
  assert.match(cancelled ?? '', /O que você pagou por eles volta/);
  assert.doesNotMatch(none ?? '', /Lugar/);
});
