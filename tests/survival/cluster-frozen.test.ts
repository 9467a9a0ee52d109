/**
 * A node stands still for three lease times, in the middle of its work and with its connections open, as a virtual
 * machine does that is moved or swapped out. Others take its shards and sell. Then it wakes, with commands waiting in its
 * sockets and everything that it believed: it must not answer one of them from its old memory.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { until } from '../support/deadline.ts';
import { ClusterScene } from './cluster-scene.ts';
import { lateQuestion } from './late-question.ts';

const LEASE_MS = 1_000;

test('[I1][I2][I4][I6] a node that is frozen for three lease times under load, and wakes again', async (t) => {
  const scene = await ClusterScene.start(t, { rounds: 2, leaseSeconds: LEASE_MS / 1_000 });
  const { stage, load } = scene;
  for (let round = 0; round < scene.rounds; round++) {
    const sleeper = scene.node(round % 2);
    const other = scene.node((round + 1) % 2);
    await load.whenAccepted(50 + scene.random.below(100));
    sleeper.isOpen = false;
    sleeper.server.kill('SIGSTOP');
    const stoppedMs = performance.now();
    await stage.whenOwnedBy([other]);
    const sellingMs = performance.now() - stoppedMs;
    await scene.sales([other], 100);
    await until(
      () => performance.now() - stoppedMs >= 3 * LEASE_MS,
      10_000,
      () => 'time stands still',
    );
    // Commands of buyers who did not lose patience, and answers of PostgreSQL, wait for it.
    sleeper.server.kill('SIGCONT');
    sleeper.isOpen = true;
    await sleeper.server.whenLogged(({ msg }) => msg.includes('the lease has lapsed'));
    await stage.whenOwnedBy(stage.nodes);
    await scene.sales(stage.nodes, 30);
    scene.say(`round ${round}: all shards had an owner again after ${Math.round(sellingMs)} ms`);
  }
  await scene.end();
});

test('[I6] what waits in the sockets of a node that was frozen is not answered from its old memory', async (t) => {
  const scene = await ClusterScene.start(t, { clients: 2 });
  await scene.load.stop();
  const answer = await lateQuestion(scene);
  assert.equal(answer.code, OutcomeCode.accepted);
  await scene.stage.whenOwnedBy(scene.stage.nodes);
  await scene.end();
});
