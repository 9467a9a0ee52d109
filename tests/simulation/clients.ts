/** Simulated buyers: they hold, release, buy and cancel at random, and repeat with the same request id whatever was not answered, on any node. */
import type { BeginPaymentCommand, Command } from '../../actors/seat-command.ts';
import { type Answer, OutcomeCode } from '../../actors/seat-outcome.ts';
import type { Asker } from '../../workers/asker.ts';
import { SeatReplica, type SeatSnapshot } from '../../workers/seat-replica.ts';
import type { Subscriber } from '../../workers/shard-runtime.ts';
import type { Promises } from './promises.ts';
import type { SimulatedNode, World } from './world.ts';

const ANSWER_TIMEOUT_MS = 400;

export class Client {
  readonly #world: World;
  readonly #promises: Promises;
  readonly #buyer: string;
  #count = 0;
  readonly #holds: { screening: number; hold: number; seats: readonly number[] }[] = [];
  readonly #orders: { screening: number; order: string }[] = [];
  accepted = 0;
  refused = 0;

  constructor(world: World, promises: Promises, buyer: string) {
    this.#world = world;
    this.#promises = promises;
    this.#buyer = buyer;
  }

  act(screenings: readonly number[]): void {
    const { random, maps } = this.#world;
    const screening = random.pick(screenings);
    const requestId = `${this.#buyer}-${++this.#count}`;
    const base = { requestId, buyer: this.#buyer, atMs: 0 };
    const held = this.#holds.length > 0 ? random.pick(this.#holds) : undefined;
    const bought = this.#orders.length > 0 ? random.pick(this.#orders) : undefined;
    const dice = random.next();
    // Before much is sold, when a layout can still change: while others already want seats.
    if (random.chance(this.#world.database.lastVersion(screening) < 5 ? 0.6 : 0.02)) {
      this.#send(screening, { ...base, kind: 'change-map', seatMap: random.pick(maps).id, halfQuota: 3, map: null });
    } else if (held !== undefined && dice < 0.2)
      this.#send(held.screening, { ...base, kind: 'release', hold: held.hold });
    else if (held !== undefined && dice < 0.5) this.#buy(held, base);
    else if (held !== undefined && dice < 0.55)
      this.#send(held.screening, { ...base, kind: 'extend', hold: held.hold });
    else if (bought !== undefined && dice < 0.65) {
      this.#send(bought.screening, { ...base, kind: random.chance(0.5) ? 'cancel' : 'refund', order: bought.order });
    } else if (dice < 0.75) {
      this.#send(screening, { ...base, kind: 'best-available', count: 1 + random.below(4), accessible: false });
    } else {
      // Chosen on a layout that may be another one by the time it is heard.
      const { id: seatMap, seatCount } = random.chance(0.8)
        ? this.#world.mapOf(this.#world.database.mapOf(screening, Number.POSITIVE_INFINITY))
        : random.pick(maps);
      const seats = [...new Set(Array.from({ length: 1 + random.below(3) }, () => random.below(seatCount)))];
      this.#promises.chosen(requestId, seatMap);
      this.#send(screening, { ...base, kind: 'hold', seats, seatMap });
    }
  }

  #buy(
    held: { screening: number; hold: number; seats: readonly number[] },
    base: { requestId: string; buyer: string; atMs: number },
  ): void {
    const { random } = this.#world;
    const order = `order-${base.requestId}`;
    const lines = held.seats.map((seat) => ({
      ...{ seat, type: random.pick([1, 1, 2, 3] as const), priceCents: 1000 },
      ...(random.chance(0.5) ? { category: 1 + random.below(8) } : {}),
      ...(random.chance(0.5) ? { feeCents: random.below(200) } : {}),
    }));
    const totalCents = lines.reduce((sum, { priceCents, feeCents = 0 }) => sum + priceCents + feeCents, 0);
    // Now and then the buyer was shown another price.
    const expectedCents = totalCents + random.pick([0, 0, 0, 0, 50]);
    const begin: BeginPaymentCommand = {
      ...{ ...base, kind: 'begin-payment', hold: held.hold, order, payer: this.#buyer, lines },
      ...(random.chance(0.5) ? { expectedCents } : {}),
      ...(random.chance(0.5) ? { contact: `account-of-${this.#buyer}` } : {}),
    };
    this.#promises.priced(begin.requestId, begin.expectedCents ?? totalCents);
    this.#send(held.screening, begin, (answer) => {
      if (answer.code !== OutcomeCode.accepted) return;
      const next = { ...base, requestId: `${base.requestId}.2`, order };
      if (random.chance(0.25))
        this.#send(held.screening, { ...next, kind: 'cancel-payment', keepHold: random.chance(0.5) });
      else {
        const tickets = held.seats.map((seat) => ({ seat, ticket: `${order}-${seat}`, code: `${order}-${seat}` }));
        this.#send(held.screening, { ...next, kind: 'confirm', tickets });
      }
    });
  }

  /** Sends until an answer other than "repeat" is heard; now and then to several nodes at once. */
  #send(screening: number, command: Command, then: (answer: Answer) => void = () => {}): void {
    const { random, nodes } = this.#world;
    let isSettled = false;
    const asker: Asker = {
      answered: (_tag, _requestId, answer, version) => {
        this.#promises.heard(screening, command.requestId, answer, version);
        if (isSettled || (answer.code >= OutcomeCode.busy && answer.code <= OutcomeCode.failed)) return;
        isSettled = true;
        this.#settled(screening, answer);
        then(answer);
      },
    };
    const attempt = (left: number): void => {
      if (isSettled || left === 0) return;
      const copies = random.chance(0.1) ? 3 : 1;
      for (let copy = 0; copy < copies; copy++) {
        const node: SimulatedNode = random.pick(nodes);
        // Each attempt is a message of its own: the runtime stamps its time on it.
        this.#world.after(random.below(10), () => node.submit(screening, { ...command }, asker));
      }
      this.#world.after(ANSWER_TIMEOUT_MS, () => attempt(left - 1));
    };
    attempt(8);
  }

  #settled(screening: number, answer: Answer): void {
    if (answer.code !== OutcomeCode.accepted) {
      this.refused++;
      return;
    }
    this.accepted++;
    if (answer.kind === 'hold') this.#holds.push({ screening, hold: answer.hold, seats: answer.seats });
    if (answer.kind === 'sold') this.#orders.push({ screening, order: answer.order });
    if (this.#holds.length > 4) this.#holds.shift();
  }
}

/** Follows a screening on one node, as a gateway does, and shows the promises every seat map it has. */
export class SimulatedWatcher implements Subscriber {
  readonly #promises: Promises;
  #replica: SeatReplica | null = null;
  gaps = 0;

  constructor(promises: Promises) {
    this.#promises = promises;
  }

  snapshotTaken(snapshot: SeatSnapshot): void {
    this.#replica = new SeatReplica(snapshot);
    this.#promises.shown(this.#replica);
  }

  seatsChanged(delta: Parameters<Subscriber['seatsChanged']>[0]): void {
    if (this.#replica === null) return;
    if (this.#replica.apply(delta)) this.#promises.shown(this.#replica);
    else this.gaps++;
  }

  gone(): void {
    this.#replica = null;
  }
}
