/** Nodes that come and go in good order: stopped, drained, joining, again and again, while people buy. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ClusterScene } from './cluster-scene.ts';

/** One second is promised; a machine that runs other tests beside is given more. */
const GAP_MS_MAX = 2_500;
const COMMAND_LINE = fileURLToPath(new URL('../../clients/cli/main.js', import.meta.url));

/** `poltrona …`, as an operator types it. @throws when it ends with another code than 0. */
async function poltrona(natsUrl: string, ...words: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [COMMAND_LINE, ...words], {
    env: { PATH: process.env['PATH'], NATS_URL: natsUrl },
    timeout: 20_000,
  });
}

test('[I2][I4] a node is stopped under load: its buyers go to the others, and nobody waits', async (t) => {
  const scene = await ClusterScene.start(t, { leaseSeconds: 3 });
  const { stage, load } = scene;
  const [leaving, staying] = [scene.node(0), scene.node(1)];
  load.measureGaps();
  assert.deepEqual(await leaving.stop(), { code: 0, signal: null });
  await stage.whenOwnedBy([staying]);
  await scene.sales([staying], 100);
  const gapMs = load.longestGapMs;
  scene.say(`longest gap of a buyer without an answer: ${Math.round(gapMs)} ms`);
  assert.ok(gapMs < GAP_MS_MAX, `a buyer waited ${gapMs} ms`);
  await scene.end();
});

test('[I2][I4] a node is drained and taken back under load: it goes on as a gateway, and nobody waits', async (t) => {
  const scene = await ClusterScene.start(t, { leaseSeconds: 3 });
  const { stage, load } = scene;
  const [drained, other] = [scene.node(0), scene.node(1)];
  load.measureGaps();
  await poltrona(stage.nats.url, 'nodes', 'drain', drained.name);
  await stage.whenOwnedBy([other]);
  assert.deepEqual(await drained.ready(), { status: 503, text: 'draining' });
  await scene.sales(stage.nodes, 50);
  await poltrona(stage.nats.url, 'nodes', 'resume', drained.name);
  await stage.whenOwnedBy(stage.nodes);
  await drained.whenReady();
  await scene.sales(stage.nodes, 50);
  const gapMs = load.longestGapMs;
  scene.say(`longest gap of a buyer without an answer: ${Math.round(gapMs)} ms`);
  assert.ok(gapMs < GAP_MS_MAX, `a buyer waited ${gapMs} ms`);
  await scene.end();
});

test('[I1][I2][I4] nodes join and leave every moment under load, in good order and killed', async (t) => {
  const scene = await ClusterScene.start(t, { threads: 2, rounds: 8, clients: 12 });
  const { stage, load, random } = scene;
  await stage.add(1);
  load.measureGaps();
  const happened: string[] = [];
  for (let round = 0; round < scene.rounds; round++) {
    const closed = stage.nodes.find(({ isOpen }) => !isOpen);
    const victim = random.pick(stage.nodes.filter(({ isOpen }) => isOpen));
    if (closed !== undefined) {
      happened.push(`${closed.name} joins`);
      await closed.restart();
    } else if (random.chance(0.5)) {
      happened.push(`${victim.name} is killed`);
      await victim.kill();
    } else {
      happened.push(`${victim.name} leaves`);
      assert.deepEqual(await victim.stop(), { code: 0, signal: null });
    }
    // Now and then the shards have not found their places when the next one comes or goes.
    await load.whenAccepted(10 + random.below(100));
  }
  const open = stage.nodes.filter(({ isOpen }) => isOpen);
  await stage.whenOwnedBy(open);
  await scene.sales(open, 30);
  scene.say(`${happened.join(', ')}: longest gap ${Math.round(load.longestGapMs)} ms`);
  await scene.end();
});
