import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ran } from '../../tests/support/heard-ports.ts';
import { pages, StandInApi } from '../../tests/support/stand-in-api.ts';

const AURORA = { id: 7, name: 'Cinemas Aurora', cinemas: 12, serviceFeePercent: 5, serviceFeeCents: 0 };
const FREE = { id: 8, name: 'Cine Clube', cinemas: 1, serviceFeePercent: 0, serviceFeeCents: 0 };
const SET = ['exhibitors', 'set-fee', '7', '--why', 'contract of 2026'];

async function exhibitors(t: TestContext) {
  const patched: unknown[] = [];
  const api = await StandInApi.start(t, {
    'GET /api/admin/exhibitors': pages('exhibitors', [AURORA, FREE]),
    'PATCH /api/admin/exhibitors/{exhibitor}': ({ body }) => {
      patched.push(body);
      return { body: { exhibitor: { ...AURORA, ...(body as object) } } };
    },
  });
  return { patched, run: (words: readonly string[]) => ran(words, { environment: api.environment }) };
}

test('[OF7] exhibitors are listed with their fees', async (t) => {
  const { run } = await exhibitors(t);
  const { code, out } = await run(['exhibitors', 'list']);
  assert.equal(code, 0);
  assert.match(out.join('\n'), /Cinemas Aurora\s+12\s+5 %/);
  assert.match(out.join('\n'), /Cine Clube\s+1\s+none/);
});

test('[OF7] setting a fee says what it was and what it would be, and is done with --yes', async (t) => {
  const { patched, run } = await exhibitors(t);
  const told = 'Cinemas Aurora (12 cinemas): 5 % → 7.5 % + R$ 2,50; orders that were begun keep their fee';
  const unasked = await run([...SET, '--percent', '7,5', '--fixed', '2.50']);
  assert.deepEqual([unasked.code, unasked.errors[0], patched], [2, told, []]);
  const rehearsed = await run([...SET, '--percent', '7,5', '--fixed', '2.50', '--dry-run']);
  assert.deepEqual([rehearsed.code, rehearsed.out, patched], [0, [told], []]);
  const done = await run([...SET, '--percent', '7,5', '--fixed', '2.50', '--yes']);
  assert.deepEqual([done.code, done.out], [0, ['Cinemas Aurora: 7.5 % + R$ 2,50']]);
  assert.deepEqual(patched, [{ serviceFeePercent: 7.5, serviceFeeCents: 250, why: 'contract of 2026' }]);
  const fixed = await run([...SET, '--fixed', '0', '--yes']);
  assert.deepEqual([fixed.code, patched[1]], [0, { serviceFeeCents: 0, why: 'contract of 2026' }]);
});

test('[OF7] what is no fee, and an exhibitor that is not there, change nothing', async (t) => {
  const { patched, run } = await exhibitors(t);
  for (const words of [['--percent', '101'], ['--percent', '5.123'], ['--percent', 'x'], ['--fixed', '-1'], []]) {
    assert.equal((await run([...SET, ...words, '--yes'])).code, 2, words.join(' '));
  }
  const missing = await run(['exhibitors', 'set-fee', '9', '--percent', '5', '--why', 'contract', '--yes']);
  assert.equal(missing.code, 1);
  assert.deepEqual(patched, []);
});
