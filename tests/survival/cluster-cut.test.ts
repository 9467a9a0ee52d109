/**
 * A node cut off from one of the two that it lives with: NATS, by which it knows the others, and PostgreSQL, in which it
 * writes. Each line is cut in two ways: with a reset, so that everybody knows at once, and silently, so that nobody does.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterScene } from './cluster-scene.ts';

const HOW = ['refuse', 'silence'] as const;

for (const how of HOW) {
  test(`[I1][I2][I4][I6] cut off from NATS but not from PostgreSQL (${how}): the others take over, and it comes back by itself`, async (t) => {
    const scene = await ClusterScene.start(t);
    const { stage, load } = scene;
    const [lonely, other] = [scene.node(0), scene.node(1)];
    load.measureGaps();
    lonely.natsLine[how]();
    // Its lease is over before anybody may take what it had.
    await lonely.server.whenLogged(({ msg }) => msg.includes('the lease has lapsed'));
    await lonely.whenReady(false);
    lonely.isOpen = false;
    await stage.whenOwnedBy([other]);
    await scene.sales([other], 100);
    scene.say(`longest gap ${Math.round(load.longestGapMs)} ms`);
    lonely.natsLine.heal();
    await stage.whenOwnedBy(stage.nodes);
    await lonely.whenReady();
    lonely.isOpen = true;
    await scene.sales(stage.nodes, 30);
    await scene.end();
  });

  test(`[I1][I2][I4][I6] cut off from PostgreSQL but not from NATS (${how}): the others sell, and it comes back by itself`, async (t) => {
    const scene = await ClusterScene.start(t);
    const { stage, load } = scene;
    const [lonely, other] = [scene.node(0), scene.node(1)];
    load.measureGaps();
    lonely.postgresLine[how]();
    await lonely.whenReady(false);
    lonely.isOpen = false;
    // It cannot write, and says so: the others need not wait for its lease to end.
    await stage.whenOwnedBy([other]);
    await scene.sales([other], 100);
    scene.say(`longest gap ${Math.round(load.longestGapMs)} ms`);
    lonely.postgresLine.heal();
    await lonely.whenReady();
    lonely.isOpen = true;
    await stage.whenOwnedBy(stage.nodes);
    await scene.sales(stage.nodes, 30);
    await scene.end();
  });
}

for (const how of HOW) {
  test(`[I1][I2][I4][I6] both nodes cut off from NATS (${how}): nobody sells what he may not own any more, and both come back`, async (t) => {
    const scene = await ClusterScene.start(t);
    const { stage, load } = scene;
    for (const { natsLine } of stage.nodes) natsLine[how]();
    for (const node of stage.nodes) {
      await node.server.whenLogged(({ msg }) => msg.includes('the lease has lapsed'));
      assert.equal((await node.ready())?.status, 503);
    }
    const before = load.history.length;
    const accepted = load.accepted;
    for (const { natsLine } of stage.nodes) natsLine.heal();
    await stage.whenOwnedBy(stage.nodes);
    for (const node of stage.nodes) await node.whenReady();
    await scene.sales(stage.nodes, 50);
    scene.say(`${accepted} of ${before} commands had been accepted when both were cut off`);
    await scene.end();
  });
}
