/**
 * Nobody reaches what belongs to another exhibitor, on any endpoint of the administration: the table below has them all, and a
 * new one that is not in it fails the test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTEMPTS, furnished } from '../../tests/support/admin-attempts.ts';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { adminEndpoints } from './admin-endpoints.ts';

/** Everything that an attempt could have changed. */
async function everything(stage: AdminStage): Promise<unknown> {
  const [row] = await stage.rows(`select
    (select jsonb_agg(to_jsonb(s) - 'changed_xid' order by id) from screenings s) as screenings,
    (select jsonb_agg(t order by id) from tickets t) as tickets, (select jsonb_agg(o order by id) from orders o) as orders,
    (select count(*) from journal where kind <> 1) as facts, (select jsonb_agg(f.minutes order by id) from films f where f.title = 'A Volta') as films,
    (select count(*) from messages) as messages, (select jsonb_agg(e.service_fee_bps order by id) from exhibitors e) as fees, (select jsonb_agg(i.status order by id) from imports i where i.file_name = 'a.csv') as imports,
    (select count(*) from poltrona_jobs._private_jobs) as jobs,
    (select count(*) from staff_actions where target not like 'film:%' and target not like 'import:%') as actions`);
  return row;
}

test('[AD24] the table of attempts has every endpoint of the administration', async (t) => {
  const stage = await AdminStage.create(t);
  const all = adminEndpoints(stage.ports).map(({ method, path }) => `${method} ${path}`);
  const tried = new Set(ATTEMPTS.map(({ endpoint }) => endpoint));
  assert.deepEqual([...tried].sort(), all.sort());
});

test('[AD24] of another exhibitor, or another cinema of the same one, nothing is seen and nothing is changed, on any endpoint', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const before = await everything(stage);
  const strangers = [stage.partner, `partner ${stage.mine.exhibitor}/${stage.mine.cinema}`];
  // A colleague who works for another cinema of theirs. Tables of the whole exhibitor are his too; an import of all its cinemas is not.
  const colleague = `partner ${stage.theirs.exhibitor}/${stage.mine.cinema}`;
  const ofExhibitor = /price-tables|exhibitors/;
  for (const who of [...strangers, colleague]) {
    for (const attempt of ATTEMPTS) {
      if (attempt.isShared || (who === colleague && ofExhibitor.test(attempt.endpoint))) continue;
      const [method = ''] = attempt.endpoint.split(' ');
      const answer = await stage.send(who, method, attempt.path(theirs), attempt.body?.(theirs));
      const what = `${who}: ${attempt.endpoint} ${JSON.stringify(answer.body)}`;
      if (attempt.empty !== undefined) assert.deepEqual([answer.status, answer.body[attempt.empty]], [200, []], what);
      // Some rights a partner has not at all: films of all, and letting people in.
      else if (/check-in|PATCH .*films/.test(attempt.endpoint)) assert.equal(answer.status, 403, what);
      else assert.deepEqual([answer.status, answer.body.code], [404, 'not-found'], what);
    }
  }
  const gate = `gate ${stage.mine.exhibitor}`;
  const letIn = await stage.send(gate, 'POST', '/api/admin/tickets/ABCD234567/check-in', { gate: 'gate 1' });
  assert.equal(letIn.status, 404);
  assert.deepEqual(await everything(stage), before);
});

test('[AD24] an administrator can do all of what is in the table: it is not refused for another reason', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  for (const attempt of ATTEMPTS) {
    const [method = ''] = attempt.endpoint.split(' ');
    const path = attempt.path(theirs).replace('screening:1', `screening:${theirs.screening}`);
    const answer = await stage.send('admin', method, path, attempt.body?.(theirs));
    assert.ok(
      answer.status < 300,
      `${attempt.endpoint}: ${answer.status} ${JSON.stringify(answer.body)} ${stage.logged}`,
    );
    if (attempt.empty !== undefined) assert.notDeepEqual(answer.body[attempt.empty], [], attempt.endpoint);
  }
});

test('[AD25] without a permission, or without signing in, no endpoint of the administration answers', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const before = await everything(stage);
  for (const attempt of ATTEMPTS) {
    const [method = ''] = attempt.endpoint.split(' ');
    const answer = await stage.send('nobody', method, attempt.path(theirs), attempt.body?.(theirs));
    assert.equal(answer.status, 401, attempt.endpoint);
    const kiosk = await stage.send(
      `kiosk ${stage.theirs.exhibitor}`,
      method,
      attempt.path(theirs),
      attempt.body?.(theirs),
    );
    const may = method === 'GET' && !/orders|imports|actions/.test(attempt.endpoint);
    assert.equal(kiosk.status, may ? 200 : 403, attempt.endpoint);
  }
  assert.deepEqual(await everything(stage), before);
});
