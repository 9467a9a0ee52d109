/** What is the NATS bus's own, on a real nats-server with everything well. (What every bus keeps is in the contract, bus.test.ts; faults are in nats-bus-faults.test.ts.) */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { turns } from '../../tests/support/hand-store.ts';
import { Heard, Watching } from '../../tests/support/heard.ts';
import { launchNats } from '../../tests/support/nats.ts';
import { NatsStage, type NatsStageOptions } from '../../tests/support/nats-stage.ts';
import { hold } from '../../tests/support/screening.ts';
import { shardOf } from '../shard-map.ts';

const server = await launchNats();
after(async () => {
  await server.kill();
  server.forgetEverything();
});

/** Everything belongs to 'far' under epoch 1, and everybody knows it. Screening 7 is loaded and has one held seat, 0. */
async function staged(names: readonly string[] = ['near', 'far'], options: NatsStageOptions = {}) {
  const stage = await NatsStage.start(server, names, options);
  await stage.give('far', 1);
  stage.node('far').bus.clockHeard('far', 0, 0);
  await stage.node('far').runtime.does(7, hold('eva', [0]));
  return stage;
}

function natsTest(name: string, check: (stage: NatsStage) => Promise<void>, setUp = staged): void {
  test(name, async () => {
    const stage = await setUp();
    try {
      await check(stage);
    } finally {
      await stage.close();
    }
  });
}

natsTest('[U12] what one turn has for a shard travels as one message, and so do its answers', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const [sent, answered] = [near.bus.counts.messagesOut, far.bus.counts.messagesOut];
  const heard = new Heard();
  for (let seat = 1; seat < 9; seat++) near.say(7, hold('ana', [seat]), heard);
  await stage.settle();
  assert.equal(heard.answers.length, 8);
  assert.deepEqual([near.bus.counts.messagesOut - sent, near.bus.counts.commandsOut], [1, 8]);
  assert.deepEqual([far.bus.counts.messagesOut - answered, far.bus.counts.commandsIn], [1, 8]);
});

natsTest('[U12] after a commit answers and then deltas are sent at once', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const log: string[] = [];
  near.bus.subscribe(7, {
    snapshotTaken: () => log.push('snapshot'),
    seatsChanged: () => log.push('delta'),
    gone: () => log.push('gone'),
  });
  await stage.settle();
  far.runtime.store.isHolding = true;
  near.say(7, hold('ana', [1]), new Heard(log));
  near.bus.flush();
  await near.connection.flush();
  await far.connection.flush();
  await turns();
  far.runtime.store.oneHeld.commit();
  await turns();
  far.bus.flush();
  await far.connection.flush();
  await near.connection.flush();
  assert.deepEqual(log, ['snapshot', 'answer accepted', 'delta']);
});

natsTest(
  '[U9] commands under way are bounded: "busy", and room again after an answer',
  async (stage) => {
    const near = stage.node('near');
    const heard = new Heard();
    for (let seat = 1; seat <= 4; seat++) near.say(7, hold('ana', [seat]), heard);
    assert.deepEqual([near.say(7, hold('ana', [5])).code, near.bus.commandsUnderWay], ['busy', 4]);
    await stage.settle();
    const again = near.say(7, hold('ana', [5]));
    await stage.settle();
    assert.deepEqual([heard.answers.length, again.code, near.bus.commandsUnderWay], [4, 'accepted', 0]);
  },
  () => staged(['near', 'far'], { limits: { underWayMax: 4 } }),
);

natsTest('[U13] both sides ask and answer', async (stage) => {
  const theirs = [...Array(256).keys()].filter((shard) => shard !== shardOf(7));
  await stage.give('near', 2, theirs);
  const screening = [...Array(50).keys()].find((one) => one > 7 && shardOf(one) !== shardOf(7))!;
  const [there, here] = [
    stage.node('near').say(7, hold('ana', [1])),
    stage.node('far').say(screening, hold('bia', [1])),
  ];
  await stage.settle();
  assert.deepEqual([there.code, here.code], ['accepted', 'accepted']);
  assert.equal(stage.node('near').runtime.facts(screening).length, 2);
});

