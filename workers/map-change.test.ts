/** Another layout under a screening that is being watched and wanted: order, durability, and who is told what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactKind } from '../actors/seat-fact.ts';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage, type StageOptions } from '../tests/support/runtime-stage.ts';
import { begin, type Draft, HALL, hold, lines, T0 } from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';

const LARGER = seatMapOf(['..........', '..........']);
const CHANGE: Draft = { kind: 'change-map', buyer: 'staff-7', seatMap: LARGER.id, halfQuota: 1, map: null };
const holdOn = (seatMap: number, seats: readonly number[]): Draft => ({ kind: 'hold', buyer: 'ana', seats, seatMap });

/** Screening 7 is loaded, and its auditorium has two layouts. */
async function staged(options: StageOptions = {}): Promise<RuntimeStage> {
  const stage = new RuntimeStage(options);
  stage.loader.maps.set(LARGER.id, LARGER);
  await stage.does(7, { kind: 'open-sales', buyer: 'staff-7' });
  return stage;
}

test('[MC3] watchers get all seats of the new layout once it is committed, and deltas after it', async () => {
  const stage = await staged();
  const watching = stage.watch(7);
  await stage.does(7, { kind: 'block', buyer: 'staff-7', seats: [2], reason: '' });
  assert.deepEqual(watching.news(), ['snapshot 2', 'delta 2-3']);
  stage.store.isHolding = true;
  const heard = stage.say(7, CHANGE);
  await turns();
  assert.deepEqual([heard.code, watching.news()], [null, []], 'nothing is told before the commit');
  stage.store.oneHeld.commit();
  stage.store.isHolding = false;
  await turns();
  assert.deepEqual([heard.code, watching.news()], ['accepted', ['snapshot 4']]);
  assert.deepEqual([watching.replica?.seatMap, watching.replica?.status.length], [LARGER.id, 20]);
  assert.deepEqual([...(watching.replica?.status ?? [])].indexOf(3), 2);
  await stage.does(7, hold('ana', [19]));
  assert.deepEqual([watching.news(), watching.replica?.status[19]], [['delta 4-5'], 1]);
});

test('[MC3] what is decided in the commit of the change is in the snapshot too', async () => {
  const stage = await staged();
  const watching = stage.watch(7);
  stage.store.isHolding = true;
  const first = stage.say(7, hold('bia', [0]));
  stage.say(7, { kind: 'release', buyer: 'bia', hold: 3 });
  const change = stage.say(7, CHANGE);
  await turns();
  const after = stage.say(7, holdOn(LARGER.id, [18, 19]));
  // The change waits for its layout, so that it goes with the second commit.
  stage.store.oneHeld.commit();
  await turns();
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([first.code, change.code, after.code], ['accepted', 'accepted', 'accepted']);
  assert.deepEqual(watching.news(), ['snapshot 2', 'delta 2-4', 'snapshot 6']);
  assert.deepEqual([watching.replica?.status[18], watching.replica?.freeSeats], [1, 18]);
});

test('[MC1] [MC4] hold and change race: whichever is decided first wins, and nobody gets a chair that he did not choose', async () => {
  const stage = await staged();
  stage.loader.isHoldingMaps = true;
  const change = stage.say(7, CHANGE);
  const before = await stage.does(7, holdOn(HALL.id, [3]));
  stage.loader.heldMaps.shift()?.();
  await turns();
  assert.deepEqual([before.code, change.code], ['accepted', 'screeningHasSales']);
  await stage.does(7, { kind: 'release', buyer: 'ana', hold: before.accepted('hold').hold });
  const again = stage.say(7, CHANGE, 'change-2');
  stage.loader.heldMaps.shift()?.();
  await turns();
  const late = await stage.does(7, holdOn(HALL.id, [3]));
  assert.deepEqual([again.code, late.code], ['accepted', 'seatUnknown']);
  assert.equal((await stage.does(7, holdOn(LARGER.id, [3]))).code, 'accepted');
});

test('[MC7] a change that is lost with its commit leaves the old layout, and the repetition makes it', async () => {
  const stage = await staged();
  const watching = stage.watch(7);
  stage.store.isHolding = true;
  const lost = stage.say(7, CHANGE, 'change');
  const behind = stage.say(7, holdOn(LARGER.id, [19]));
  await turns();
  const later = stage.say(7, holdOn(LARGER.id, [19]));
  await turns();
  stage.store.doubt(false);
  await turns();
  stage.store.settle('absent');
  stage.store.isHolding = false;
  await turns();
  assert.deepEqual([lost.code, behind.code, later.code], ['unavailable', 'seatUnknown', 'unavailable']);
  await stage.passes(1_000);
  assert.equal(watching.replica?.seatMap, HALL.id);
  assert.equal((await stage.does(7, holdOn(HALL.id, [15]))).code, 'accepted');
  await stage.does(7, { kind: 'release', buyer: 'ana', hold: stage.facts(7).length });
  assert.equal((await stage.does(7, CHANGE, 'change')).code, 'accepted');
  assert.equal(watching.replica?.seatMap, LARGER.id);
});

test('[MC7] an actor that comes back has the layout of its facts, from the first fact or from a snapshot', async () => {
  for (const snapshotFactsMin of [1, 1_000]) {
    const stage = await staged();
    await stage.does(7, { kind: 'block', buyer: 'staff-7', seats: [9], reason: '' });
    await stage.does(7, CHANGE);
    await stage.runtime.passivateIdle(0, snapshotFactsMin);
    assert.equal(stage.runtime.liveActor(7), null);
    assert.equal(stage.loader.snapshots.size, snapshotFactsMin === 1 ? 1 : 0);
    assert.equal((await stage.does(7, holdOn(LARGER.id, [19]))).code, 'accepted');
    assert.equal(stage.runtime.liveActor(7)?.state.map.id, LARGER.id);
    assert.deepEqual([...(stage.runtime.liveActor(7)?.state.seatStatus ?? [])].indexOf(3), 11, 'B2 is blocked');
  }
});

