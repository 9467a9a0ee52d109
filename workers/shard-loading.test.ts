/** How the runtime brings screenings to life: mailboxes, loads, claims, and what becomes of those who wait meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { hold } from '../tests/support/screening.ts';

test('[M3] commands wait while their screening is loaded, and are decided in their order', async () => {
  const stage = new RuntimeStage();
  stage.loader.isHolding = true;
  const ana = stage.say(7, hold('ana', [0, 1]));
  const bia = stage.say(7, hold('bia', [1, 2]));
  const eva = stage.say(7, hold('eva', [2]));
  await turns();
  assert.deepEqual([stage.runtime.waitingCommands, ana.code], [3, null]);
  stage.loader.oneHeld.give();
  await turns();
  assert.deepEqual([ana.code, bia.code, eva.code], ['accepted', 'seatHeld', 'accepted']);
  assert.deepEqual([stage.runtime.waitingCommands, stage.loader.asked], [0, [7]]);
});

test('[M4] a full mailbox refuses with "busy", and takes again when there is room', async () => {
  const stage = new RuntimeStage({ limits: { mailboxCommandsMax: 2 } });
  stage.loader.isHolding = true;
  const waiting = [stage.say(7, hold('ana', [0])), stage.say(7, hold('bia', [1]))];
  const third = stage.say(7, hold('eva', [2]));
  assert.equal(third.code, 'busy');
  stage.loader.oneHeld.give();
  await turns();
  assert.deepEqual(
    waiting.map(({ code }) => code),
    ['accepted', 'accepted'],
  );
  assert.equal((await stage.does(7, hold('eva', [2]))).code, 'accepted');
});

test('[M5] so many screenings are loaded at once, the others in turn, each once', async () => {
  const stage = new RuntimeStage({ limits: { loadsMax: 2 } });
  stage.loader.isHolding = true;
  const heard = [1, 2, 3, 4].map((screening) => stage.say(screening, hold('ana', [0])));
  await turns();
  assert.deepEqual(stage.loader.asked, [1, 2]);
  stage.loader.held.splice(1, 1)[0]?.give();
  await turns();
  assert.deepEqual(stage.loader.asked, [1, 2, 3]);
  stage.loader.isHolding = false;
  for (const load of stage.loader.held.splice(0)) load.give();
  await turns();
  assert.deepEqual(stage.loader.asked, [1, 2, 3, 4]);
  assert.deepEqual(
    heard.map(({ code }) => code),
    ['accepted', 'accepted', 'accepted', 'accepted'],
  );
});

test('[M5] a load that fails or finds nothing makes room for the next', async () => {
  const stage = new RuntimeStage({ limits: { loadsMax: 1 } });
  stage.loader.isHolding = true;
  const heard = [1, 2, 3].map((screening) => stage.say(screening, hold('ana', [0])));
  await turns();
  stage.loader.oneHeld.fail(new Error('no connection'));
  await turns();
  stage.loader.oneHeld.giveNothing();
  await turns();
  stage.loader.oneHeld.give();
  await turns();
  assert.deepEqual(
    heard.map(({ code }) => code),
    ['unavailable', 'unknownScreening', 'accepted'],
  );
});

test('[M6] an unknown screening is refused, its watchers are told, and nothing of it stays', async () => {
  const stage = new RuntimeStage();
  stage.loader.isHolding = true;
  const heard = stage.say(404, hold('ana', [0]));
  const watching = stage.watch(404);
  stage.loader.oneHeld.giveNothing();
  await turns();
  assert.deepEqual([heard.code, heard.answer?.version], ['unknownScreening', 0]);
  assert.deepEqual(watching.news(), ['gone unknownScreening']);
  assert.equal(stage.runtime.loadedActors, 0);
  // It may have been created in the meantime.
  stage.loader.isHolding = false;
  assert.equal((await stage.does(404, hold('ana', [0]))).code, 'accepted');
});

test('[M7] a load that fails refuses who waited, rests for a while, and is tried again', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 100 } });
  stage.loader.isHolding = true;
  const first = stage.say(7, hold('ana', [0]));
  stage.loader.oneHeld.fail(new Error('no connection'));
  await turns();
  assert.equal(first.code, 'unavailable');
  const resting = await stage.does(7, hold('ana', [0]));
  assert.deepEqual([resting.code, stage.loader.asked.length], ['unavailable', 1]);
  stage.loader.isHolding = false;
  stage.nowMs += 100;
  assert.equal((await stage.does(7, hold('ana', [0]))).code, 'accepted');
});

test('[M7] a watched screening whose load failed is loaded again by the tick', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 100 } });
  stage.loader.isHolding = true;
  const watching = stage.watch(7);
  stage.loader.oneHeld.fail(new Error('no connection'));
  stage.loader.isHolding = false;
  await turns();
  assert.deepEqual(watching.news(), []);
  await stage.passes(500);
  assert.deepEqual(watching.news(), ['snapshot 1']);
});

test('[M8] the claim goes first, and the answers wait for it', async () => {
  const stage = new RuntimeStage({ epoch: 5 });
  stage.store.isHolding = true;
  const refused = stage.say(7, hold('ana', [99]));
  const mine = stage.ask(7, 'ana');
  await turns();
  assert.deepEqual([refused.code, mine.code], [null, null]);
  assert.deepEqual(
    stage.store.held[0]?.batch.entries.flatMap(({ facts }) => facts.map(({ epoch, fact }) => [epoch, fact.kind])),
    [[5, 1]],
  );
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([refused.code, mine.code], ['seatUnknown', 'accepted']);
});

test('[M8] watchers hear nothing before the claim is committed, and then a snapshot', async () => {
  const stage = new RuntimeStage({ epoch: 5 });
  stage.store.isHolding = true;
  const early = stage.watch(7);
  await turns();
  const late = stage.watch(7);
  const held = stage.say(7, hold('ana', [3]));
  await turns();
  assert.deepEqual([early.news(), late.news()], [[], []]);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([early.news(), late.news()], [['snapshot 1'], ['snapshot 1']]);
  assert.equal(held.code, null);
  stage.store.oneHeld.commit();
  await turns();
  assert.deepEqual([early.news(), late.news()], [['delta 1-2'], ['delta 1-2']]);
  assert.equal(early.replica?.status[3], 1);
});

test('[M9] a journal with a newer epoch than ours is claimed with a still newer one', async () => {
  const stage = new RuntimeStage({ epoch: 5 });
  stage.takenOver(7, 8);
  stage.epochsAllocated.push(9);
  assert.equal((await stage.does(7, hold('ana', [0]))).code, 'accepted');
  assert.deepEqual(
    stage.facts(7).map(({ epoch }) => epoch),
    [8, 9, 9],
  );
});

test('[M9] without a newer epoch, or without the shard, nothing is decided', async () => {
  const deposed = new RuntimeStage({ epoch: 5 });
  deposed.takenOver(7, 8);
  assert.equal((await deposed.does(7, hold('ana', [0]))).code, 'unavailable');
  const stranger = new RuntimeStage({ epoch: null });
  assert.equal((await stranger.does(7, hold('ana', [0]))).code, 'unavailable');
  assert.deepEqual(stranger.facts(7), []);
});

test('[M10] the actors in memory are bounded: at the bound an idle one makes room', async () => {
  const stage = new RuntimeStage({ limits: { actorsMax: 2 } });
  for (const screening of [1, 2]) await stage.does(screening, hold('ana', [99]));
  assert.equal((await stage.does(3, hold('ana', [0]))).code, 'accepted');
  assert.deepEqual([stage.runtime.loadedActors, stage.runtime.liveActor(1)], [2, null]);
});

test('[M10] at the bound, with nobody idle, new screenings are "busy" and their watchers are told', async () => {
  const stage = new RuntimeStage({ limits: { actorsMax: 2 } });
  await stage.does(1, hold('ana', [0]));
  const watching = stage.watch(2);
  await turns();
  assert.equal((await stage.does(3, hold('ana', [0]))).code, 'busy');
  const late = stage.watch(3);
  assert.deepEqual([late.news(), watching.news()], [['gone busy'], ['snapshot 1']]);
  assert.equal((await stage.does(1, hold('ana', [1]))).code, 'accepted');
});

test('[M7] putting idle actors to sleep does not forget a resting screening that is watched', async () => {
  const stage = new RuntimeStage({ limits: { restMs: 100 } });
  stage.loader.isHolding = true;
  const watching = stage.watch(7);
  stage.loader.oneHeld.fail(new Error('no connection'));
  stage.loader.isHolding = false;
  await turns();
  // The pause is over, and the tick that would load it anew has not come yet.
  stage.nowMs += 100;
  await stage.runtime.passivateIdle();
  await stage.passes(1_000);
  assert.deepEqual(watching.news(), ['snapshot 1']);
});

test('[M11] a command that waited beyond its deadline for the load is not executed', async () => {
  const stage = new RuntimeStage();
  stage.loader.isHolding = true;
  const heard = stage.say(7, hold('ana', [0]));
  stage.nowMs += 60_000;
  stage.loader.oneHeld.give();
  await turns();
  assert.equal(heard.code, 'expired');
  assert.deepEqual(stage.kinds(7), [1]);
});

test('[M11] a command whose screening cannot be loaded is answered at its deadline, not when the database comes back', async () => {
  const stage = new RuntimeStage();
  stage.loader.isHolding = true;
  const heard = stage.say(7, hold('ana', [0]));
  await stage.passes(7_000);
  assert.ok(['expired', 'unavailable'].includes(heard.code ?? 'nothing'), `heard ${heard.code}`);
});

test('[M26] a load that takes too long is given up, the next one gets its place, and its late result is not wanted', async () => {
  const stage = new RuntimeStage({ limits: { loadsMax: 1, loadDeadlineMs: 5_000, restMs: 1_000 } });
  stage.loader.isHolding = true;
  stage.say(7, hold('ana', [0]));
  const next = stage.say(8, hold('ana', [0]));
  await stage.passes(4_000);
  const waiting = stage.say(7, hold('bia', [0]));
  await stage.passes(1_250);
  assert.deepEqual([waiting.code, next.code, stage.loader.asked], ['unavailable', 'expired', [7, 8]]);
  const [late, second] = stage.loader.held.splice(0);
  late?.give();
  await turns();
  assert.deepEqual([stage.runtime.liveActor(7), stage.facts(7).length], [null, 0]);
  second?.give();
  stage.loader.isHolding = false;
  await stage.passes(1_000);
  assert.equal((await stage.does(7, hold('bia', [0]))).code, 'accepted');
  late?.fail(new Error('and failed besides'));
  await turns();
  assert.equal((await stage.does(7, hold('bia', [1]))).code, 'accepted');
});

test('[M4] the mailboxes together are bounded as well', async () => {
  const stage = new RuntimeStage({ limits: { waitingCommandsMax: 3 } });
  stage.loader.isHolding = true;
  const heard = [1, 2, 3, 4].map((screening) => stage.say(screening, hold('ana', [0])));
  assert.deepEqual(
    heard.map(({ code }) => code),
    [null, null, null, 'busy'],
  );
  stage.loader.isHolding = false;
  for (const load of stage.loader.held.splice(0)) load.give();
  await turns();
  assert.equal((await stage.does(4, hold('ana', [0]))).code, 'accepted');
});

test('[M27] a snapshot that cannot be read is done without', async () => {
  const stage = new RuntimeStage();
  await stage.does(7, hold('ana', [0]));
  stage.loader.snapshots.set(7, { version: 2, state: '{"format":99}' });
  const next = new RuntimeStage({ store: stage.store, epoch: 2 });
  next.loader.snapshots.set(7, { version: 2, state: '{"format":99}' });
  assert.equal((await next.does(7, hold('bia', [0]), 'request-of-bia-1')).code, 'seatHeld');
  assert.equal((await next.does(7, hold('bia', [1]), 'request-of-bia-2')).code, 'accepted');
});

test('[M28] a screening with an unfinished order is woken without being asked for', async () => {
  const stage = new RuntimeStage();
  stage.runtime.wake(7);
  stage.runtime.wake(7);
  await turns();
  assert.deepEqual([stage.loader.asked, stage.runtime.liveActor(7) !== null], [[7], true]);
});
