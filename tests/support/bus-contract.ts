/**
 * What every bus must keep (workers/bus.ts), whatever lies between the asker and the owner. The owner is a real runtime with the
 * database in the test's hands; the clocks of both sides are one.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import type { ActorMessage, Bus } from '../../workers/bus.ts';
import { Heard, Watching } from './heard.ts';
import type { RuntimeStage } from './runtime-stage.ts';
import { type Draft, hold } from './screening.ts';
import { seatMapOf } from './seat-maps.ts';

export interface BusUnderTest {
  /** The asker's end. */
  readonly bus: Bus;
  readonly owner: RuntimeStage;
  /** Lets everything arrive that is under way, both ways. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 5_000;

class Asking {
  readonly under: BusUnderTest;
  #requests = 0;

  constructor(under: BusUnderTest) {
    this.under = under;
  }

  send(screening: number, draft: Draft, heard = new Heard(), deadlineMs?: number): Heard {
    const { owner, bus } = this.under;
    const number = ++this.#requests;
    const command = { requestId: `request-${number}`, ...draft, atMs: 0 } as ActorMessage;
    bus.submit(screening, command, heard, number, deadlineMs ?? owner.nowMs + PATIENCE_MS);
    return heard;
  }
}

/** `create` is called for each test. */
export function busContract(name: string, create: () => BusUnderTest | Promise<BusUnderTest>): void {
  const withBus = (rule: string, check: (asking: Asking, under: BusUnderTest) => Promise<void>): void => {
    test(rule, async () => {
      const under = await create();
      try {
        await check(new Asking(under), under);
      } finally {
        await under.close();
      }
    });
  };

  describe(name, () => {
    withBus('[U1] every command is answered once, with its own tag and request id', async (asking, under) => {
      const heard = new Heard();
      for (let seat = 0; seat < 40; seat++) asking.send(1 + (seat % 3), hold('ana', [seat]), heard);
      await under.settle();
      assert.deepEqual(
        heard.answers.map(({ tag }) => tag).sort((a, b) => a - b),
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
      assert.ok(heard.answers.every(({ tag, requestId }) => requestId === `request-${tag}`));
    });

    withBus('[U1] an answer comes as the owner gave it, with its version and clock', async (asking, under) => {
      const held = asking.send(7, hold('ana', [3, 2]));
      const refused = asking.send(7, hold('bia', [1, 2, 3]));
      await under.settle();
      assert.deepEqual(held.accepted('hold').seats, [3, 2]);
      assert.deepEqual([held.answer?.version, held.answer?.nowMs], [2, under.owner.nowMs]);
      assert.deepEqual(refused.answer?.outcome, { code: OutcomeCode.seatHeld, seats: [2, 3] });
    });

    withBus('[U7] a question is answered like a command', async (asking, under) => {
      asking.send(7, hold('ana', [3]));
      const heard = new Heard();
      const query: ActorMessage = { kind: 'mine', requestId: '', buyer: 'ana', payer: 'ana', atMs: 0 };
      under.bus.submit(7, query, heard, 1_000, under.owner.nowMs + PATIENCE_MS);
      await under.settle();
      assert.deepEqual(
        heard.accepted('mine').holds.map(({ seats }) => seats),
        [[3]],
      );
    });

    withBus(
      '[U2] commands of one sender to one screening are decided in the order of their sending',
      async (asking, under) => {
        const heard = Array.from({ length: 12 }, (_, index) => asking.send(7, hold(`buyer-${index}`, [index])));
        await under.settle();
        assert.deepEqual(
          heard.map((one) => one.answer?.version),
          Array.from({ length: 12 }, (_, index) => index + 2),
        );
        assert.deepEqual(
          under.owner.facts(7).map(({ requestId }) => requestId),
          [null, ...Array.from({ length: 12 }, (_, index) => `request-${index + 1}`)],
        );
      },
    );

    withBus('[U2] also those that wait for the screening to load, and those sent meanwhile', async (asking, under) => {
      under.owner.loader.isHolding = true;
      const heard = new Heard();
      for (let seat = 0; seat < 4; seat++) asking.send(7, hold('ana', [seat]), heard);
      await under.settle();
      for (let seat = 4; seat < 8; seat++) asking.send(7, hold('ana', [seat]), heard);
      await under.settle();
      under.owner.loader.isHolding = false;
      under.owner.loader.oneHeld.give();
      await under.settle();
      assert.deepEqual(
        heard.answers.map(({ tag }) => tag),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
    });

    withBus('[U3] a command that reaches its owner after its deadline is not executed', async (asking, under) => {
      await load(asking, under);
      const late = asking.send(7, hold('ana', [1]), new Heard(), under.owner.nowMs - 1);
      const inTime = asking.send(7, hold('ana', [2]), new Heard(), under.owner.nowMs);
      await under.settle();
      assert.deepEqual([late.code, inTime.code], ['expired', 'accepted']);
      assert.deepEqual(under.owner.kinds(7), [1, 4, 4]);
    });

    withBus('[U3] nor one whose deadline passed while its screening was loading', async (asking, under) => {
      under.owner.loader.isHolding = true;
      const late = asking.send(7, hold('ana', [1]));
      await under.settle();
      under.owner.nowMs += PATIENCE_MS + 1;
      under.owner.loader.oneHeld.give();
      await under.settle();
      assert.equal(late.code, 'expired');
      assert.deepEqual(under.owner.kinds(7), [1]);
    });

    withBus('[U1] what the owner refuses for its own reasons reaches the asker', async (asking, under) => {
      under.owner.loader.isHolding = true;
      const unknown = asking.send(404, hold('ana', [1]));
      const unreadable = asking.send(500, hold('ana', [1]));
      await under.settle();
      under.owner.loader.held[0]?.giveNothing();
      under.owner.loader.held[1]?.fail(new Error('no connection'));
      await under.settle();
      assert.deepEqual([unknown.code, unreadable.code], ['unknownScreening', 'unavailable']);
    });

    withBus('[U4] after `subscribe` come a snapshot and then deltas without a gap', async (asking, under) => {
      await load(asking, under);
      const watching = new Watching();
      asking.send(7, hold('ana', [1]));
      under.bus.subscribe(7, watching);
      asking.send(7, hold('ana', [2]));
      await under.settle();
      asking.send(7, hold('ana', [3]));
      await under.settle();
      const [first, ...rest] = watching.told;
      assert.match(first ?? 'nothing', /^snapshot/);
      assert.ok(
        rest.every((told) => told.startsWith('delta')),
        watching.told.join(),
      );
      assert.deepEqual(
        [watching.replica?.version, ...(watching.replica?.status.subarray(0, 5) ?? [])],
        [5, 1, 1, 1, 1, 0],
      );
    });

    withBus(
      '[U4] the snapshot is the subscriber\u2019s own: later changes do not reach into it',
      async (asking, under) => {
        await load(asking, under);
        const taken: Uint8Array[] = [];
        const watching = new Watching();
        under.bus.subscribe(7, {
          snapshotTaken: (snapshot) => taken.push(snapshot.status.slice()),
          seatsChanged: () => {},
          gone: () => {},
        });
        under.bus.subscribe(7, watching);
        await under.settle();
        const before = watching.replica?.status.slice();
        asking.send(7, hold('ana', [9]));
        await under.settle();
        assert.deepEqual([taken[0]?.[9], before?.[9], watching.replica?.status[9]], [0, 0, 1]);
      },
    );

    withBus('[U6] a screening that does not exist is said to be gone', async (asking, under) => {
      under.owner.loader.isHolding = true;
      const watching = new Watching();
      under.bus.subscribe(404, watching);
      await under.settle();
      under.owner.loader.oneHeld.giveNothing();
      await under.settle();
      assert.deepEqual(watching.news(), ['gone unknownScreening']);
      // Asked again later it may exist.
      under.owner.loader.isHolding = false;
      under.bus.subscribe(404, watching);
      await under.settle();
      assert.deepEqual(watching.news(), ['snapshot 1']);
      asking.send(404, hold('ana', [0]));
      await under.settle();
      assert.deepEqual(watching.news(), ['delta 1-2']);
    });

    withBus('[U5] after `unsubscribe` nothing comes, and whoever else follows goes on', async (asking, under) => {
      await load(asking, under);
      const [leaving, staying] = [new Watching(), new Watching()];
      under.bus.subscribe(7, leaving);
      under.bus.subscribe(7, staying);
      await under.settle();
      under.bus.unsubscribe(7, leaving);
      leaving.news();
      staying.news();
      asking.send(7, hold('ana', [1]));
      await under.settle();
      assert.deepEqual([leaving.news(), staying.news()], [[], ['delta 2-3']]);
      under.bus.unsubscribe(7, staying);
      await under.settle();
      asking.send(7, hold('ana', [2]));
      await under.settle();
      assert.deepEqual(staying.news(), []);
    });

    withBus('[U5] who leaves and comes back at once starts with a snapshot', async (asking, under) => {
      await load(asking, under);
      const watching = new Watching();
      under.bus.subscribe(7, watching);
      await under.settle();
      asking.send(7, hold('ana', [1]));
      under.bus.unsubscribe(7, watching);
      under.bus.subscribe(7, watching);
      await under.settle();
      asking.send(7, hold('ana', [2]));
      await under.settle();
      assert.deepEqual([watching.told.at(-1), watching.replica?.version], ['delta 3-4', 4]);
    });

    withBus('[MC12] another layout: asked for from anywhere, shown everywhere', async (asking, under) => {
      const larger = seatMapOf(['..........', '..........']);
      under.owner.loader.maps.set(larger.id, larger);
      asking.send(7, { kind: 'block', buyer: 'staff', seats: [9], reason: 'B2' });
      await under.settle();
      const watching = new Watching();
      under.bus.subscribe(7, watching);
      await under.settle();
      const present = watching.replica?.seatMap;
      const wanted: Draft = { kind: 'change-map', buyer: 'staff', seatMap: larger.id, halfQuota: 8, map: null };
      const change = asking.send(7, wanted);
      await under.settle();
      await under.settle();
      assert.deepEqual([change.code, watching.replica?.seatMap], ['accepted', larger.id]);
      assert.equal([...(watching.replica?.status ?? [])].join(''), '00000000000300000000');
      const old = asking.send(7, { kind: 'hold', buyer: 'ana', seats: [1], seatMap: present ?? 0 });
      const seat = asking.send(7, { kind: 'hold', buyer: 'ana', seats: [19], seatMap: larger.id });
      await under.settle();
      assert.deepEqual([old.code, seat.code, watching.replica?.status[19]], ['seatUnknown', 'accepted', 1]);
      assert.equal(watching.replica?.freeSeats, 18);
    });

    withBus(
      '[U8] who subscribes anew from inside a delta gets one snapshot, also when others follow',
      async (asking, under) => {
        await load(asking, under);
        const other = new Watching();
        let snapshots = 0;
        let deltas = 0;
        const restless = {
          snapshotTaken: () => {
            snapshots++;
          },
          seatsChanged: () => {
            if (++deltas > 100) throw new Error('the same delta again and again');
            under.bus.unsubscribe(7, restless);
            under.bus.subscribe(7, restless);
          },
          gone: () => {},
        };
        under.bus.subscribe(7, restless);
        under.bus.subscribe(7, other);
        await under.settle();
        snapshots = 0;
        asking.send(7, hold('ana', [1]));
        await under.settle();
        assert.deepEqual([deltas, snapshots, other.replica?.status[1]], [1, 1, 1]);
      },
    );
  });
}

/** Screening 7 is loaded and has one held seat, 0. */
async function load(asking: Asking, under: BusUnderTest): Promise<void> {
  asking.send(7, hold('eva', [0]));
  await under.settle();
}
