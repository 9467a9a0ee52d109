/** Imports sent, looked at, stopped and begun again; what they do is told in storage/import. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { claimImport } from '../../storage/import/import-job.ts';
import { AdminStage } from '../../tests/support/admin-stage.ts';

const CSV = new TextEncoder().encode('título;duração\nO Rio;95\n');
const PATH = '/api/admin/imports';
const WHY = { why: 'the wrong file' };

test('[AD30] a file is stored once for one key, with the scope of who sent it, and waits to be run', async (t) => {
  const stage = await AdminStage.create(t);
  const who = `partner ${stage.mine.exhibitor}/${stage.mine.cinema}`;
  const key = 'a-file-only-once';
  const sent = await stage.send(who, 'POST', `${PATH}?kind=films&file=f.csv&partial=true&olderOk=true`, CSV, key);
  assert.equal(sent.status, 202, JSON.stringify(sent.body));
  const { import: stored } = sent.body;
  assert.deepEqual(
    [stored.kind, stored.file, stored.status, stored.partial, stored.dryRun, stored.exhibitorId, stored.fileHash],
    ['films', 'f.csv', 'waiting', true, false, stage.mine.exhibitor, createHash('sha256').update(CSV).digest('hex')],
  );
  const again = await stage.send(who, 'POST', `${PATH}?kind=films&file=f.csv&partial=true&olderOk=true`, CSV, key);
  assert.deepEqual([again.body, stage.asked], [sent.body, ['import']]);
  const claimed = await claimImport(stage.app, 'runner');
  const { cinemaIds, exhibitorId, olderOk, partial } = claimed?.options ?? {};
  assert.deepEqual(
    [claimed?.id, cinemaIds, exhibitorId, olderOk, partial],
    [stored.id, [stage.mine.cinema], stage.mine.exhibitor, true, true],
  );
  const { actions } = await stage.does('admin', 'GET', `/api/admin/actions?target=import:${stored.id}`);
  assert.deepEqual(
    actions.map(({ action }: { action: string }) => action),
    ['import.start'],
  );
});

test('[AD31] what is no import is refused, and too many that wait', async (t) => {
  const stage = await AdminStage.create(t);
  const codeOf = async (query: string, body: Uint8Array = CSV): Promise<unknown[]> => {
    const { status, body: answer } = await stage.send('admin', 'POST', `${PATH}?${query}`, body);
    return [status, answer.code];
  };
  assert.deepEqual(await codeOf('kind=films&file=f.csv', new Uint8Array()), [400, 'no-file']);
  assert.deepEqual(await codeOf('kind=people&file=f.csv'), [400, 'invalid']);
  assert.deepEqual(await codeOf('kind=films'), [400, 'invalid']);
  assert.deepEqual(await codeOf('kind=films&file=f.csv&dryRun=perhaps'), [400, 'invalid']);
  for (let count = 0; count < 20; count++) assert.deepEqual(await codeOf('kind=films&file=f.csv'), [202, undefined]);
  assert.deepEqual(await codeOf('kind=films&file=f.csv'), [409, 'import-refused']);
});

test('[AD32] an import is listed, stopped and begun again; its rows come page by page', async (t) => {
  const stage = await AdminStage.create(t);
  const ids: number[] = [];
  for (const dryRun of [false, true]) {
    const sent = await stage.does(stage.partner, 'POST', `${PATH}?kind=films&file=f.csv&dryRun=${dryRun}`, CSV);
    ids.unshift(sent.import.id);
  }
  const first = await stage.does(stage.partner, 'GET', `${PATH}?kind=films&limit=1`);
  const second = await stage.does(stage.partner, 'GET', `${PATH}?limit=1&after=${first.next}`);
  assert.deepEqual([first.imports[0].id, second.imports[0].id, second.next], [...ids, null]);
  const path = `${PATH}/${ids[0]}`;
  const { import: waiting } = await stage.does(stage.partner, 'GET', path);
  assert.deepEqual([waiting.status, waiting.rows, waiting.report], ['waiting', null, null]);
  assert.equal((await stage.send(stage.partner, 'POST', `${path}/resume`, WHY)).body.code, 'import-not-stopped');
  assert.equal((await stage.does(stage.partner, 'POST', `${path}/cancel`, WHY)).import.status, 'cancelled');
  assert.equal((await stage.send(stage.partner, 'POST', `${path}/cancel`, WHY)).body.code, 'import-ended');
  assert.equal((await stage.does(stage.partner, 'POST', `${path}/resume`, WHY)).import.status, 'waiting');
  const { actions } = await stage.does('admin', 'GET', `/api/admin/actions?target=import:${ids[0]}`);
  assert.deepEqual(
    actions.map(({ action, why }: Record<string, unknown>) => [action, why]),
    [
      ['import.resume', WHY.why],
      ['import.cancel', WHY.why],
    ],
  );
  const report = {
    rows: 3,
    rejectedRows: [2, 3, 4].map((line) => ({ line, column: 'duração', reason: 'it is blank' })),
    warnings: [{ line: null, column: null, kind: 'old', text: 'an old file' }],
    createdLines: [[5, 40]],
    updatedLines: [[41, 41]],
  };
  await stage.rows(`update imports set status = 'done', report = $1 where id = $2`, [JSON.stringify(report), ids[0]]);
  const shown = await stage.does(stage.partner, 'GET', path);
  assert.deepEqual([shown.import.rows, shown.import.report], [3, report]);
  const page = await stage.does(stage.partner, 'GET', `${path}/rows?limit=2`);
  assert.deepEqual([page.rows.map(({ line }: { line: number }) => line), page.warnings.length], [[2, 3], 1]);
  assert.deepEqual([page.createdLines, page.updatedLines], [[[5, 40]], [[41, 41]]]);
  const rest = await stage.does(stage.partner, 'GET', `${path}/rows?limit=2&after=${page.next}`);
  assert.deepEqual([rest.rows.map(({ line }: { line: number }) => line), rest.warnings, rest.next], [[4], [], null]);
});
