/** The NATS bus when things go wrong: the server killed, frozen, restarted; messages late, spoilt, and from strangers. Each test has a nats-server of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turns } from '../../tests/support/hand-store.ts';
import { Heard } from '../../tests/support/heard.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { NatsStage } from '../../tests/support/nats-stage.ts';
import { hold } from '../../tests/support/screening.ts';
import { shardOf } from '../shard-map.ts';
import { batchOfReply, inboxOf, inboxOfReply, screeningSubject, shardSubject } from './bus-subjects.ts';

const SHARD = shardOf(7);

/** Everything belongs to 'far' under epoch 1. Screening 7 is loaded and has one held seat, 0. */
function faultTest(
  name: string,
  check: (stage: NatsStage, server: NatsServer) => Promise<void>,
  names: readonly string[] = ['near', 'far'],
): void {
  test(name, { timeout: 60_000 }, async (t) => {
    const server = await startNats(t);
    const stage = await NatsStage.start(server, names);
    try {
      await stage.give('far', 1);
      await stage.node('far').runtime.does(7, hold('eva', [0]));
      await check(stage, server);
    } finally {
      server.signal('SIGCONT');
      await stage.close();
    }
  });
}

const bothDisconnected = (stage: NatsStage, times = 1) =>
  Promise.all([stage.when('near disconnected', times), stage.when('far disconnected', times)]);
const bothReconnected = (stage: NatsStage, times = 1) =>
  Promise.all([stage.when('near reconnected', times), stage.when('far reconnected', times)]);

faultTest(
  '[NB5] when NATS is killed, what is under way is "unavailable" in the turn in which it is noticed',
  async (stage, server) => {
    const near = stage.node('near');
    stage.node('far').runtime.store.isHolding = true;
    const heard = new Heard();
    for (let seat = 1; seat < 9; seat++) near.say(7, hold('ana', [seat]), heard);
    await stage.settle();
    const collected = near.say(7, hold('bia', [9]));
    assert.equal(near.bus.commandsUnderWay, 9);
    let codes: string[] = [];
    const noticed = stage.when('near disconnected').then(() => {
      codes = heard.codes;
    });
    await server.kill();
    await noticed;
    assert.deepEqual([codes, collected.code], [Array(8).fill('unavailable'), 'unavailable']);
    assert.equal(near.bus.commandsUnderWay, 0);
    assert.equal(near.say(7, hold('ana', [10])).code, 'unavailable', 'and whatever comes while it is away, at once');
    const late = near.watch(7);
    assert.deepEqual(late.news(), ['gone unavailable']);
  },
);

faultTest('[NB5] nothing that was sent to a line that was away arrives later', async (stage, server) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  await server.kill();
  await bothDisconnected(stage);
  near.say(7, hold('ana', [1]));
  near.bus.flush();
  await server.start();
  await bothReconnected(stage);
  await stage.settle();
  assert.equal(far.bus.counts.commandsIn, 0);
});

faultTest(
  '[NB5] after a restart of NATS followers are where the owner is, commands go through, and none was answered twice',
  async (stage, server) => {
    const [near, far] = [stage.node('near'), stage.node('far')];
    const watching = near.watch(7);
    await stage.settle();
    const heard = new Heard();
    for (let seat = 1; seat < 4; seat++) near.say(7, hold('ana', [seat]), heard);
    near.bus.flush();
    await server.kill();
    await bothDisconnected(stage);
    // The owner's clients nearby are served all the time.
    await far.runtime.does(7, hold('bia', [9]));
    await server.start();
    await bothReconnected(stage);
    await stage.settle();
    for (let seat = 1; seat < 4; seat++) near.say(7, hold('cleo', [seat + 10]), heard);
    await stage.settle();
    assert.equal(heard.answers.length, 6);
    assert.deepEqual(heard.codes.slice(3), Array(3).fill('accepted'));
    const { version, status } = watching.replica!;
    const owned = far.runtime.runtime.liveActor(7)!.replica;
    assert.deepEqual([version, [...status]], [owned.version, [...owned.status]]);
    assert.match(watching.told[1] ?? '', /^(snapshot|delta)/);
    assert.ok(!watching.told.some((told) => told.startsWith('gap') || told.startsWith('gone')), watching.told.join());
  },
);

faultTest('[NB5] followers whose own line held are told anew when the owner\u2019s is back', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const watching = near.watch(7);
  await stage.settle();
  far.bus.disconnected();
  await far.runtime.does(7, hold('bia', [9]));
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 2'], 'the delta is lost');
  far.bus.reconnected();
  await stage.settle();
  assert.deepEqual(watching.news(), ['snapshot 3']);
});

