import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { recordAction } from './staff-actions.ts';

test('[AC29] the record of what was done is written with it, and nobody rewrites it', async (t) => {
  const config = await testDatabase(t);
  for (const role of ['app', 'accounts'] as const) {
    const client = await connected(t, config, role);
    await client.query('begin');
    await recordAction(client, { who: 'user:1', action: 'undone', target: 'screening:7' });
    await client.query('rollback');
    const details = { seats: ['A1', 'A2'] };
    await recordAction(client, {
      who: role,
      action: 'seats.block',
      target: 'screening:7',
      why: 'broken',
      details,
      exhibitorId: 3,
    });
    await assert.rejects(client.query("update staff_actions set who = 'nobody'"), { code: '42501' });
    await assert.rejects(client.query('delete from staff_actions'), { code: '42501' });
    await assert.rejects(client.query('truncate staff_actions'), { code: '42501' });
  }
  const reader = await connected(t, config, 'reader');
  const { rows } = await reader.query(
    'select who, action, target, why, details, exhibitor_id from staff_actions order by id',
  );
  const row = {
    action: 'seats.block',
    target: 'screening:7',
    why: 'broken',
    details: { seats: ['A1', 'A2'] },
    exhibitor_id: '3',
  };
  assert.deepEqual(rows, [
    { who: 'app', ...row },
    { who: 'accounts', ...row },
  ]);
});
