/**
 * Every step of a payment, and a crash before and after each: of each write, each call of the provider's, each question to the seats. The
 * process is gone there, and whoever comes next, another node's sweep or the buyer himself, must bring money and seats to one
 * story. The list is not written down here; it is whatever the desk does.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeskStage } from '../../tests/support/desk-stage.ts';
import type { DeskPorts, PaymentBooks, SeatsPort } from './desk-ports.ts';
import type { PaymentDesk } from './payment-desk.ts';
import type { ProviderAdapter } from './provider-port.ts';

class Crash extends Error {}

/** Counts what is done, and ends the process before or after the `at`th. */
class CrashPoint {
  readonly at: number;
  readonly when: 'before' | 'after';
  count = 0;
  /** What it crashed at; null: it never came so far. */
  where: string | null = null;

  constructor(at: number, when: 'before' | 'after') {
    this.at = at;
    this.when = when;
  }

  /** `ports` whose methods count as steps. */
  wrap(ports: DeskPorts): Partial<DeskPorts> {
    const adapters = new Map(
      [...ports.adapters].map(([provider, adapter]) => [provider, this.#wrapped<ProviderAdapter>(adapter)] as const),
    );
    return {
      books: this.#wrapped<PaymentBooks>(ports.books),
      seats: this.#wrapped<SeatsPort>(ports.seats),
      adapters,
    };
  }

  wrapSeats(seats: SeatsPort): SeatsPort {
    return this.#wrapped(seats);
  }

  #wrapped<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...values: unknown[]): Promise<unknown> => {
          // After its end a process does nothing any more.
          if (this.where !== null) throw new Crash(this.where);
          const isHere = ++this.count === this.at;
          if (isHere && this.when === 'before') this.#crash(String(name));
          const result: unknown = await Reflect.apply(value, target, values);
          if (isHere) this.#crash(String(name));
          return result;
        };
      },
    });
  }

  #crash(name: string): never {
    this.where = `${this.when} step ${this.at}, ${name}`;
    throw new Crash(this.where);
  }
}

interface Scenario {
  readonly name: string;
  readonly token: string | null;
  /** What is done before anything can crash. */
  prepare?(stage: DeskStage, order: string): Promise<void>;
  /** What crashes. */
  act(
    stage: DeskStage,
    wanted: Parameters<DeskStage['buys']>[0],
    desk: PaymentDesk,
    seats: SeatsPort,
  ): Promise<unknown>;
  /** What happens at last, when the desk that takes over has run. */
  after?(stage: DeskStage, order: string): Promise<void>;
  readonly ends: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a purchase',
    token: 'ok',
    act: (stage, wanted, desk, seats) => stage.buys(wanted, desk, seats),
    ends: ['sold'],
  },
  {
    name: 'a purchase whose card is declined',
    token: 'declined',
    act: (stage, wanted, desk, seats) => stage.buys(wanted, desk, seats),
    ends: ['free'],
  },
  {
    name: 'a purchase whose bank asks, and hears a yes',
    token: 'challenge',
    async act(stage, wanted, desk, seats) {
      if ((await stage.buys(wanted, desk, seats)) === 'authentication-needed') stage.provider.passes(wanted.order);
      return stage.buys(wanted, desk, seats);
    },
    async after(stage, order) {
      // He has said yes by now, if he was asked; what he said is looked at.
      const held = [...stage.provider.objects.values()].find((object) => object.order === order);
      if (held?.is === 'action') stage.provider.passes(order);
      await stage.anotherDesk().run(order, 'sweep');
    },
    ends: ['sold'],
  },
  {
    name: 'a payment whose time is over',
    token: 'challenge',
    prepare: async (stage, order) => void (await stage.desk.pay(stage.wanted(order), 'checkout')),
    act: (_stage, { order }, desk) => desk.run(order, 'overdue', { ending: 'overdue' }),
    // The actor tells again.
    after: async (stage, order) => void (await stage.anotherDesk().run(order, 'overdue', { ending: 'overdue' })),
    ends: ['free'],
  },
  {
    name: 'a payment that was made in the last moment',
    token: 'challenge',
    async prepare(stage, order) {
      await stage.desk.pay(stage.wanted(order), 'checkout');
      stage.provider.passes(order);
    },
    act: (_stage, { order }, desk) => desk.run(order, 'overdue', { ending: 'overdue' }),
    after: async (stage, order) => void (await stage.anotherDesk().run(order, 'overdue', { ending: 'overdue' })),
    ends: ['sold'],
  },
  {
    name: 'one ticket given back',
    token: 'ok',
    async prepare(stage, order) {
      await stage.buys(stage.wanted(order));
      await stage.voids(order, stage.wanted(order).seats.slice(0, 1));
    },
    act: (_stage, { order }, desk) => desk.run(order, 'sweep'),
    ends: ['sold'],
  },
  {
    name: 'all tickets given back before the money was taken',
    token: 'ok',
    async prepare(stage, order) {
      await stage.desk.pay(stage.wanted(order), 'checkout');
      await stage.seats.sell((await stage.record(order)).payment);
      await stage.voids(order);
    },
    act: (_stage, { order }, desk) => desk.run(order, 'sweep'),
    ends: ['sold'],
  },
  {
    name: 'a sale whose money has lapsed',
    token: 'ok',
    async prepare(stage, order) {
      await stage.desk.pay(stage.wanted(order), 'checkout');
      await stage.seats.sell((await stage.record(order)).payment);
      stage.provider.lapses(order);
    },
    act: (_stage, { order }, desk) => desk.run(order, 'sweep'),
    ends: ['sold'],
  },
];

for (const scenario of SCENARIOS) {
  for (const next of ['the sweep', 'the buyer, and then the sweep'] as const) {
    test(`[PD2] ${scenario.name}: a crash before or after any step, then ${next}: seats and money agree`, async (t) => {
      const stage = await DeskStage.create(t);
      let crashes = 0;
      for (const when of ['before', 'after'] as const) {
        for (let at = 1; ; at++) {
          assert.ok(at < 60, 'it does not end');
          const wanted = await stage.begun(scenario.token);
          const { order } = wanted;
          await scenario.prepare?.(stage, order);
          const crash = new CrashPoint(at, when);
          const desk = stage.anotherDesk(crash.wrap(stage.ports));
          const acted = scenario.act(stage, wanted, desk, crash.wrapSeats(stage.seats));
          await acted.catch((cause: unknown) => assert.ok(cause instanceof Crash, String(cause)));
          if (crash.where === null) {
            assert.ok(scenario.ends.includes(await stage.agrees(order)));
            break;
          }
          crashes++;
          await stage.comesBack(wanted, next === 'the sweep');
          await scenario.after?.(stage, order);
          await stage.comesBack(wanted, true);
          const end = await stage
            .agrees(order)
            .catch((cause: unknown) => assert.fail(`${crash.where}: ${String(cause)}`));
          assert.ok(scenario.ends.includes(end) || crash.where.includes('begin'), `${crash.where}: ${end}`);
        }
      }
      t.diagnostic(`${crashes} crashes`);
      assert.ok(crashes >= 6, `only ${crashes} steps`);
    });
  }
}
