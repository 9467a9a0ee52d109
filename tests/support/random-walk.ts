/**
 * Random commands for a screening, from a seed: most of them make sense, some are late, some are somebody else's,
 * some are nonsense, and some are said twice. The same seed gives the same walk.
 */
import type { Command, TicketType } from '../../actors/seat-command.ts';
import { SYSTEM } from '../../actors/seat-command.ts';
import type { SeatMap } from '../../actors/seat-map.ts';
import type { ScreeningState } from '../../actors/seat-state.ts';
import { Random } from '../simulation/random.ts';
import { newTickets, T0 } from './screening.ts';

const BUYERS = ['ana', 'bia', 'caio', 'davi', 'eva'];

export class RandomWalk {
  readonly #random: Random;
  readonly #said: Command[] = [];
  readonly #maps: readonly SeatMap[];
  #count = 0;
  #epoch = 0;
  nowMs = T0;

  /** `maps`: the layouts that the screening may get. */
  constructor(seed: number, maps: readonly SeatMap[] = []) {
    this.#random = new Random(seed);
    this.#maps = maps;
  }

  next(state: ScreeningState): Command {
    const random = this.#random;
    if (random.chance(0.1)) this.nowMs += random.pick([1, 1_000, 60_000, 300_000, 700_000]);
    if (this.#said.length > 0 && random.chance(0.08)) {
      // Said twice, now and then with another content.
      const before = random.pick(this.#said);
      const buyer = random.chance(0.1) ? random.pick(BUYERS) : before.buyer;
      return { ...before, buyer, atMs: this.nowMs };
    }
    const command = this.#invent(state);
    if (command.kind !== 'expire' && command.kind !== 'claim') this.#said.push(command);
    return command;
  }

  #invent(state: ScreeningState): Command {
    const random = this.#random;
    const base = { requestId: `request-${++this.#count}`, buyer: random.pick(BUYERS), atMs: this.nowMs };
    // Rarely possible, so that it is tried where it is.
    const isIdle = state.holds.size === 0 && state.orders.size === 0;
    if (this.#maps.length > 0 && random.chance(isIdle ? 0.3 : 0.02)) {
      const map = random.pick(this.#maps);
      return { ...base, kind: 'change-map', seatMap: map.id, halfQuota: random.below(9), map };
    }
    const { seatCount } = state.map;
    const seats = this.#seats(seatCount);
    const holds = [...state.holds.values()];
    const hold = holds.length > 0 ? random.pick(holds) : null;
    const orders = [...state.orders.values()];
    const order = orders.length > 0 ? random.pick(orders) : null;
    // Mostly the owner, sometimes anybody.
    const owner = hold !== null && random.chance(0.9) ? hold.buyer : base.buyer;
    const ofHold = { ...base, buyer: owner, hold: hold?.hold ?? random.below(state.version + 2) };
    const orderId = order?.order ?? 'order-0';
    switch (random.below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (this.#maps.length > 0 && random.chance(0.2)) {
          return {
            ...base,
            kind: 'hold',
            seats,
            seatMap: random.chance(0.9) ? state.map.id : random.pick(this.#maps).id,
          };
        }
        return { ...base, kind: 'hold', seats };
      case 4:
        return { ...ofHold, kind: 'hold', seats };
      case 5:
      case 6:
        return { ...base, kind: 'best-available', count: 1 + random.below(5), accessible: random.chance(0.2) };
      case 7:
        return { ...ofHold, kind: 'release' };
      case 8:
        return { ...ofHold, kind: 'release', seats: hold === null ? seats : hold.seats.slice(0, 1 + random.below(3)) };
      case 9:
        return { ...ofHold, kind: 'extend' };
      case 10:
      case 11:
      case 12:
      case 13: {
        const lines = (hold?.seats ?? seats).map((seat) => ({
          seat,
          type: (1 + random.below(5)) as TicketType,
          priceCents: 100 * random.below(50),
          ...(random.chance(0.5) ? { category: 1 + random.below(8) } : {}),
          ...(random.chance(0.5) ? { feeCents: random.below(500) } : {}),
        }));
        const totalCents = lines.reduce((sum, { priceCents, feeCents = 0 }) => sum + priceCents + feeCents, 0);
        // Mostly what it costs, sometimes what it used to.
        const expected = random.chance(0.4) ? { expectedCents: totalCents + random.pick([0, 0, 0, 100]) } : {};
        const contact = random.chance(0.5) ? { contact: `account-of-${owner}` } : {};
        const newOrder = random.chance(0.05) ? orderId : `order-${this.#count}`;
        const payer = random.chance(0.8) ? owner : random.pick(BUYERS);
        return { ...ofHold, kind: 'begin-payment', order: newOrder, payer, lines, ...expected, ...contact };
      }
      case 14:
      case 15: {
        const id = hold?.phase === 'paying' ? hold.order : orderId;
        const buyer = random.chance(0.2) ? SYSTEM : owner;
        if (random.chance(0.4))
          return { ...base, buyer, kind: 'cancel-payment', order: id, keepHold: random.chance(0.5) };
        return { ...base, buyer, kind: 'confirm', order: id, tickets: newTickets(id, hold?.seats ?? seats) };
      }
      case 16: {
        const kind = random.chance(0.5) ? 'cancel' : 'refund';
        if (order?.state !== 'sold' || random.chance(0.4)) return { ...base, kind, order: orderId, byStaff: true };
        return { ...base, kind, order: orderId, byStaff: true, tickets: order.tickets.slice(0, 1 + random.below(2)) };
      }
      case 17: {
        const tickets = [...state.tickets.keys()];
        const ticket = tickets.length > 0 ? random.pick(tickets) : 'nothing';
        return { ...base, kind: 'check-in', ticket, gate: 'porta 1' };
      }
      case 18:
        if (random.chance(0.5))
          return { ...base, kind: random.chance(0.6) ? 'unblock' : 'block', seats, reason: 'test' };
        return { ...base, kind: random.chance(0.75) ? 'open-sales' : 'close-sales' };
      default:
        if (random.chance(0.7)) return { ...base, requestId: '', buyer: SYSTEM, kind: 'expire' };
        if (random.chance(0.8)) this.#epoch++;
        return { ...base, requestId: '', buyer: SYSTEM, kind: 'claim', epoch: this.#epoch };
    }
  }

  /** One to four seats side by side, rarely with one that does not exist or stands there twice. */
  #seats(seatCount: number): number[] {
    const random = this.#random;
    const first = random.below(seatCount);
    const seats = Array.from({ length: 1 + random.below(4) }, (_, index) => first + index);
    return random.chance(0.03) ? [...seats, first] : seats.filter((seat) => seat < seatCount || random.chance(0.05));
  }
}
