/**
 * A node dies, and everybody who was with it comes to the other one in the same moment, with no patience at all.
 * SURVIVAL_CROWD=10000 is the whole crowd; the ordinary run has fewer, for the machine's sake.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addScreenings } from '../support/screenings.ts';
import { ClusterScene } from './cluster-scene.ts';
import { Crowd } from './crowd.ts';

const CROWD = Number(process.env['SURVIVAL_CROWD'] ?? 2_000);
const LOOKED_AT = 40;

test('[I1][I2][I4] a whole crowd loses its node and reconnects at once, while others buy', async (t) => {
  const scene = await ClusterScene.start(t, { leaseSeconds: 3 });
  const { stage, load } = scene;
  const [dying, other] = [scene.node(0), scene.node(1)];
  // Not the ones that are bought: what is measured is the crowd, and not what it is told.
  const looked = await addScreenings(stage.database, { count: LOOKED_AT, rows: 10, columns: 20 });
  const crowd = new Crowd(CROWD, looked, () => (dying.isOpen ? dying : other).server.port);
  t.after(() => crowd.close());
  const arrivedMs = await crowd.whenServed();
  const attempts = crowd.attempts;
  load.measureGaps();
  await dying.kill();
  const backMs = await crowd.whenServed();
  await stage.whenOwnedBy([other]);
  await scene.sales([other], 100);
  scene.say(
    `${CROWD} visitors came in ${Math.round(arrivedMs)} ms; after the kill all of them were served again in ` +
      `${Math.round(backMs)} ms, with ${crowd.attempts - attempts} attempts; longest gap of a buyer ${Math.round(load.longestGapMs)} ms`,
  );
  assert.equal(crowd.served, CROWD);
  crowd.close();
  await scene.end();
});
