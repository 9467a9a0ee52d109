/** One actor between its journal and its askers: who hears what, and not before when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitRefused } from '../storage/fact-store.ts';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { begin, confirm, type Draft, hold, lines, release } from '../tests/support/screening.ts';

/** A command that no correct server sends: its assertion stops the actor. */
const poison = (id: number): Draft => begin('eva', id, 'order-poison', [{ seat: 5, type: 1, priceCents: -1 }]);

async function stageWithHolds(): Promise<RuntimeStage> {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0, 1]));
  await stage.does(7, hold('eva', [5]));
  return stage;
}

test('[I2] a "yes" waits for its commit', async () => {
  const stage = await stageWithHolds();
  stage.store.isHolding = true;
  const heard = await stage.does(7, hold('bia', [2]));
  assert.equal(heard.code, null);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([heard.code, heard.answer?.version], ['accepted', 4]);
});

test('[I2] refusals and questions that saw uncommitted facts wait with them', async () => {
  const stage = await stageWithHolds();
  stage.store.isHolding = true;
  const first = await stage.does(7, hold('bia', [2]));
  const refused = await stage.does(7, hold('ivo', [2]));
  const mine = stage.ask(7, 'bia');
  await turns();
  assert.deepEqual([first.code, refused.code, mine.code], [null, null, null]);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([first.code, refused.code, mine.code], ['accepted', 'seatHeld', 'accepted']);
  assert.deepEqual(mine.accepted('mine').holds[0]?.seats, [2]);
});

test('[I2] a repetition of a command that is not committed yet waits with it, and hears the same', async () => {
  const stage = await stageWithHolds();
  stage.store.isHolding = true;
  const first = stage.say(7, hold('bia', [2]), 'the-same-request');
  await turns();
  const again = stage.say(7, hold('bia', [2]), 'the-same-request');
  const other = stage.say(7, hold('bia', [3]), 'the-same-request');
  await turns();
  assert.deepEqual([first.code, again.code, other.code], [null, null, null]);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([again.code, other.code], ['accepted', 'requestIdReused']);
  assert.deepEqual(again.accepted('hold'), first.accepted('hold'));
  assert.deepEqual(stage.kinds(7), [1, 4, 4, 4]);
});

test('[I2] with nothing uncommitted, a refusal is answered at once', async () => {
  const stage = await stageWithHolds();
  const heard = stage.say(7, hold('bia', [0]));
  assert.deepEqual([heard.code, heard.answer?.version], ['seatHeld', 3]);
});

test('[I2] watchers see a change only after its commit, and after the answer', async () => {
  const stage = await stageWithHolds();
  const watching = stage.watch(7);
  stage.runtime.subscribe(7, {
    snapshotTaken: () => {},
    seatsChanged: ({ fromVersion, version }) => stage.log.push(`delta ${fromVersion}-${version}`),
    gone: () => {},
  });
  stage.store.isHolding = true;
  stage.log.length = 0;
  stage.say(7, hold('bia', [2]));
  await turns();
  assert.deepEqual([watching.news(), watching.replica?.status[2]], [['snapshot 3'], 0]);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([watching.news(), watching.replica?.status[2]], [['delta 3-4'], 1]);
  assert.deepEqual(stage.log, ['decided hold accepted', 'answer accepted', 'delta 3-4']);
});

test('[M12] one commit is one delta for each screening, however many decisions it holds', async () => {
  const stage = await stageWithHolds();
  const [seven, eight] = [stage.watch(7), stage.watch(8)];
  await turns();
  stage.store.isHolding = true;
  for (const seat of [2, 3, 4]) stage.say(7, hold('bia', [seat]));
  stage.say(8, hold('bia', [0]));
  await turns();
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual(
    [seven.news(), eight.news()],
    [
      ['snapshot 3', 'delta 3-6'],
      ['snapshot 1', 'delta 1-2'],
    ],
  );
  assert.deepEqual([...(seven.replica?.status.subarray(0, 6) ?? [])], [1, 1, 1, 1, 1, 1]);
});

test('[M13] a lost commit ends the actor: everybody behind it repeats, and memory is the journal again', async () => {
  const stage = await stageWithHolds();
  stage.store.isHolding = true;
  const lost = stage.say(7, hold('bia', [2]), 'request-of-bia');
  await turns();
  const behind = stage.say(7, release('ana', 2));
  const other = stage.say(8, hold('bia', [0]));
  await turns();
  stage.store.doubt(false);
  await turns();
  const meanwhile = stage.say(7, hold('ivo', [3]));
  assert.equal(meanwhile.code, 'unavailable');
  stage.store.isHolding = false;
  stage.store.settle('absent');
  await turns();
  assert.deepEqual([lost.code, behind.code], ['unavailable', 'unavailable']);
  assert.equal(other.code, 'accepted', 'another screening was not harmed');
  await stage.passes(1_000);
  const again = await stage.does(7, hold('bia', [2]), 'request-of-bia');
  assert.deepEqual(again.accepted('hold').seats, [2]);
  assert.deepEqual(stage.kinds(7), [1, 4, 4, 4]);
});

test('[M13] a commit in doubt that is found stored is answered as if nothing had been', async () => {
  const stage = await stageWithHolds();
  stage.store.isHolding = true;
  const heard = stage.say(7, hold('bia', [2]));
  await turns();
  stage.store.doubt(true);
  await turns();
  assert.equal(heard.code, null);
  stage.store.settle('stored');
  await turns();
  assert.deepEqual([heard.code, stage.runtime.liveActor(7)?.hasEnded], ['accepted', false]);
});

