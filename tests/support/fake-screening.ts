/**
 * A screening for the fake gateway: just enough of one that a client can tell whether its command was carried out, how often,
 * and for whom. No rules, no clock: holds end when a test says so.
 */
import { type BuyMessage, ClientOp, type ClientRequest } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { packChanges, packStatus } from '../../server/protocol/seat-packing.ts';
import { type ServerMessage, ServerOp, type TicketFields } from '../../server/protocol/server-messages.ts';

export type FakeCommand = Extract<ClientRequest, { readonly requestId: string }>;

interface FakeHold {
  readonly buyer: string;
  seats: number[];
}

interface FakeOrder {
  readonly buyer: string;
  readonly tickets: readonly TicketFields[];
}

const PRICE_CENTS = 3_200;

export class FakeScreening {
  readonly id: number;
  readonly status: Uint8Array;
  epoch = 1;
  version = 1;
  holdMs = 480_000;
  readonly holds = new Map<number, FakeHold>();
  readonly orders = new Map<string, FakeOrder>();
  /** Commands that had an effect, by request id. */
  readonly effects: string[] = [];
  readonly #answered = new Map<string, ServerMessage>();
  #next = 1;

  /** Whether the buyer has been at the bank that asks back for `authenticate`. */
  isChallenged = false;

  /** 0: as an older server, which does not say. */
  seatMap = 0;

  constructor(id: number, seatCount: number) {
    this.id = id;
    this.status = new Uint8Array(seatCount);
  }

  snapshot(): ServerMessage {
    const { id, epoch, version, status } = this;
    const seats = [ServerOp.snapshot, id, epoch, version, true, status.length, packStatus(status)] as const;
    return this.seatMap === 0 ? seats : [...seats, this.seatMap];
  }

  /** Sets the seats, and tells it as a delta. */
  change(seats: readonly number[], status: number): ServerMessage {
    for (const seat of seats) this.status[seat] = status;
    const changes = packChanges(seats.map((seat) => (seat << 2) | status));
    return [ServerOp.delta, this.id, this.epoch, this.version, ++this.version, true, changes];
  }

  /** Another owner takes over; its first fact changes no seat. */
  changeOwner(): ServerMessage {
    this.epoch++;
    return this.change([], 0);
  }

  endHold(hold: number): ServerMessage {
    const seats = this.holds.get(hold)?.seats ?? [];
    this.holds.delete(hold);
    return this.change(seats, 0);
  }

  /** What the command gets, the same for the same request id, and the delta of its effect, if it had one. */
  carryOut(command: FakeCommand, buyer: string): readonly [answer: ServerMessage, delta: ServerMessage | null] {
    const before = this.#answered.get(command.requestId);
    if (before !== undefined) return [before, null];
    const version = this.version;
    const answer = this.#decide(command, buyer);
    // Nothing is decided yet: the same again is asked anew.
    if (answer[0][2] === OutcomeCode.authenticationNeeded) return answer;
    this.#answered.set(command.requestId, answer[0]);
    if (this.version > version) this.effects.push(command.requestId);
    return answer;
  }

  mine(buyer: string): ServerMessage {
    const holds = [...this.holds]
      .filter(([, hold]) => hold.buyer === buyer)
      .map(([hold, { seats }]) => [hold, seats, this.holdMs, 0] as const);
    const orders = [...this.orders]
      .filter(([, order]) => order.buyer === buyer)
      .map(([order, { tickets }]) => [order, tickets] as const);
    return [ServerOp.mine, this.id, holds, orders];
  }

  #decide(command: FakeCommand, buyer: string): readonly [ServerMessage, ServerMessage | null] {
    const { requestId } = command;
    switch (command.op) {
      case ClientOp.hold:
        return this.#hold(requestId, buyer, command.seats, command.hold);
      case ClientOp.bestAvailable: {
        const seats = this.#adjacent(command.count);
        if (seats === null) return [this.#refuse(requestId, OutcomeCode.noAdjacentSeats), null];
        return this.#hold(requestId, buyer, seats, 0);
      }
      case ClientOp.release: {
        const hold = this.holds.get(command.hold);
        if (hold === undefined) return [this.#refuse(requestId, OutcomeCode.holdUnknown), null];
        const seats = command.seats.length === 0 ? hold.seats : command.seats;
        hold.seats = hold.seats.filter((seat) => !seats.includes(seat));
        if (hold.seats.length === 0) this.holds.delete(command.hold);
        const delta = this.change(seats, 0);
        return [[ServerOp.answer, requestId, 0, this.version, command.hold, seats], delta];
      }
      case ClientOp.extend: {
        const hold = this.holds.get(command.hold);
        if (hold === undefined) return [this.#refuse(requestId, OutcomeCode.holdUnknown), null];
        const delta = this.change([], 0);
        return [[ServerOp.answer, requestId, 0, this.version, command.hold, hold.seats, this.holdMs], delta];
      }
      case ClientOp.buy:
        return this.#buy(command, buyer);
    }
  }

  #hold(
    requestId: string,
    buyer: string,
    seats: readonly number[],
    into: number,
  ): readonly [ServerMessage, ServerMessage | null] {
    const taken = seats.filter((seat) => this.status[seat] !== 0);
    const code = this.status[taken[0] ?? 0] === 2 ? OutcomeCode.seatSold : OutcomeCode.seatHeld;
    if (taken.length > 0) return [this.#refuse(requestId, code, taken), null];
    const hold = into === 0 ? this.#next++ : into;
    const present = this.holds.get(hold);
    if (into !== 0 && present === undefined) return [this.#refuse(requestId, OutcomeCode.holdUnknown), null];
    const all = [...(present?.seats ?? []), ...seats];
    this.holds.set(hold, { buyer, seats: all });
    const delta = this.change(seats, 1);
    return [[ServerOp.answer, requestId, 0, this.version, hold, all, this.holdMs], delta];
  }

  #buy(command: BuyMessage, buyer: string): readonly [ServerMessage, ServerMessage | null] {
    const { requestId, detail } = command;
    if (!this.holds.has(command.hold)) return [this.#refuse(requestId, OutcomeCode.holdUnknown), null];
    if (detail === 'authenticate' && !this.isChallenged) {
      return [
        [ServerOp.answer, requestId, OutcomeCode.authenticationNeeded, this.version, [], 'order-in-payment'],
        null,
      ];
    }
    if (detail !== 'approved' && detail !== 'authenticate')
      return [this.#refuse(requestId, OutcomeCode.paymentDeclined), null];
    this.holds.delete(command.hold);
    const order = `order-${this.#next++}`;
    const tickets = command.seats.map(([seat, type]): TicketFields => {
      const number = this.#next++;
      return [
        `ticket-${number}`,
        `CODE${String(number).padStart(6, '0')}`,
        seat,
        type,
        type === 1 ? PRICE_CENTS : PRICE_CENTS / 2,
      ];
    });
    this.orders.set(order, { buyer, tickets });
    const seats = command.seats.map(([seat]) => seat);
    const delta = this.change(seats, 2);
    return [[ServerOp.answer, requestId, 0, this.version, order, tickets], delta];
  }

  #adjacent(count: number): number[] | null {
    for (let first = 0; first + count <= this.status.length; first++) {
      const seats = Array.from({ length: count }, (_, i) => first + i);
      if (seats.every((seat) => this.status[seat] === 0)) return seats;
    }
    return null;
  }

  #refuse(requestId: string, code: OutcomeCode, seats: readonly number[] = []): ServerMessage {
    return [ServerOp.answer, requestId, code, this.version, seats];
  }
}
