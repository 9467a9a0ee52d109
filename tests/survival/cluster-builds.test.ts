/**
 * An old and a new build side by side, as in every upgrade: nodes that say more than others understand, in their records and in
 * each message; and, as a mistake, nodes that do not understand each other at all.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherBuild, type Patch, wrapped } from '../support/other-build.ts';
import { ClusterScene } from './cluster-scene.ts';

const NEW_VERSION = '99.0.0';
const appending = 'before => (...all) => [...before(...all), { "new": [1] }]';

/** What a later build may add by the rules of node-record.ts and bus-codec.ts, all of it at once. */
const SAYS_MORE: readonly Patch[] = [
  wrapped('storage/package-root.js', 'packageVersion', `() => () => '${NEW_VERSION}'`),
  ['workers/cluster/node-record.js', 'RECORD_VERSION = 1', 'RECORD_VERSION = 2'],
  wrapped(
    'workers/cluster/node-record.js',
    'writeRecord',
    `before => record => {
      const value = JSON.parse(before(record));
      const claims = value.claims.map(claim => [...claim, 'new']);
      return JSON.stringify({ ...value, claims, zone: 'north', weights: { cpu: 2 } });
    }`,
  ),
  wrapped('workers/cluster/command-codec.js', 'commandItem', appending),
  wrapped('workers/cluster/answer-codec.js', 'answerItem', appending),
  wrapped('workers/cluster/seat-codec.js', 'snapshotFields', appending),
  wrapped('workers/cluster/seat-codec.js', 'deltaFields', appending),
  wrapped('workers/cluster/seat-codec.js', 'goneFields', appending),
  // Kinds that nobody knows yet: of an item to an owner, and of a message from one.
  wrapped(
    'workers/cluster/bus-codec.js',
    'writeBatch',
    `before => (head, items, ...rest) => {
      const isToOwner = head.length === 1 && rest.length === 3;
      return before(isToOwner ? [...head, [777, 'new']] : head, items, ...rest);
    }`,
  ),
  [
    'workers/cluster/nats-serving.js',
    'this.#told.push([subject, kind, fields]);',
    'this.#told.push([subject, kind, fields], [subject, 99, fields]);',
  ],
];

/** A format that the old build cannot read, against the rules. */
const SAYS_ANOTHER: readonly Patch[] = [['workers/cluster/bus-codec.js', 'FORMAT = 1', 'FORMAT = 2']];

test('[I1][I2][I4] an upgrade under load, node by node, and back again: each build passes over what it does not know', async (t) => {
  const main = otherBuild(t, SAYS_MORE);
  const scene = await ClusterScene.start(t);
  const { stage, load } = scene;
  const [first, second] = [scene.node(0), scene.node(1)];
  load.measureGaps();
  for (const [node, options] of [
    [first, { main }],
    [second, { main }],
    [first, {}],
  ] as const) {
    assert.deepEqual(await node.stop(), { code: 0, signal: null });
    await node.restart(options);
    await stage.whenOwnedBy(stage.nodes);
    // Buyers at each node buy at both.
    await scene.sales(stage.nodes, 100);
  }
  const builds = await Promise.all([first, second].map(async (node) => (await stage.whenRecorded(node)).build));
  assert.equal(builds[1], NEW_VERSION);
  assert.notEqual(builds[0], NEW_VERSION);
  scene.say(`longest gap ${Math.round(load.longestGapMs)} ms`);
  await scene.end();
});

test('[I1][I2][I4][I6] two builds that cannot read each other: each sells its own, and all is well when one of them is gone', async (t) => {
  const main = otherBuild(t, SAYS_ANOTHER);
  const scene = await ClusterScene.start(t);
  const { stage } = scene;
  const [old, stranger] = [scene.node(0), scene.node(1)];
  await stranger.stop();
  await stranger.restart({ main });
  await stage.whenOwnedBy(stage.nodes);
  for (const node of [old, stranger]) {
    const own = scene.buyers(node, 4, await scene.screeningsOf(node));
    await own.whenAccepted(20);
    await own.stop();
  }
  assert.deepEqual(await old.stop(), { code: 0, signal: null });
  await stage.whenOwnedBy([stranger]);
  await scene.sales([stranger], 100);
  await scene.end();
});