natsTest('[NB4] a node whose clock was never heard is sent nothing', async (stage) => {
  const stranger = { node: 'stranger', thread: 0, epoch: 5 };
  stage.tellOwner('near', stranger, [shardOf(7)]);
  const heard = stage.node('near').say(7, hold('ana', [1]));
  assert.deepEqual([heard.code, stage.node('near').bus.counts.unavailable], ['unavailable', 1]);
});

natsTest('[NB3] without an owner a command is "unavailable" at once', async (stage) => {
  stage.tellOwner('near', null, [shardOf(7)]);
  assert.equal(stage.node('near').say(7, hold('ana', [1])).code, 'unavailable');
});

natsTest('[NB3] where nobody listens, the whole batch is "unavailable" after one round trip', async (stage) => {
  const near = stage.node('near');
  stage.node('far').bus.unserve([shardOf(7)]);
  await stage.settle();
  const heard = new Heard();
  for (let seat = 1; seat < 6; seat++) near.say(7, hold('ana', [seat]), heard);
  near.bus.flush();
  await near.connection.flush();
  assert.deepEqual(heard.codes, Array(5).fill('unavailable'));
  assert.deepEqual([near.bus.commandsUnderWay, near.bus.counts.noResponders], [0, 1]);
});

natsTest('[NB3] what is sent to a former epoch reaches nobody', async (stage) => {
  await stage.give('far', 2, [shardOf(7)], ['far']);
  const heard = stage.node('near').say(7, hold('ana', [1]));
  await stage.settle();
  assert.equal(heard.code, 'unavailable');
  assert.equal(stage.node('far').bus.counts.commandsIn, 0);
  stage.tellOwner('near', { node: 'far', thread: 0, epoch: 2 }, [shardOf(7)]);
  const again = stage.node('near').say(7, hold('ana', [1]));
  await stage.settle();
  assert.equal(again.code, 'accepted');
});

natsTest('[NB9] what does not fit into one message of the server travels in several', async (stage) => {
  const near = stage.node('near');
  Object.assign(near.connection.info!, { max_payload: 900 });
  Object.assign(stage.node('far').connection.info!, { max_payload: 500 });
  const heard = new Heard();
  for (let number = 0; number < 60; number++) near.say(7, hold(`buyer-${number}`, [0]), heard);
  await stage.settle();
  assert.deepEqual(heard.codes, Array(60).fill('seatHeld'));
  assert.ok(near.bus.counts.messagesOut >= 3, `${near.bus.counts.messagesOut} messages`);
  assert.ok(stage.node('far').bus.counts.messagesOut >= 3);
});

natsTest('[NB9] a command or an answer that alone does not fit is "failed", and the others go', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  Object.assign(near.connection.info!, { max_payload: 500 });
  const many = near.say(7, hold('ana', Array(400).fill(1)));
  const few = near.say(7, hold('ana', [1]));
  await stage.settle();
  assert.deepEqual([many.code, few.code], ['failed', 'accepted']);
  Object.assign(far.connection.info!, { max_payload: 200 });
  const long = near.say(
    7,
    hold(
      'bia',
      [...Array(100).keys()].map((seat) => seat + 100),
    ),
  );
  await stage.settle();
  assert.deepEqual([long.code, far.logged.length], ['failed', 1]);
});

natsTest(
  '[NB9] a full batch is sent without waiting for the end of the turn',
  async (stage) => {
    const near = stage.node('near');
    const sent = near.bus.counts.messagesOut;
    const heard = Array.from({ length: 9 }, (_, at) => near.say(7, hold(`buyer-${at}`, [at + 1])));
    assert.equal(near.bus.counts.messagesOut - sent, 2);
    await stage.settle();
    assert.deepEqual(
      heard.map(({ answer }) => answer?.version),
      Array.from({ length: 9 }, (_, at) => at + 3),
    );
  },
  () => staged(['near', 'far'], { limits: { batchItemsMax: 4 } }),
);