test('[M14] a poison command stops its actor only; the others of the thread sell on', async () => {
  const stage = await stageWithHolds();
  await stage.does(8, hold('ana', [0]));
  const heard = await stage.does(7, poison(3));
  assert.equal(heard.code, 'failed');
  assert.equal(stage.logged.filter((line) => line.startsWith('error')).length, 1);
  assert.equal((await stage.does(8, hold('bia', [1]))).code, 'accepted');
  assert.equal((await stage.does(7, hold('bia', [2]))).code, 'unavailable');
  await stage.passes(1_000);
  assert.equal((await stage.does(7, hold('bia', [2]))).code, 'accepted');
  assert.deepEqual(stage.kinds(7), [1, 4, 4, 4]);
});

test('[M14] the same poison again is refused, and stops nobody', async () => {
  const stage = await stageWithHolds();
  await stage.does(7, poison(3), 'request-poison');
  await stage.passes(1_000);
  for (let time = 0; time < 3; time++) {
    const heard = await stage.does(7, poison(3), 'request-poison');
    assert.equal(heard.code, 'failed');
  }
  assert.equal(stage.logged.filter((line) => line.startsWith('error')).length, 1);
  assert.equal((await stage.does(7, hold('bia', [2]))).code, 'accepted');
});

test('[M14] the same request id in another screening is not suspected', async () => {
  const stage = await stageWithHolds();
  await stage.does(8, hold('ana', [0]));
  await stage.does(7, poison(3), 'request-poison');
  assert.equal((await stage.does(8, hold('ana', [1]), 'request-poison')).code, 'accepted');
});

test('[M14] a poisoned actor settles what was on its way, then ends', async () => {
  const stage = await stageWithHolds();
  const watching = stage.watch(7);
  stage.store.isHolding = true;
  const before = await stage.does(7, hold('bia', [2]));
  const stopped = await stage.does(7, poison(3));
  const after = await stage.does(7, hold('ivo', [3]));
  assert.deepEqual([before.code, stopped.code, after.code], [null, 'failed', 'unavailable']);
  stage.store.oneHeld.commit();
  stage.store.isHolding = false;
  await turns();
  assert.equal(before.code, 'accepted');
  await stage.passes(1_000);
  assert.deepEqual(watching.news(), ['snapshot 3', 'delta 3-4', 'snapshot 4']);
});

test('[M14] an actor that is poisoned again and again rests longer each time', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 1_000, restMaxMs: 4_000 } });
  await stage.does(7, hold('eva', [5]));
  const restedMs: number[] = [];
  for (let time = 0; time < 4; time++) {
    await stage.does(7, poison(2), `request-poison-${time}`);
    const sinceMs = stage.nowMs;
    while ((await stage.does(7, hold('bia', [99]))).code === 'unavailable') await stage.passes(250);
    restedMs.push(stage.nowMs - sinceMs);
  }
  assert.deepEqual(restedMs, [1_000, 2_000, 4_000, 4_000]);
});

test('[M15] rows that PostgreSQL refuses end their own actor only', async () => {
  const stage = await stageWithHolds();
  await stage.does(8, hold('ana', [0]));
  stage.store.isHolding = true;
  const bad = stage.say(7, hold('bia', [2]));
  const good = stage.say(8, hold('bia', [1]));
  await turns();
  stage.store.oneHeld.refuse(new CommitRefused('a row is malformed', true));
  await turns();
  stage.store.oneHeld.refuse(new CommitRefused('a row is malformed', true));
  stage.store.isHolding = false;
  await turns();
  stage.store.held.shift()?.commit();
  await turns();
  assert.ok(['failed', 'unavailable'].includes(bad.code ?? 'nothing'), `heard ${bad.code}`);
  assert.equal(good.code, 'accepted');
  await stage.passes(1_000);
  assert.equal((await stage.does(7, hold('bia', [2]))).code, 'accepted');
});

test('[M16] a full journal answers "busy" and decides nothing', async () => {
  const stage = new RuntimeStage({ journalLimits: { queueEntriesMax: 2 } });
  await stage.does(7, hold('ana', [0]));
  stage.store.isHolding = true;
  const flying = await stage.does(7, hold('ana', [1]));
  const queued = [stage.say(7, hold('ana', [2])), stage.say(7, hold('ana', [3]))];
  const refused = stage.say(7, hold('ana', [4]));
  assert.equal(refused.code, 'busy');
  stage.store.isHolding = false;
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([flying.code, ...queued.map(({ code }) => code)], ['accepted', 'accepted', 'accepted']);
  assert.equal((await stage.does(7, hold('ana', [4]))).code, 'accepted');
});

test('[M17] the facts of a sale carry their order and tickets for the tables, in one entry', async () => {
  const stage = await stageWithHolds();
  await stage.does(7, begin('ana', 2, 'order-1', lines([0, 1])));
  await stage.does(7, confirm('ana', 'order-1', [0, 1]));
  const kinds = stage.store.batches.map(({ entries }) =>
    entries.flatMap(({ projections }) => (projections ?? []).map(({ kind }) => kind)),
  );
  assert.deepEqual(kinds.slice(-2), [['order-created'], ['order-state', 'tickets-sold']]);
});
