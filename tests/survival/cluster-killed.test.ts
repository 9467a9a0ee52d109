/** A node is killed under load: the others take its shards when its lease is over, and nothing that was answered is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterScene } from './cluster-scene.ts';

/** Five seconds are promised with the lease of three; a machine that runs other tests beside is given more. */
const GAP_MS_MAX = 8_000;

test('[I1][I2][I4] a node is killed under load and comes back, again and again', async (t) => {
  const scene = await ClusterScene.start(t, { rounds: 2, threads: 2 });
  const { stage, load } = scene;
  for (let round = 0; round < scene.rounds; round++) {
    const victim = scene.node(round % 2);
    const survivor = scene.node((round + 1) % 2);
    await load.whenAccepted(50 + scene.random.below(100));
    load.measureGaps();
    await victim.kill();
    // Buyers at the survivor get every screening from it, those of the dead node too.
    await stage.whenOwnedBy([survivor]);
    await scene.sales([survivor], 100);
    scene.say(`round ${round}: longest gap ${Math.round(load.longestGapMs)} ms`);
    await victim.restart();
    await stage.whenOwnedBy(stage.nodes);
    await scene.sales(stage.nodes, 30);
  }
  await scene.end();
});

test('[I1][I2][I4] with the default lease nobody waits longer than five seconds for an answer after a kill', async (t) => {
  const scene = await ClusterScene.start(t, { leaseSeconds: 3 });
  const { stage, load } = scene;
  const [victim, survivor] = [scene.node(0), scene.node(1)];
  load.measureGaps();
  await victim.kill();
  await stage.whenOwnedBy([survivor]);
  await scene.sales([survivor], 200);
  const gapMs = load.longestGapMs;
  scene.say(`longest gap of a buyer without an answer: ${Math.round(gapMs)} ms`);
  assert.ok(gapMs < GAP_MS_MAX, `a buyer waited ${gapMs} ms`);
  await scene.end();
});
