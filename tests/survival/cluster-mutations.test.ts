/**
 * Who checks the checks? Builds that are broken in one place each, run as the real one is: the books must not agree. If one of
 * these tests fails, the tests beside it have become blind.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { until } from '../support/deadline.ts';
import { otherBuild, type Patch } from '../support/other-build.ts';
import type { HistoryEntry } from '../support/test-client.ts';
import { ClusterScene } from './cluster-scene.ts';
import { lateQuestion } from './late-question.ts';

/** A node serves for as long as it lives, whatever becomes of its lease. */
const LEASE_IGNORED: Patch = [
  'workers/cluster/cluster-ownership.js',
  'this.#ports.monotonicMs() >= this.#ports.leaseValidUntilMs()',
  'false',
];

/** A new owner begins without saying so in the journal. */
const NO_OWNER_CHANGED: Patch = ['workers/shard-runtime.js', 'if (state.epoch < epoch) {', 'if (false) {'];

/** The answer goes out when it is decided, and not when it is stored. */
const ANSWERED_EARLY: Patch = [
  'workers/screening-actor.js',
  'let snapshot = null;',
  `asker.answered(tag, command.requestId, outcome, state.version, this.#host.nowMs());
   asker = { answered() {} };
   let snapshot = null;`,
];

function isSaidDone({ answer }: HistoryEntry): boolean {
  return answer?.code === OutcomeCode.accepted;
}

test('a build that ignores its lease is found out by what it says after it was frozen', async (t) => {
  const scene = await ClusterScene.start(t, { main: otherBuild(t, [LEASE_IGNORED]), clients: 2 });
  await scene.load.stop();
  await lateQuestion(scene);
  await scene.stage.whenOwnedBy(scene.stage.nodes);
  await assert.rejects(scene.end(), /answered from an old memory/);
});

test('a build whose owners do not announce themselves is found out by the journal', async (t) => {
  const scene = await ClusterScene.start(t, { main: otherBuild(t, [NO_OWNER_CHANGED]) });
  await assert.rejects(scene.end(), /without taking it over/);
});

test('a build that answers before the commit is found out by the histories when a node is killed', async (t) => {
  const scene = await ClusterScene.start(t, { main: otherBuild(t, [ANSWERED_EARLY]) });
  const { stage, load } = scene;
  const decidedHere = new Set(await scene.screeningsOf(scene.node(0)));
  // Commits that never come: whatever this node decides from now on is not stored.
  scene.node(0).postgresLine.silence();
  const silentMs = performance.now();
  await until(
    () =>
      load.history.some(
        (entry) => entry.askedMs > silentMs && isSaidDone(entry) && decidedHere.has(entry.request.screening),
      ),
    10_000,
    () => 'nobody was told anything that is not stored',
  );
  await scene.node(0).kill();
  scene.node(0).postgresLine.heal('forget');
  await stage.whenOwnedBy([scene.node(1)]);
  await assert.rejects(scene.end(), /is not in the journal|answered and not stored|stored at another version/);
});
