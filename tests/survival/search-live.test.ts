/** The search of real nodes while things happen: seats go, prices change, films are announced, lines are cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { ClusterStage, type StageNode } from '../support/cluster-stage.ts';
import { until } from '../support/deadline.ts';
import { connected } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { type History, TestClient } from '../support/test-client.ts';

const HOUR_MS = 3_600_000;
/** It is a matter of a second; a machine that runs other tests beside is given more. */
const SEEN_MS = 15_000;

interface Shown {
  readonly films: readonly {
    readonly film: { readonly title: string };
    readonly cinemas: readonly {
      readonly screenings: readonly { id: number; seatsLeft: number; priceFromCents: number }[];
    }[];
  }[];
}

/** What a node finds, by screening. */
async function found(
  node: StageNode,
  query: string,
): Promise<Map<number, { seatsLeft: number; priceFromCents: number }>> {
  const response = await fetch(`http://127.0.0.1:${node.server.port}/api/search?${query}`);
  assert.equal(response.status, 200);
  const { films } = (await response.json()) as Shown;
  const all = films.flatMap(({ cinemas }) => cinemas.flatMap(({ screenings }) => screenings));
  return new Map(all.map((one) => [one.id, one]));
}

async function everywhere(
  stage: ClusterStage,
  query: string,
  holds: (shown: Awaited<ReturnType<typeof found>>) => boolean,
): Promise<void> {
  for (const node of stage.nodes)
    await until(
      async () => holds(await found(node, query)),
      SEEN_MS,
      () => `node ${node.name} does not show it for ${query}: ${holds}`,
    );
}

test('[SL6] a seat that is held, bought or given back on one node is so in the search of all of them', async (t) => {
  const stage = await ClusterStage.start(t);
  const [id = 0] = await addScreenings(stage.database, {
    count: 1,
    rows: 5,
    columns: 10,
    startsAtMs: Date.now() + HOUR_MS,
  });
  await everywhere(stage, 'q=teste', (shown) => shown.get(id)?.seatsLeft === 50);
  const history: History = [];
  const [node] = stage.nodes;
  const client = await TestClient.connect({ server: () => node?.url ?? '', history });
  t.after(() => client.close());
  const held = await client.command({ op: ClientOp.hold, screening: id, seats: [3, 4], hold: 0 });
  await everywhere(stage, 'q=teste', (shown) => shown.get(id)?.seatsLeft === 48);
  assert.ok(held.body.kind === 'held');
  await client.command({ op: ClientOp.release, screening: id, hold: held.body.hold, seats: [4] });
  await everywhere(stage, 'q=teste', (shown) => shown.get(id)?.seatsLeft === 49);
});

test('[CF7] what is committed to the catalogue is found on all nodes, also after their lines to the database were cut', async (t) => {
  const stage = await ClusterStage.start(t);
  const client = await connected(t, stage.database, 'app');
  const [first = 0] = await addScreenings(stage.database, {
    count: 1,
    rows: 5,
    columns: 10,
    startsAtMs: Date.now() + HOUR_MS,
  });
  await everywhere(stage, 'q=filme+de+teste', (shown) => shown.has(first));
  await client.query('update screenings set price_cents = 1234 where id = $1', [first]);
  await everywhere(stage, 'q=filme+de+teste', (shown) => shown.get(first)?.priceFromCents === 1_234);
  for (const node of stage.nodes) node.postgresLine.cut();
  await client.query(`update films set title = 'Outra história'`);
  await everywhere(stage, 'q=outra+historia', (shown) => shown.has(first));
  await client.query(`update screenings set status = 'cancelled' where id = $1`, [first]);
  await everywhere(stage, 'q=outra+historia', (shown) => !shown.has(first));
});
