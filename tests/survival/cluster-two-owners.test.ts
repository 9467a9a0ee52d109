/**
 * Two nodes that each have reason to believe that a shard is theirs, since somebody lied to them: the bucket, by records that
 * no node wrote. Whoever is right, PostgreSQL lets only one of them write, and in the end they agree.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeRecord } from '../../workers/cluster/node-record.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { ClusterScene } from './cluster-scene.ts';

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);
/** PostgreSQL has not counted so far in any test. */
const EPOCH_FAR_AHEAD = 1_000_000;

/** What this node would say if it had heard of everything that the other one has. */
function withClaimsOf(liar: NodeRecord, victim: NodeRecord, epochOf: (epoch: number) => number): NodeRecord {
  const more = victim.claims.map(({ shard, epoch, sinceMs }) => ({ shard, thread: 0, epoch: epochOf(epoch), sinceMs }));
  return { ...liar, clockMs: liar.clockMs + 1, claims: [...liar.claims, ...more] };
}

test("[I1][I2][I4][I6] a record that claims the other node's shards, with newer epochs and with the same ones", async (t) => {
  const scene = await ClusterScene.start(t);
  const { stage, load } = scene;
  const [liar, victim] = [scene.node(0), scene.node(1)];
  for (const [how, epochOf] of [
    ['newer epochs', () => EPOCH_FAR_AHEAD],
    ['the same epochs', (epoch: number) => epoch],
  ] as const) {
    const gaveUp = victim.server.said('giving them up').length;
    load.measureGaps();
    await stage.forge(withClaimsOf(await stage.whenRecorded(liar), await stage.whenRecorded(victim), epochOf));
    await victim.server.whenLogged(() => victim.server.said('giving them up').length > gaveUp);
    await scene.sales(stage.nodes, 50);
    await stage.whenOwnedBy(stage.nodes);
    scene.say(`${how}: longest gap ${Math.round(load.longestGapMs)} ms`);
  }
  await scene.end();
});

test('[I1][I2][I4][I6] a node that does not exist claims everything', async (t) => {
  const scene = await ClusterScene.start(t);
  const { stage, load } = scene;
  const about = await stage.whenRecorded(scene.node(0));
  const claims = ALL_SHARDS.map((shard) => ({ shard, thread: 0, epoch: EPOCH_FAR_AHEAD, sinceMs: 0 }));
  load.measureGaps();
  await stage.forge({ ...about, node: 'ghost-000000', name: 'ghost', clockMs: 1, claims });
  await scene.node(1).server.whenLogged(({ msg }) => msg.includes('giving them up'));
  await stage.whenOwnedBy(stage.nodes);
  await scene.sales(stage.nodes, 50);
  scene.say(`longest gap ${Math.round(load.longestGapMs)} ms`);
  await scene.end();
});

test('[I1][I2][I4][I6] a node is declared dead while it sells: two nodes own the same shards, and only one can write', async (t) => {
  // Long enough for both to sell side by side.
  const scene = await ClusterScene.start(t, { leaseSeconds: 3 });
  const { stage } = scene;
  const [deposed, other] = [scene.node(0), scene.node(1)];
  const { node } = await stage.whenRecorded(deposed);
  const loyal = scene.buyers(deposed, 8, await scene.screeningsOf(deposed));
  await loyal.whenAccepted(50);
  // It hears nothing any more, and does not know yet; its lease goes on for almost three seconds.
  deposed.natsLine.silence();
  await stage.declareGone(node);
  await stage.whenOwnedBy([other]);
  await deposed.server.whenLogged(({ msg }) => msg.includes('an actor ended: fenced'));
  // It goes on with what nobody has taken from it yet.
  await loyal.whenAccepted(1);
  await scene.sales([other], 100);
  await deposed.server.whenLogged(({ msg }) => msg.includes('the lease has lapsed'));
  // What it said meanwhile comes late.
  deposed.natsLine.heal('deliver');
  await stage.whenOwnedBy(stage.nodes);
  await scene.sales(stage.nodes, 50);
  await loyal.whenAccepted(50);
  const fenced = deposed.server.said('an actor ended: fenced').length;
  scene.say(`${fenced} screenings were taken from the node that did not know`);
  assert.ok(fenced > 0);
  await scene.end({ severalOwners: true });
});
