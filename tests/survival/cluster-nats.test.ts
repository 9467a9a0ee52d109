/**
 * NATS itself breaks: it is killed and comes back with its files or without, the bucket of leases is deleted, or comes back from
 * an old copy. It only says who should try; what was sold is in PostgreSQL.
 */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LEASE_STREAM } from '../support/cluster-stage.ts';
import { ClusterScene } from './cluster-scene.ts';

/** A node that renews is not held for dead because a bucket was lost: nobody waits longer than for a lease of one second. */
const NO_TAKE_OVER_MS = 2_000;

test('[I1][I2][I4][I6] NATS is killed and started again: at once with its files, later without any', async (t) => {
  const scene = await ClusterScene.start(t);
  const { stage, load } = scene;
  const { nats } = stage;
  load.measureGaps();
  await nats.kill();
  await nats.start();
  await scene.sales(stage.nodes, 50);
  await stage.whenOwnedBy(stage.nodes);
  scene.say(`with its files: longest gap ${Math.round(load.longestGapMs)} ms`);
  load.measureGaps();
  await nats.kill();
  // Their leases have run out: it stays away for longer than a moment.
  for (const node of stage.nodes) await node.whenReady(false);
  nats.forgetEverything();
  await nats.start();
  await stage.whenOwnedBy(stage.nodes);
  await scene.sales(stage.nodes, 50);
  scene.say(`without: longest gap ${Math.round(load.longestGapMs)} ms`);
  // What the stream held is gone with the files; the journal has it.
  await scene.end({ events: { mayLackPast: true } });
});

test('[I1][I2][I4][I6] the bucket of leases is deleted under load: nobody is held for dead, and sales go on', async (t) => {
  const scene = await ClusterScene.start(t, { rounds: 2 });
  const { stage, load } = scene;
  load.measureGaps();
  for (let round = 0; round < scene.rounds; round++) {
    const manager = await stage.manager();
    assert.ok(await manager.streams.delete(LEASE_STREAM));
    await scene.sales(stage.nodes, 50);
    await stage.whenOwnedBy(stage.nodes);
  }
  const gapMs = load.longestGapMs;
  scene.say(`longest gap ${Math.round(gapMs)} ms`);
  assert.ok(gapMs < NO_TAKE_OVER_MS, `a buyer waited ${gapMs} ms`);
  await scene.end();
});

test('[I1][I2][I4][I6] old records come back into the bucket, also of a node that is dead', async (t) => {
  const scene = await ClusterScene.start(t);
  const { stage, load } = scene;
  const [dead, living] = [scene.node(0), scene.node(1)];
  const old = [await stage.whenRecorded(dead), await stage.whenRecorded(living)];
  await dead.kill();
  await stage.whenOwnedBy([living]);
  await scene.sales([living], 30);
  load.measureGaps();
  for (const record of old) await stage.forge(record);
  await scene.sales([living], 50);
  await stage.whenOwnedBy([living]);
  scene.say(`longest gap ${Math.round(load.longestGapMs)} ms`);
  await dead.restart();
  await stage.whenOwnedBy(stage.nodes);
  await scene.sales(stage.nodes, 30);
  await scene.end();
});

test('[I1][I2][I4][I6] NATS is stopped and started with an old copy of the bucket, from before a node died', async (t) => {
  const scene = await ClusterScene.start(t);
  const { stage, load } = scene;
  const { nats } = stage;
  const bucket = path.join(nats.folder, 'jetstream/$G/streams', LEASE_STREAM);
  const copy = `${nats.folder}-copy`;
  t.after(() => rmSync(copy, { recursive: true, force: true }));
  await nats.kill();
  cpSync(bucket, copy, { recursive: true });
  await nats.start();
  const [dead, living] = [scene.node(0), scene.node(1)];
  await stage.whenOwnedBy(stage.nodes);
  await dead.kill();
  await stage.whenOwnedBy([living]);
  await scene.sales([living], 50);
  load.measureGaps();
  await nats.kill();
  rmSync(bucket, { recursive: true });
  cpSync(copy, bucket, { recursive: true });
  await nats.start();
  await scene.sales([living], 50);
  await stage.whenOwnedBy([living]);
  scene.say(`longest gap ${Math.round(load.longestGapMs)} ms`);
  await scene.end();
});