test('[MC7] a snapshot of before the change, and the facts since', async () => {
  const stage = await staged();
  await stage.does(7, { kind: 'block', buyer: 'staff-7', seats: [9], reason: '' });
  await stage.runtime.passivateIdle(0, 1);
  await stage.does(7, CHANGE);
  await stage.does(7, hold('ana', [19]));
  const before = stage.loader.snapshots.get(7);
  assert.equal(before?.version, 3);
  stage.takenOver(7, 2);
  stage.epochsAllocated.push(3);
  await stage.does(7, hold('bia', [0]));
  await stage.passes(1_000);
  assert.equal((await stage.does(7, hold('bia', [0]))).code, 'accepted');
  assert.equal(stage.loader.snapshots.get(7), before);
  assert.deepEqual(
    stage.logged.filter((line) => line.includes('snapshot')),
    [],
  );
  assert.deepEqual([...(stage.runtime.liveActor(7)?.state.seatStatus ?? [])].join(''), '10000000000300000001');
});

test('[MC7] two owners: the one who lost changes nothing, and comes back with what the other one did', async () => {
  const stage = await staged();
  stage.takenOver(7, 2);
  stage.epochsAllocated.push(3);
  const fenced = await stage.does(7, CHANGE);
  assert.equal(fenced.code, 'unavailable');
  assert.deepEqual(stage.kinds(7).includes(FactKind.mapChanged), false);
  await stage.passes(1_000);
  assert.equal((await stage.does(7, CHANGE, 'change-again')).code, 'accepted');
});

test('[MC9] a layout that the auditorium has not is a bad request; one that cannot be read now is asked for again', async () => {
  const stage = await staged();
  const unknown: Draft = { kind: 'change-map', buyer: 'staff-7', seatMap: 4_711, halfQuota: 1, map: null };
  assert.equal((await stage.does(7, unknown)).code, 'badRequest');
  stage.loader.isFailingMaps = true;
  assert.equal((await stage.does(7, CHANGE)).code, 'unavailable');
  stage.loader.isFailingMaps = false;
  assert.equal((await stage.does(7, CHANGE)).code, 'accepted');
});

test('[MC9] few layouts are fetched at a time; more are busy, and sales go on', async () => {
  const stage = await staged();
  stage.loader.isHoldingMaps = true;
  const heard = Array.from({ length: 9 }, () => stage.say(7, CHANGE));
  await turns();
  assert.deepEqual(
    heard.map(({ code }) => code),
    [...new Array(8).fill(null), 'busy'],
  );
  assert.equal((await stage.does(7, { kind: 'block', buyer: 'staff-7', seats: [5], reason: '' })).code, 'accepted');
  for (const give of stage.loader.heldMaps.splice(0)) give();
  await turns();
  assert.deepEqual(new Set(heard.slice(0, 8).map(({ code }) => code)), new Set(['accepted']));
});

test('[MC9] a change whose deadline passes while its layout is fetched is not made', async () => {
  const stage = await staged();
  stage.loader.isHoldingMaps = true;
  const heard = stage.say(7, CHANGE);
  await turns();
  stage.nowMs += 5_001;
  stage.loader.heldMaps.shift()?.();
  await turns();
  assert.equal(heard.code, 'expired');
});

test('[MC10] the quota of the new layout holds from the change on', async () => {
  const stage = await staged();
  await stage.does(7, CHANGE);
  const held = await stage.does(7, hold('ana', [0, 1]));
  const paid = await stage.does(7, begin('ana', held.accepted('hold').hold, 'o1', lines([0, 1], 2)));
  assert.equal(paid.code, 'quotaExhausted');
});

test('[MC10] rules that were read before the commit do not bring the old quota back', async () => {
  const stage = await staged();
  stage.store.isHolding = true;
  stage.say(7, CHANGE);
  await turns();
  stage.runtime.liveActor(7)?.takeRules(stage.rules);
  stage.store.oneHeld.commit();
  await turns();
  assert.equal(stage.runtime.liveActor(7)?.state.rules.halfQuota, 1);
});

test('[SF1] the search is told how many seats are free after each commit that changed it, and only then', async () => {
  const stage = await staged();
  assert.deepEqual(stage.freeSeats.splice(0), ['7 16']);
  stage.store.isHolding = true;
  stage.say(7, hold('ana', [0, 1]));
  stage.say(7, hold('bia', [2]));
  await turns();
  assert.deepEqual(stage.freeSeats, [], 'not before the commit');
  stage.store.oneHeld.commit();
  stage.store.isHolding = false;
  await turns();
  await stage.does(7, begin('ana', 3, 'o1', lines([0, 1])));
  assert.deepEqual(stage.freeSeats.splice(0), ['7 13']);
  await stage.does(7, { kind: 'release', buyer: 'bia', hold: 4 });
  await stage.does(7, { kind: 'block', buyer: 'staff-7', seats: [5], reason: '' });
  assert.deepEqual(stage.freeSeats.splice(0), ['7 14', '7 13']);
});

test('[SF1] another layout has another number of them', async () => {
  const stage = await staged();
  await stage.does(7, { kind: 'block', buyer: 'staff-7', seats: [5], reason: '' });
  await stage.does(7, CHANGE);
  assert.deepEqual(stage.freeSeats, ['7 16', '7 15', '7 19']);
  assert.equal(stage.nowMs, T0);
});
