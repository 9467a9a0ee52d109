/**
 * Many memberships, a virtual clock, and everything that can happen to them, from a seed. After each time of trouble comes one
 * of peace, and then every shard must be where it belongs. Two nodes that learn
 * of a change at different moments may both take what nobody seems to have (only PostgreSQL stands between them then); that ends when
 * they hear of each other: at once where they do, and where they do not before a lease is over.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../tests/simulation/random.ts';
import { FakeCluster, LEASE_MS, type NodeSettings } from '../../tests/support/cluster-nodes.ts';
import { SHARDS } from '../shard-map.ts';

const NODES_MAX = 6;
const ROUNDS = 8;
/** More by `npm run simulate`. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 8);
/** A claim is told and heard in less. */
const MOMENT_MS = 100;
/** From the end of trouble: a lease for the dead, one for those who lapse late, and the pauses of PostgreSQL's absence. */
const PEACE_MS = 2 * LEASE_MS + 8_000;

interface Outcome {
  readonly overlaps: readonly string[];
  readonly lasting: readonly string[];
  readonly complaints: readonly string[];
}

type Trouble =
  | 'kill'
  | 'stop'
  | 'cut'
  | 'refused'
  | 'mute'
  | 'deaf'
  | 'join'
  | 'leave'
  | 'drain'
  | 'postgres'
  | 'stuck';
const TROUBLES: readonly Trouble[] = [
  'kill',
  'stop',
  'cut',
  'refused',
  'mute',
  'deaf',
  'join',
  'join',
  'leave',
  'drain',
  'postgres',
];

async function simulate(
  seed: number,
  settings: NodeSettings & { readonly troubles?: readonly Trouble[]; readonly isPrompt?: boolean } = {},
) {
  const random = new Random(seed);
  const cluster = new FakeCluster();
  if (settings.isPrompt) cluster.lastingMs = MOMENT_MS;
  cluster.leases.delayMs = () => 0.2 + random.next() * (!settings.isPrompt && random.chance(0.01) ? 300 : 4);
  cluster.assignMs = () => 1 + random.next() * 20;
  cluster.releaseMs = () => 5 + random.next() * (random.chance(0.1) ? 400 : 30);
  const complaints: string[] = [];
  let named = 0;
  const join = () =>
    cluster.start(`node-${++named}x${random.below(1_000)}`, {
      threads: 1 + random.below(3),
      startMs: random.below(1e9),
      speed: 1 + (random.next() - 0.5) / 500,
      ...settings,
    });
  const make = async (trouble: Trouble): Promise<void> => {
    const living = cluster.living;
    const node = random.pick(living);
    if (trouble === 'join' && living.length < NODES_MAX) await join();
    else if (trouble === 'kill' && living.length > 1) node.kill();
    else if (trouble === 'stop') node.process.stop();
    else if (trouble === 'cut' || trouble === 'refused' || trouble === 'mute' || trouble === 'deaf') {
      node.line.state = trouble;
    } else if (trouble === 'postgres') node.postgres = random.pick(['refused', 'cut'] as const);
    else if (trouble === 'drain') void node.membership.drain();
    else if (trouble === 'leave' && living.length > 1) {
      void node.membership.leave().then(() => node.kill());
    }
  };
  const calm = (): void => {
    for (const node of cluster.living) {
      node.process.wake();
      node.line.state = 'sound';
      node.postgres = 'sound';
      node.membership.resume();
    }
  };
  await join();
  for (let round = 0; round < ROUNDS; round++) {
    const endMs = cluster.clock.nowMs + 2_000 + random.below(3 * LEASE_MS);
    while (cluster.clock.nowMs < endMs) {
      if (random.chance(0.5)) await make(random.pick(settings.troubles ?? TROUBLES));
      if (random.chance(0.2)) calm();
      await cluster.clock.pass(random.below(1_500));
    }
    calm();
    if (cluster.living.length === 0) await join();
    try {
      await cluster.inPeace(PEACE_MS);
    } catch {
      complaints.push(`round ${round}: ${cluster.complaint()}`);
    }
  }
  const { overlaps, lasting } = cluster;
  return { overlaps, lasting, complaints, cluster } satisfies Outcome & { cluster: FakeCluster };
}

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`[LE24] seed ${seed}: whatever happens, no shard is served twice for a lease, and afterwards each is where it belongs`, async () => {
    const { lasting, complaints } = await simulate(seed);
    assert.deepEqual([lasting, complaints], [[], []]);
  });
}

test('[LE24] while all hear each other in time, no shard is served twice for longer than a moment', async () => {
  for (let seed = 200; seed < 204; seed++) {
    const { lasting, complaints } = await simulate(seed, {
      isPrompt: true,
      troubles: ['join', 'leave', 'drain', 'kill'],
    });
    assert.deepEqual([lasting, complaints], [[], []], `seed ${seed}`);
  }
});

test('[LE24] a bucket that is wiped and rolled back all the time: there is peace afterwards', async () => {
  for (let seed = 100; seed < 102; seed++) {
    const random = new Random(seed);
    const cluster = new FakeCluster();
    cluster.isBucketSound = false;
    for (let node = 1; node <= 4; node++) await cluster.start(`node-${node}`, { startMs: random.below(1e6) });
    let copy = cluster.leases.copy();
    for (let step = 0; step < 60; step++) {
      const choice = random.below(6);
      if (choice === 0) cluster.leases.wipe();
      else if (choice === 1) cluster.leases.restore(copy);
      else if (choice === 2) copy = cluster.leases.copy();
      else if (choice === 3) random.pick(cluster.living).process.stop();
      else for (const node of cluster.living) node.process.wake();
      await cluster.clock.pass(random.below(1_000));
    }
    for (const node of cluster.living) node.process.wake();
    await cluster.inPeace(PEACE_MS);
    const served = new Set(cluster.living.flatMap((node) => [...node.claims.keys()]));
    assert.equal(served.size, SHARDS, `seed ${seed}`);
  }
});

/** How many of some seeds an ill-made node is caught with. */
async function caught(settings: NodeSettings & { readonly troubles: readonly Trouble[] }): Promise<number> {
  let seeds = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const { overlaps } = await simulate(seed, settings);
    if (overlaps.length > 0) seeds++;
  }
  return seeds;
}

test('[LE24] the simulation would notice: threads that do not look at the lease', async () => {
  assert.ok((await caught({ broken: 'ignores-lease', troubles: ['join', 'stop', 'cut', 'kill'] })) > 0);
});

test('[LE24] the simulation would notice: nodes that take shards without looking for their owner', async () => {
  assert.ok((await caught({ broken: 'never-looks', troubles: ['join', 'deaf'] })) > 0);
});

test('[LE24] the simulation would notice: nodes that say a shard is free before it is', async () => {
  assert.ok((await caught({ broken: 'publishes-first', troubles: ['join', 'drain', 'leave'] })) > 0);
});