faultTest('[NB5] what could not be sent is given up by itself when it is an answer', async (stage) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  const heard = near.say(7, hold('ana', [1]));
  near.bus.flush();
  await near.connection.flush();
  far.bus.disconnected();
  await far.connection.flush();
  await turns();
  far.bus.reconnected();
  await stage.settle();
  assert.equal(heard.code, null, 'the owner\u2019s answer is lost');
  stage.nowMs += 6_001;
  near.bus.sweep();
  assert.deepEqual([heard.code, near.bus.commandsUnderWay], ['unavailable', 0]);
});

faultTest('[NB5] shards that are served while NATS is away are heard when it is back', async (stage, server) => {
  const [near, far] = [stage.node('near'), stage.node('far')];
  await server.kill();
  await bothDisconnected(stage);
  let isServed = false;
  const serving = far.bus.serve([{ shard: SHARD, epoch: 2 }]).then(() => {
    isServed = true;
  });
  await turns();
  assert.equal(isServed, false);
  await server.start();
  await bothReconnected(stage);
  await serving;
  stage.tellOwner('near', { node: 'far', thread: 0, epoch: 2 }, [SHARD]);
  const heard = near.say(7, hold('ana', [1]));
  await stage.settle();
  assert.equal(heard.code, 'accepted');
});

faultTest(
  '[NB5] NATS killed and started again and again: every command is answered once, nothing hangs',
  async (stage, server) => {
    const near = stage.node('near');
    const watching = near.watch(7);
    const heard = new Heard();
    let sent = 0;
    const send = (): void => {
      for (let one = 0; one < 5; one++) near.say(7, hold(`buyer-${sent}`, [sent++ % 16]), heard);
    };
    for (let round = 1; round <= 3; round++) {
      send();
      await stage.settle();
      send();
      near.bus.flush();
      await server.kill();
      await bothDisconnected(stage, round);
      send();
      await server.start();
      await bothReconnected(stage, round);
    }
    send();
    await stage.settle();
    assert.deepEqual([heard.answers.length, near.bus.commandsUnderWay], [sent, 0]);
    const owned = stage.node('far').runtime.runtime.liveActor(7)!.replica;
    assert.deepEqual([watching.replica?.version, [...watching.replica!.status]], [owned.version, [...owned.status]]);
  },
);

faultTest(
  '[NB4] a frozen NATS: commands end a second after their deadline, and are not executed when it wakes',
  async (stage, server) => {
    const [near, far] = [stage.node('near'), stage.node('far')];
    server.signal('SIGSTOP');
    const heard = near.say(7, hold('ana', [1]));
    near.bus.flush();
    stage.nowMs += 6_000;
    near.bus.sweep();
    assert.equal(heard.code, null);
    stage.nowMs += 1;
    near.bus.sweep();
    assert.equal(heard.code, 'unavailable');
    server.signal('SIGCONT');
    await stage.settle();
    assert.deepEqual([heard.codes, far.runtime.kinds(7)], [['unavailable'], [1, 4]]);
    assert.deepEqual([far.bus.counts.commandsIn, far.bus.counts.expired], [1, 1]);
  },
);

faultTest(
  '[NB4] a command that was delayed on its way beyond its deadline is "expired", whatever the wall clocks say',
  async (stage, server) => {
    const [near, far] = [stage.node('near'), stage.node('far')];
    server.signal('SIGSTOP');
    const late = near.say(7, hold('ana', [1]), new Heard(), stage.nowMs + 100);
    const inTime = near.say(7, hold('ana', [2]), new Heard(), stage.nowMs + 500);
    near.bus.flush();
    stage.nowMs += 101;
    server.signal('SIGCONT');
    await stage.settle();
    assert.deepEqual([late.code, inTime.code], ['expired', 'accepted']);
    assert.deepEqual(far.runtime.kinds(7), [1, 4, 4]);
  },
);

faultTest(
  '[NB2] junk on every subject is left out, said in the log once, and harms nobody',
  async (stage) => {
    const [near, far, stranger] = [stage.node('near'), stage.node('far'), stage.node('stranger')];
    const watching = near.watch(7);
    await stage.settle();
    const junk = [
      '',
      'x',
      '{}',
      '[]',
      '[1]',
      '[2,[1,2]]',
      '[1,null,[],{},"x",[1],[1,9,5,7,"r","b",[-1]]]',
      '[1,"n",5,1,[9]]',
    ];
    // A well-formed "gone" would be believed: whoever can forge messages needs no junk.
    const kinds = [1, 2, 3, 99].flatMap((kind) => [
      `[1,"far",5,${kind},1,7,9,9,true,[99999]]`,
      `[1,"a b",5,${kind},1,7]`,
      `[1,"far",-5,${kind},[1,1,5]]`,
    ]);
    const subjects = [
      shardSubject(SHARD, 1),
      screeningSubject(7),
      `${inboxOf('near', 0)}.0`,
      `${inboxOf('near', 0)}.1`,
      `${inboxOf('near', 0)}.x`,
    ];
    const replies = ['', '$JS.API.STREAM.DELETE.ALL', shardSubject(SHARD, 1), `${inboxOf('stranger', 0)}.4`];
    for (const subject of subjects) {
      for (const payload of [...junk, ...kinds, '\u0000\u0001', '['.repeat(50_000)]) {
        for (const reply of replies) {
          if (reply === '') stranger.connection.publish(subject, payload);
          else stranger.connection.publish(subject, payload, { reply });
        }
      }
    }
    await stage.settle();
    assert.ok(near.bus.counts.unreadable > 50 && far.bus.counts.unreadable > 50);
    assert.deepEqual([near.logged.length, far.logged.length], [1, 1]);
    const heard = near.say(7, hold('ana', [1]));
    await stage.settle();
    assert.equal(heard.code, 'accepted');
    assert.deepEqual([watching.replica?.version, far.runtime.kinds(7)], [3, [1, 4, 4]]);
  },
  ['near', 'far', 'stranger'],
);

