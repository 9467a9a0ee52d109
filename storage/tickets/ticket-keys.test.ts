/** Keys made, changed and withdrawn, on a real database; and the signer that has to notice. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { connected, testDatabase } from '../../tests/support/postgres.ts';
import { createPool, type DatabaseConfig } from '../database.ts';
import { SealBroken, Seals } from '../sealing.ts';
import { listTicketKeys, loadTicketKeys, openTicketKey, rotateTicketKeys, SIGNS_AFTER_SECONDS } from './ticket-keys.ts';
import { KEYS_KEPT_MS, TicketSigner, type TicketToSign } from './ticket-qr.ts';
import { publicKeysOf, type TicketVerdict, verifyTicket } from './verify-ticket.ts';

const STARTS_MS = Date.now() + 3_600_000;
const TICKET: TicketToSign = {
  ticket: 'V1StGXR8_Z5jdHi6B-myT',
  screening: 7,
  seat: 3,
  startsAtMs: STARTS_MS,
  minutes: 100,
};
const seals = new Seals(new Uint8Array(32).fill(9));
const ROTATION = { who: 'tester', why: 'it is time', leaked: false };

interface Scene {
  readonly config: DatabaseConfig;
  readonly app: pg.Pool;
  /** Owner of the tables. */
  readonly owner: pg.Client;
  nowMs: number;
  node(): TicketSigner;
}

async function scene(t: TestContext): Promise<Scene> {
  const config = await testDatabase(t);
  const app = createPool(config, 'app', 'test app', 8);
  t.after(() => app.end());
  const owner = await connected(t, config, 'migrator');
  const made: Scene = {
    config,
    app,
    owner,
    nowMs: Date.now(),
    node: () => new TicketSigner({ pool: app, seals, nowMs: () => made.nowMs }),
  };
  return made;
}

async function keyOf(signer: TicketSigner, verifier = signer): Promise<[TicketVerdict['is'], number | null]> {
  const text = await signer.sign(TICKET);
  const verdict = verifyTicket(text, publicKeysOf(await verifier.publicKeys()), STARTS_MS);
  return [verdict.is, 'key' in verdict ? verdict.key : null];
}

test('[TQ8] the first key is made once, however many nodes start at the same moment, and all sign with it', async (t) => {
  const stage = await scene(t);
  const nodes = Array.from({ length: 12 }, () => stage.node());
  const texts = await Promise.all(nodes.map((node) => node.sign(TICKET)));
  assert.equal(new Set(texts).size, 1, 'the same code on every node');
  const keys = await listTicketKeys(stage.app);
  assert.deepEqual([keys.length, keys[0]?.retiredAt, keys[0]?.publishedUntil], [1, null, null]);
  assert.deepEqual(await keyOf(nodes[0]!, nodes[11]!), ['valid', keys[0]?.id]);
});

test('[TQ9] the private half is sealed with the installation’s key, and belongs to its public half', async (t) => {
  const stage = await scene(t);
  const [key] = await loadTicketKeys(stage.app, seals);
  assert.ok(key?.sealed);
  const opened = openTicketKey(seals, key);
  assert.equal(key.sealed.includes(Buffer.from(opened?.d ?? '', 'base64url')), false);
  assert.throws(() => openTicketKey(new Seals(new Uint8Array(32).fill(1)), key), SealBroken);
  const otherFirst = key.publicKey.startsWith('A') ? 'B' : 'A';
  assert.throws(
    () => openTicketKey(seals, { ...key, publicKey: `${otherFirst}${key.publicKey.slice(1)}` }),
    SealBroken,
  );
  // Letters are written with another role than the API's.
  const accounts = createPool(stage.config, 'accounts', 'test accounts', 1);
  t.after(() => accounts.end());
  const writer = new TicketSigner({ pool: accounts, seals, nowMs: () => stage.nowMs });
  assert.equal(await writer.sign(TICKET), await stage.node().sign(TICKET));
  // Reports see the public half alone; nobody deletes a key.
  const reader = await connected(t, stage.config, 'reader');
  await reader.query('select id, public_key from ticket_keys');
  await assert.rejects(reader.query('select private_key from ticket_keys'), /permission denied/);
  await assert.rejects(stage.app.query('delete from ticket_keys'), /permission denied/);
  await assert.rejects(
    (await connected(t, stage.config, 'shard')).query('select from ticket_keys'),
    /permission denied/,
  );
});

test('[TQ10] a new key is published at once, signs ten minutes later on all nodes alike, and codes from before stay good', async (t) => {
  const stage = await scene(t);
  const [old, fresh] = [stage.node(), stage.node()];
  const before = await old.sign(TICKET);
  const { made } = await rotateTicketKeys(stage.app, seals, ROTATION);
  assert.equal(made.id, 2);
  const signsMs = made.signsFrom.getTime();
  assert.equal(signsMs - made.createdAt.getTime(), SIGNS_AFTER_SECONDS * 1000);
  // A node that has read the keys since, and one that has not.
  assert.deepEqual(
    (await fresh.publicKeys()).map(({ kid }) => kid),
    ['1', '2'],
  );
  assert.deepEqual(
    (await old.publicKeys()).map(({ kid }) => kid),
    ['1'],
  );
  assert.equal(await fresh.sign(TICKET), before);
  stage.nowMs += KEYS_KEPT_MS;
  assert.deepEqual(
    (await old.publicKeys()).map(({ kid }) => kid),
    ['1', '2'],
  );
  stage.nowMs = signsMs - 1;
  assert.deepEqual(
    [await keyOf(old), await keyOf(fresh)],
    [
      ['valid', 1],
      ['valid', 1],
    ],
  );
  stage.nowMs = signsMs;
  assert.deepEqual(
    [await keyOf(old), await keyOf(fresh)],
    [
      ['valid', 2],
      ['valid', 2],
    ],
  );
  assert.equal(verifyTicket(before, publicKeysOf(await old.publicKeys()), STARTS_MS).is, 'valid');
  const record = await stage.owner.query('select who, action, target, why, details from staff_actions');
  assert.deepEqual(record.rows, [
    {
      who: 'tester',
      action: 'ticket-key.rotate',
      target: 'ticket-key:2',
      why: 'it is time',
      details: { leaked: false, withdrawn: [] },
    },
  ]);
});