natsTest('[NB6] when the owner changes, what is under way to the old one is "unavailable", once', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  far.runtime.store.isHolding = true;
  const sent = near.say(7, hold('ana', [1]));
  await stage.settle();
  const collected = near.say(7, hold('ana', [2]));
  stage.tellOwner('near', { node: 'third', thread: 0, epoch: 2 }, [shardOf(7)]);
  assert.deepEqual([sent.code, collected.code], ['unavailable', 'unavailable']);
  far.runtime.store.oneHeld.commit();
  await stage.settle();
  assert.deepEqual([sent.codes, near.bus.commandsUnderWay], [['unavailable'], 0]);
  assert.deepEqual(far.runtime.kinds(7), [1, 4, 4], 'what was still collected was never sent');
});

natsTest('[NB6] what is under way to other shards, or to the same owner, goes on', async (stage) => {
  const near = stage.node('near');
  const heard = near.say(7, hold('ana', [1]));
  stage.tellOwner('near', { node: 'far', thread: 0, epoch: 1 }, [shardOf(7)]);
  stage.tellOwner('near', null, [(shardOf(7) + 1) % 256]);
  await stage.settle();
  assert.equal(heard.code, 'accepted');
});

natsTest(
  '[NB7] two gateways follow: each hears every delta once, and who leaves hears no more',
  async (stage) => {
    const [near, other, far] = [stage.node('near'), stage.node('other'), stage.node('far')];
    const [one, two] = [near.watch(7), other.watch(7)];
    await stage.settle();
    near.say(7, hold('ana', [1]));
    await stage.settle();
    assert.deepEqual(
      [one.news(), two.news()],
      [
        ['snapshot 2', 'delta 2-3'],
        ['snapshot 2', 'delta 2-3'],
      ],
    );
    near.bus.unsubscribe(7, one);
    other.say(7, hold('ana', [2]));
    await stage.settle();
    assert.deepEqual([one.news(), two.news()], [[], ['delta 3-4']]);
    other.bus.unsubscribe(7, two);
    await stage.settle();
    assert.deepEqual(far.bus.followedScreenings, { here: 0, there: 0 });
    const sent = far.bus.counts.messagesOut;
    await far.runtime.does(7, hold('ana', [3]));
    await stage.settle();
    assert.equal(far.bus.counts.messagesOut, sent, 'nobody follows, nothing is told');
  },
  () => staged(['near', 'other', 'far']),
);

natsTest('[NB7] the second follower of a thread has the replica at once, without asking', async (stage) => {
  const near = stage.node('near');
  near.watch(7);
  await stage.settle();
  const sent = near.bus.counts.messagesOut;
  const second = near.watch(7);
  assert.deepEqual([second.news(), near.bus.counts.messagesOut], [['snapshot 2'], sent]);
});

natsTest(
  '[NB7] a snapshot that one follower asks for is not sent to the others',
  async (stage) => {
    const [near, other] = [stage.node('near'), stage.node('other')];
    near.watch(7);
    await stage.settle();
    const heard = near.bus.counts.messagesIn;
    const watching = other.watch(7);
    await stage.settle();
    assert.deepEqual([watching.news(), near.bus.counts.messagesIn], [['snapshot 2'], heard]);
  },
  () => staged(['near', 'other', 'far']),
);

natsTest(
  '[NB6] followers go along to the new owner, and get its snapshot',
  async (stage) => {
    const [near, other, far] = [stage.node('near'), stage.node('other'), stage.node('far')];
    const watching = near.watch(7);
    await stage.settle();
    // The new owner has read what the old one wrote.
    other.runtime.store.database.journal.set(7, [...far.runtime.facts(7)]);
    await stage.give('other', 2, [shardOf(7)]);
    far.bus.unserve([shardOf(7)]);
    await stage.settle();
    assert.deepEqual(watching.news(), ['snapshot 2', 'snapshot 3']);
    await other.runtime.does(7, hold('ana', [1]), 'request-of-other');
    await stage.settle();
    assert.deepEqual([watching.news(), watching.replica?.epoch], [['delta 3-4'], 2]);
    assert.deepEqual([far.bus.followedScreenings.here, other.bus.followedScreenings.here], [0, 1]);
  },
  () => staged(['near', 'other', 'far'], { epochs: { other: 2 } }),
);

natsTest('[NB6] without an owner followers wait for one', async (stage) => {
  const near = stage.node('near');
  stage.tellOwner('near', null, [shardOf(7)]);
  const watching = near.watch(7);
  await stage.settle();
  assert.deepEqual(watching.news(), []);
  stage.tellOwner('near', { node: 'far', thread: 0, epoch: 1 }, [shardOf(7)]);
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 2']);
});

