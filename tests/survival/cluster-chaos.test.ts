/** Everything that can happen to a cluster, in any order: nodes killed, stopped and paused, lines cut and silent, NATS killed, lies in the bucket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE_STREAM, type StageNode } from '../support/cluster-stage.ts';
import { ClusterScene } from './cluster-scene.ts';

test('[I1][I2][I3][I4][I6] three nodes, hurt in any order and any way: every promise is kept, and they find together again', async (t) => {
  const scene = await ClusterScene.start(t, { nodes: 3, rounds: 5, clients: 12 });
  const { stage, load, random } = scene;
  const { nats } = stage;
  const disasters: Readonly<Record<string, (victim: StageNode) => Promise<void>>> = {
    killed: async (victim) => {
      await victim.kill();
      heal(victim);
      await victim.restart();
    },
    'stopped and started': async (victim) => {
      heal(victim);
      await victim.stop();
      await victim.restart();
    },
    paused: async (victim) => {
      victim.isOpen = false;
      victim.server.kill('SIGSTOP');
    },
    'cut off from NATS': async (victim) => victim.natsLine.refuse(),
    'silent to NATS': async (victim) => victim.natsLine.silence(),
    'cut off from PostgreSQL': async (victim) => victim.postgresLine.refuse(),
    'silent to PostgreSQL': async (victim) => victim.postgresLine.silence(),
    'reset everywhere': async (victim) => {
      victim.natsLine.cut();
      victim.postgresLine.cut();
    },
    'and NATS killed': async () => {
      await nats.kill();
      await nats.start();
    },
    'and the bucket deleted': async () => {
      await (await stage.manager()).streams.delete(LEASE_STREAM).catch(() => {});
    },
    'said to have left': async (victim) => {
      const record = await stage.recordOf(victim);
      if (record !== null) await stage.declareGone(record.node);
    },
  };
  const happened: string[] = [];
  for (let round = 0; round < scene.rounds; round++) {
    await load.whenAccepted(10 + random.below(40));
    const [name, strike] = random.pick(Object.entries(disasters));
    const victim = random.pick(stage.nodes);
    happened.push(`${victim.name} ${name}`);
    // One of the three can always sell.
    for (const node of stage.nodes) if (node !== victim && random.chance(0.5)) heal(node);
    if (stage.nodes.every((node) => node === victim || !node.isOpen)) stage.nodes.forEach(heal);
    await strike(victim);
    // Sometimes the next disaster comes before this one was noticed.
    if (random.chance(0.4)) continue;
    for (const node of stage.nodes) if (node !== victim) heal(node);
    await load.whenAccepted(5);
    heal(victim);
  }
  stage.nodes.forEach(heal);
  await stage.whenOwnedBy(stage.nodes);
  await scene.sales(stage.nodes, 20);
  scene.say(happened.join(', '));
  assert.equal(happened.length, scene.rounds);
  // A node that is said to have left goes on until it hears of it.
  await scene.end({ severalOwners: true });
});

function heal(node: StageNode): void {
  node.natsLine.heal();
  node.postgresLine.heal();
  node.server.kill('SIGCONT');
  node.isOpen = true;
}