test('[TQ11] a retired key is published for 400 days, and longer when a screening was planned further ahead', async (t) => {
  const stage = await scene(t);
  await loadTicketKeys(stage.app, seals);
  await rotateTicketKeys(stage.app, seals, ROTATION);
  const daysLeft = async (id: number): Promise<number> => {
    const key = (await listTicketKeys(stage.app)).find((row) => row.id === id);
    return Math.round(((key?.publishedUntil?.getTime() ?? 0) - Date.now()) / 86_400_000);
  };
  assert.equal(await daysLeft(1), 400);
  await stage.owner.query(
    `with c as (insert into cinemas (name, time_zone) values ('Cine', 'UTC') returning id),
       a as (insert into auditoriums (cinema_id, name) select id, 'Sala' from c returning id),
       m as (insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
         select id, 1, 'demo', 1, '{}', 'x' from a returning id),
       f as (insert into films (title, minutes) values ('Longe', 120) returning id)
     insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
     select a.id, m.id, f.id, now() + interval '500 days', now(), 'UTC', 1, 0 from a, m, f`,
  );
  await rotateTicketKeys(stage.app, seals, ROTATION);
  assert.deepEqual([await daysLeft(1), await daysLeft(2)], [400, 503]);
  // Its time is over.
  await stage.owner.query(`update ticket_keys set published_until = now() - interval '1 second' where id = 1`);
  stage.nowMs += KEYS_KEPT_MS;
  assert.deepEqual(
    (await stage.node().publicKeys()).map(({ kid }) => kid),
    ['2', '3'],
  );
});

test('[TQ12] a key that leaked is worth nothing from now on, nor are those before it, and the new one signs at once', async (t) => {
  const stage = await scene(t);
  const node = stage.node();
  const before = await node.sign(TICKET);
  await rotateTicketKeys(stage.app, seals, ROTATION);
  const { made, withdrawn } = await rotateTicketKeys(stage.app, seals, { ...ROTATION, leaked: true });
  assert.deepEqual([made.id, withdrawn], [3, [1, 2]]);
  stage.nowMs = Math.max(stage.nowMs + KEYS_KEPT_MS, made.signsFrom.getTime());
  const keys = publicKeysOf(await node.publicKeys());
  assert.deepEqual([...keys.keys()], [3]);
  assert.deepEqual(verifyTicket(before, keys, STARTS_MS), { is: 'unknown-key', key: 1 });
  assert.deepEqual(await keyOf(node), ['valid', 3]);
  const { rows } = await stage.owner.query<{ id: number }>('select id from ticket_keys where private_key is not null');
  assert.deepEqual(rows, [{ id: 3 }]);
});

test('[TQ10] changed twice at once there are two new keys and one last one; what nobody signs with any more is erased', async (t) => {
  const stage = await scene(t);
  await loadTicketKeys(stage.app, seals);
  // Nobody gets past the row until both have come to it, or to the lock before it.
  await stage.owner.query('begin');
  await stage.owner.query('select from ticket_keys for update');
  const both = [rotateTicketKeys(stage.app, seals, ROTATION), rotateTicketKeys(stage.app, seals, ROTATION)];
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  const looks = await connected(t, stage.config, 'migrator');
  while ((await looks.query(waiting)).rowCount !== 2);
  await stage.owner.query('commit');
  await Promise.all(both);
  const keys = await listTicketKeys(stage.app);
  assert.deepEqual(
    keys.map(({ id, retiredAt }) => [id, retiredAt === null]),
    [
      [1, false],
      [2, false],
      [3, true],
    ],
  );
  await stage.owner.query(`update ticket_keys set retired_at = now() - interval '1 hour' where id = 1`);
  await rotateTicketKeys(stage.app, seals, ROTATION);
  const { rows } = await stage.owner.query<{ id: number }>('select id from ticket_keys where private_key is null');
  assert.deepEqual(rows, [{ id: 1 }]);
  assert.deepEqual(await keyOf(stage.node()), ['valid', 2]);
});

test('[TQ10] a failed look is not kept, and a clock behind the database’s signs with the first key all the same', async (t) => {
  const stage = await scene(t);
  stage.nowMs -= 3_600_000;
  const node = stage.node();
  await stage.owner.query('alter table ticket_keys rename to ticket_keys_away');
  await assert.rejects(node.sign(TICKET));
  await stage.owner.query('alter table ticket_keys_away rename to ticket_keys');
  assert.deepEqual(await keyOf(node), ['valid', 1]);
});