natsTest('[NB7] a former owner that does not know it yet is not listened to', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const watching = near.watch(7);
  await stage.settle();
  stage.tellOwner('near', { node: 'third', thread: 0, epoch: 2 }, [shardOf(7)]);
  await far.runtime.does(7, hold('ana', [1]));
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 2']);
});

natsTest('[NB8] a follower says now and then that it follows, and is forgotten when it does not', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const watching = near.watch(7);
  await stage.settle();
  for (let round = 0; round < 4; round++) {
    stage.nowMs += 20_000;
    near.bus.sweep();
    await stage.settle();
    far.bus.sweep();
    assert.equal(far.bus.followedScreenings.here, 1);
  }
  assert.deepEqual(watching.news(), ['snapshot 2'], 'renewing brings no snapshot of what is known');
  stage.nowMs += 60_001;
  far.bus.sweep();
  assert.equal(far.bus.followedScreenings.here, 0);
  // It comes back by itself, with whatever was missed.
  await far.runtime.does(7, hold('ana', [1]));
  near.bus.sweep();
  await stage.settle();
  assert.deepEqual([watching.news(), far.bus.followedScreenings.here], [['snapshot 3'], 1]);
});

natsTest('[NB8] a delta that was lost without a trace is noticed when the interest is renewed', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const watching = near.watch(7);
  await stage.settle();
  const { publish } = far.connection;
  far.connection.publish = () => {};
  await far.runtime.does(7, hold('ana', [1]));
  far.bus.flush();
  far.connection.publish = publish;
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 2']);
  stage.nowMs += 20_000;
  near.bus.sweep();
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 3']);
});

natsTest('[NB7] a gap ends in a new snapshot, with the deltas that came meanwhile', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const watching = near.watch(7);
  await stage.settle();
  const { publish } = far.connection;
  far.connection.publish = () => {};
  await far.runtime.does(7, hold('ana', [1]));
  far.bus.flush();
  far.connection.publish = publish;
  await far.runtime.does(7, hold('ana', [2]));
  await stage.settle();
  await far.runtime.does(7, hold('ana', [3]));
  await stage.settle();
  assert.deepEqual([watching.news(), near.bus.counts.gaps], [['snapshot 2', 'snapshot 4', 'delta 4-5'], 1]);
  assert.deepEqual([...watching.replica!.status.subarray(0, 5)], [1, 1, 1, 1, 0]);
});

natsTest('[NB7] a snapshot that does not come is asked for again', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const { publish } = near.connection;
  near.connection.publish = () => {};
  const watching = near.watch(7);
  near.bus.flush();
  near.connection.publish = publish;
  await stage.settle();
  assert.deepEqual([watching.news(), far.bus.followedScreenings.here], [[], 0]);
  stage.nowMs += 1_000;
  near.bus.sweep();
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 2']);
});

natsTest(
  '[NB8] screenings that others follow here are bounded: "busy"',
  async (stage) => {
    const near = stage.node('near');
    const [one, two] = [near.watch(7), near.watch(8)];
    await stage.settle();
    assert.deepEqual([one.news(), two.news()], [['snapshot 2'], ['gone busy']]);
  },
  () => staged(['near', 'far'], { limits: { followedMax: 1 } }),
);

natsTest('[U11] who closes its end leaves nothing open: commands "unavailable", followers "gone"', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  far.runtime.store.isHolding = true;
  const watching = near.watch(7);
  const heard = near.say(7, hold('ana', [1]));
  await stage.settle();
  await near.bus.close();
  await near.bus.close();
  assert.deepEqual([heard.codes, watching.news().at(-1)], [['unavailable'], 'gone unavailable']);
  assert.equal(near.say(7, hold('ana', [2])).code, 'unavailable');
  const late = new Watching();
  near.bus.subscribe(7, late);
  assert.deepEqual(late.news(), ['gone unavailable']);
  far.runtime.store.oneHeld.commit();
  await far.connection.flush();
  assert.deepEqual(heard.answer?.outcome, { code: OutcomeCode.unavailable });
});