faultTest(
  '[NB2] a command of a kind that is unknown here is "unavailable", and so is a batch of another format',
  async (stage) => {
    const far = stage.node('far');
    const stranger = stage.node('stranger').connection;
    const told: string[] = [];
    stranger.subscribe('poltrona.inbox.newer.0.*', {
      callback: (_error, { subject, data }) => {
        told.push(`${batchOfReply(subject)} ${Buffer.from(data).toString()}`);
      },
    });
    const deadlineMs = far.monotonicMs() + 1_000;
    const ask = (number: number, message: unknown): void =>
      stranger.publish(shardSubject(SHARD, 1), JSON.stringify(message), { reply: `poltrona.inbox.newer.0.${number}` });
    ask(1, [1, [99, 41, deadlineMs, 7, 'request', 'ana'], [4, 42, deadlineMs, 7, 'request', 'ana', 1, 'new field']]);
    ask(2, [2, 'whatever']);
    await stage.settle();
    const answers = JSON.parse(told.find((one) => one.startsWith('0 '))!.slice(2)) as unknown[];
    const codes = (answers.slice(4) as [number, number, number, number, number][]).map(([id, , , , code]) => [
      id,
      code,
    ]);
    assert.deepEqual(codes, [
      [41, 21],
      [42, 45],
    ]);
    assert.ok(told.includes('2 '), 'the batch came back empty, as if nobody had listened');
  },
  ['near', 'far', 'stranger'],
);

faultTest('[NB3] a command on the subject of another shard is decided nowhere', async (stage) => {
  const far = stage.node('far');
  const other = (SHARD + 1) % 256;
  const deadlineMs = far.monotonicMs() + 1_000;
  const item = [1, 41, deadlineMs, 7, 'request', 'ana', [1], null];
  const stranger = stage.node('near').connection;
  stranger.publish(shardSubject(other, 1), JSON.stringify([1, item]), { reply: `${inboxOf('near', 0)}.77` });
  stranger.publish(shardSubject(other, 1), JSON.stringify([1, [100, 7, 0, 0]]), { reply: `${inboxOf('near', 0)}.78` });
  await stage.settle();
  assert.deepEqual([far.runtime.kinds(7), far.bus.followedScreenings.here], [[1, 4], 0]);
});

faultTest('[NB2] askers that are not heard of any more are forgotten, and there is room for so many', async (stage) => {
  const far = stage.node('far');
  const strange = stage.node('near').connection;
  const ask = (node: string): void =>
    strange.publish(shardSubject(SHARD, 1), '[1]', { reply: `poltrona.inbox.${node}.0.1` });
  for (let node = 0; node < 4_100; node++) ask(`forged-${node}`);
  await stage.settle();
  assert.equal(far.bus.counts.unreadable, 4);
  const refused = stage.node('near').say(7, hold('ana', [1]), new Heard(), stage.nowMs + 1_000);
  await stage.settle();
  assert.equal(refused.code, null);
  stage.nowMs += 60_001;
  far.bus.sweep();
  stage.node('near').bus.sweep();
  stage.hearClocks();
  const heard = stage.node('near').say(7, hold('ana', [1]));
  await stage.settle();
  assert.deepEqual([refused.code, heard.code], ['unavailable', 'accepted']);
});

test('[NB2] only subjects of inboxes are answered to', () => {
  assert.equal(inboxOfReply('poltrona.inbox.near-abc123.0.17'), 'poltrona.inbox.near-abc123.0');
  for (const strange of [
    '',
    '$JS.API.STREAM.DELETE.X',
    'poltrona.shard.1.1',
    'poltrona.inbox.a.b.c',
    'poltrona.inbox.*.0.1',
    'poltrona.inbox.a.0.1.2',
  ])
    assert.equal(inboxOfReply(strange), null, strange);
});
