/**
 * One contract, four ways from the asker to the owner: none at all, a line under the test's hand, a real MessageChannel, and a
 * real nats-server.
 */
import { after } from 'node:test';
import { type BusUnderTest, busContract } from '../tests/support/bus-contract.ts';
import { turns } from '../tests/support/hand-store.ts';
import { launchNats, type NatsServer } from '../tests/support/nats.ts';
import { NatsStage } from '../tests/support/nats-stage.ts';
import { channelPorts, EndsOfTurn, memoryPorts, type PortPair } from '../tests/support/port-pair.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { dealShards, SHARDS } from './shard-map.ts';
import { ThreadBus } from './thread-bus.ts';
import { ThreadLink } from './thread-link.ts';

/** The asker and the owner are one thread. */
function sameThread(): BusUnderTest {
  const owner = new RuntimeStage();
  return {
    bus: new ThreadBus(dealShards(1), 0, owner.runtime, new Map()),
    owner,
    settle: turns,
    close: () => Promise.resolve(),
  };
}

/** The asker is thread 0; everything belongs to thread 1. */
function otherThread(ports: (endsOfTurn: EndsOfTurn) => PortPair): BusUnderTest {
  const [asker, owner] = [new RuntimeStage(), new RuntimeStage()];
  const endsOfTurn = new EndsOfTurn();
  const pair = ports(endsOfTurn);
  const linkOf = (stage: RuntimeStage, end: 0 | 1): ThreadLink =>
    new ThreadLink(pair.ends[end], { server: stage.runtime, nowMs: () => owner.nowMs, endOfTurn: endsOfTurn.add });
  const [there] = [linkOf(asker, 0), linkOf(owner, 1)];
  return {
    bus: new ThreadBus(new Uint8Array(SHARDS).fill(1), 0, asker.runtime, new Map([[1, there]])),
    owner,
    settle: () => pair.deliver(),
    close: () => pair.close(),
  };
}

let nats: Promise<NatsServer> | null = null;
after(async () => {
  const server = await nats;
  await server?.kill();
  server?.forgetEverything();
});

/** The asker is one node, everything belongs to another. */
async function otherNode(): Promise<BusUnderTest> {
  nats ??= launchNats();
  const stage = await NatsStage.start(await nats, ['asker', 'owner']);
  const [asker, owner] = [stage.node('asker'), stage.node('owner')];
  await stage.give('owner', 1);
  return { bus: asker.bus, owner: owner.runtime, settle: () => stage.settle(), close: () => stage.close() };
}

busContract('on the same thread', sameThread);
busContract('over a line in memory', () => otherThread(memoryPorts));
busContract('over a MessageChannel', () => otherThread(channelPorts));
busContract('over NATS', otherNode);
