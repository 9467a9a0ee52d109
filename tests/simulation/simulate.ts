/** One run of the simulated world from a seed. */
import { seatMapOf } from '../support/seat-maps.ts';
import { Client, SimulatedWatcher } from './clients.ts';
import { Promises } from './promises.ts';
import { Random } from './random.ts';
import { type Mutation, SimulatedNode, settlePromises, World } from './world.ts';

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly facts: number;
  readonly accepted: number;
  readonly refused: number;
  readonly crashes: number;
  readonly watcherGaps: number;
  /** Changes of the layout. */
  readonly mapChanges: number;
  readonly unexpected: readonly unknown[];
}

const SCREENINGS = [11, 12];

export async function simulate(seed: number, mutation: Mutation = 'none', steps = 800): Promise<SimulationResult> {
  const random = new Random(seed);
  const world = new World(random, mutation, [
    seatMapOf(['....__', '..._..', '......']),
    seatMapOf(['......', '......', '......', '..']),
    seatMapOf(['.._...', '...']),
  ]);
  const promises = new Promises(world);
  // One to three nodes; their clocks differ by up to two minutes.
  const nodeCount = 1 + random.below(3);
  for (let node = 0; node < nodeCount; node++)
    world.nodes.push(new SimulatedNode(world, random.below(240_000) - 120_000));
  const clients = Array.from({ length: 4 }, (_, index) => new Client(world, promises, `buyer${index}`));
  const watchers: SimulatedWatcher[] = [];
  const watch = (node: SimulatedNode): void => {
    const watcher = new SimulatedWatcher(promises);
    watchers.push(watcher);
    node.runtime.subscribe(random.pick(SCREENINGS), watcher);
  };
  for (const node of world.nodes) watch(node);
  let crashes = 0;
  for (let step = 0; step < steps && promises.violations.length === 0; step++) {
    const dice = random.next();
    if (dice < 0.3) random.pick(clients).act(SCREENINGS);
    else if (dice < 0.315) {
      const node = random.pick(world.nodes);
      node.crash();
      watch(node);
      crashes++;
    } else if (dice < 0.36) {
      world.nowMs += random.pick([50, 1_000, 20_000, 61_000]);
      for (const node of world.nodes) node.tick();
    } else world.step(500);
    await settlePromises();
    promises.checkJournal();
  }
  // Let everything come to rest.
  for (let rest = 0; rest < 3_000 && world.hasEvents && promises.violations.length === 0; rest++) {
    world.step(Number.POSITIVE_INFINITY);
    await settlePromises();
    if (rest % 50 === 0) for (const node of world.nodes) node.tick();
  }
  promises.checkJournal();
  return {
    seed,
    violations: promises.violations,
    facts: [...world.database.journal.values()].reduce((sum, facts) => sum + facts.length, 0),
    mapChanges: promises.mapChanges,
    accepted: clients.reduce((sum, client) => sum + client.accepted, 0),
    refused: clients.reduce((sum, client) => sum + client.refused, 0),
    crashes,
    watcherGaps: watchers.reduce((sum, watcher) => sum + watcher.gaps, 0),
    unexpected: world.nodes.flatMap((node) => node.failures),
  };
}
