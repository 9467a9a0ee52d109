import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import type { AuditReport } from '../../storage/audit.ts';
import type { DatabaseConfig } from '../../storage/database.ts';
import { connected, emptyDatabase, testDatabase } from '../../tests/support/postgres.ts';
import { addScreenings } from '../../tests/support/screenings.ts';
import { registerAudit } from './audit-command.ts';

/** Runs `poltrona audit` with `words` on a database. */
async function audit(config: DatabaseConfig, ...words: readonly string[]) {
  const { host, port, user, database } = config;
  const ran = { out: [] as string[], errors: [] as string[], code: -1 };
  const program = new Command().exitOverride();
  registerAudit(program, {
    environment: { DATABASE_URL: `postgres://${user}@/${database}?host=${host}&port=${port}` },
    isTerminal: false,
    out: (text) => ran.out.push(text),
    error: (text) => ran.errors.push(text),
    exit: (code) => {
      ran.code = code;
    },
  });
  await program.parseAsync(['node', 'poltrona', 'audit', ...words]);
  return ran;
}

/** A database with two screenings, the second of which has a fact that cannot be. */
async function brokenDatabase(t: TestContext): Promise<{ config: DatabaseConfig; good: number; bad: number }> {
  const config = await testDatabase(t);
  const [good = 0, bad = 0] = await addScreenings(config, { count: 2, rows: 1, columns: 5 });
  const shard = await connected(t, config, 'shard');
  for (const screening of [good, bad]) {
    await shard.query(`insert into journal values ($1, 1, 1, 0, 1, null, 0, '[0]')`, [screening]);
  }
  await shard.query(`insert into journal values ($1, 2, 1, 0, 6, 'r', 0, '[9,[0]]')`, [bad]);
  return { config, good, bad };
}

test('audit says ok and ends with 0; with --json it prints one line of JSON and nothing else', async (t) => {
  const { config, good } = await brokenDatabase(t);
  const plain = await audit(config, '--screening', String(good));
  assert.equal(plain.code, 0);
  assert.equal(plain.out.at(-1), 'ok');
  const json = await audit(config, '--screening', String(good), '--json');
  assert.equal(json.code, 0);
  assert.equal(json.out.length, 1);
  const report = JSON.parse(json.out[0] ?? '') as AuditReport;
  assert.deepEqual([report.ok, report.facts, report.violations], [true, 1, []]);
});

test('audit names the screening at fault and ends with 1', async (t) => {
  const { config, bad } = await brokenDatabase(t);
  const { code, out } = await audit(config);
  assert.equal(code, 1);
  assert.match(out.join('\n'), new RegExp(`NOT OK: \\d+ findings, the first at screening ${bad}`));
  assert.match(out.join('\n'), new RegExp(`screening ${bad}, version 2: facts: there is no hold 9`));
});

test('an audit that cannot be made says why and ends with 2', async (t) => {
  const unprepared = await audit(await emptyDatabase(t));
  assert.equal(unprepared.code, 2);
  const { config } = await brokenDatabase(t);
  const noHistory = await audit(config, '--history', '/nowhere/at-all');
  assert.equal(noHistory.code, 2);
  assert.match(noHistory.errors.join(), /could not be made: ENOENT/);
  await assert.rejects(audit(config, '--screening', 'x'), /a screening's number is needed/);
});
