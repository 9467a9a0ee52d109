/**
 * The auditor's own books of one screening, kept from its facts. They know nothing of the actor's code on purpose: an
 * auditor who added up with the cashier's machine would find every sum right. They are plain maps, slow and obvious.
 *
 * Each fact is checked against what came before it; what makes no sense is a finding, and the books go on as
 * well as they can.
 */
import type { NewTicket, TicketLine } from '../actors/seat-command.ts';
import { TicketType } from '../actors/seat-command.ts';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import type { SeatMap, SeatMaps } from '../actors/seat-map.ts';
import type { AuditLayouts } from './audit-layouts.ts';
import type { AuditRule } from './audit-report.ts';

export interface LedgerTerms {
  readonly layouts: AuditLayouts;
  readonly seatsPerBuyerMax: number;
  /** Of the last layout, as the catalogue has it; null: no limit. */
  readonly halfQuota: number | null;
}

export interface LedgerOrder {
  readonly payer: string;
  readonly contact: string | null;
  readonly hold: number;
  readonly lines: readonly TicketLine[];
  state: 'created' | 'sold' | 'refused' | 'cancelled' | 'refunded';
}

export interface LedgerTicket {
  readonly order: string;
  readonly seat: number;
  readonly code: string;
  readonly buyer: string;
  readonly type: number;
  readonly priceCents: number;
  readonly category: number | null;
  readonly feeCents: number;
  state: 'live' | 'used' | 'cancelled' | 'refunded';
}

interface LedgerHold {
  readonly seats: Set<number>;
  order: string | null;
}

type Report = (rule: AuditRule, version: number, message: string) => void;

export class AuditLedger {
  readonly orders = new Map<string, LedgerOrder>();
  readonly tickets = new Map<string, LedgerTicket>();
  readonly #terms: LedgerTerms;
  readonly #report: Report;
  readonly #holds = new Map<number, LedgerHold>();
  readonly #holdOfSeat = new Map<number, number>();
  readonly #ticketOfSeat = new Map<number, string>();
  #blocked = new Set<number>();
  #map: SeatMap;
  /** null: no limit, or nobody knows any more what it was. */
  #halfQuota: number | null;
  /** Changes of the layout that are still to come. */
  #changesLeft: number;
  /** Tickets that count for a buyer: in payment, live or used. */
  readonly #perBuyer = new Map<string, number>();
  #halves = 0;
  #version = 0;
  #epoch = 0;

  constructor(terms: LedgerTerms, report: Report) {
    const { layouts, halfQuota } = terms;
    this.#terms = terms;
    this.#report = report;
    this.#map = layouts.first;
    this.#changesLeft = layouts.changes.length;
    this.#halfQuota = this.#changesLeft === 0 ? halfQuota : null;
  }

  /** The layout after the facts so far. */
  get map(): SeatMap {
    return this.#map;
  }

  get version(): number {
    return this.#version;
  }

  /** 0 free, 1 held, 2 sold, 3 blocked. */
  statusOf(seat: number): number {
    if (this.#ticketOfSeat.has(seat)) return 2;
    if (this.#holdOfSeat.has(seat)) return 1;
    return this.#blocked.has(seat) ? 3 : 0;
  }

  /** The next fact, in the order of versions. */
  enter({ version, epoch, fact }: RecordedFact): void {
    if (version !== this.#version + 1) {
      this.#report('versions', version, `version ${version} follows version ${this.#version}`);
    }
    this.#version = version;
    if (epoch < this.#epoch) this.#report('epochs', version, `epoch ${epoch} follows epoch ${this.#epoch}`);
    if ((epoch !== this.#epoch) !== (fact.kind === FactKind.ownerChanged)) {
      const what = fact.kind === FactKind.ownerChanged ? 'is claimed twice' : 'begins without an owner-changed fact';
      this.#report('epochs', version, `epoch ${epoch} ${what}`);
    }
    this.#epoch = epoch;
    this.#apply(version, fact);
  }

  #apply(version: number, fact: Fact): void {
    switch (fact.kind) {
      case FactKind.ownerChanged:
      case FactKind.salesOpened:
      case FactKind.salesClosed:
        break;
      case FactKind.held:
        this.#held(version, fact.hold, fact.seats);
        break;
      case FactKind.extended:
        this.#holdOf(version, fact.hold);
        break;
      case FactKind.released:
        for (const seat of fact.seats) this.#giveBack(version, fact.hold, seat);
        break;
      case FactKind.expired:
        for (const hold of fact.holds) this.#end(version, hold);
        break;
      case FactKind.paymentBegun:
        this.#paymentBegun(version, fact);
        break;
      case FactKind.paymentCancelled:
        this.#paymentCancelled(version, fact.order, fact.deadlineMs !== null);
        break;
      case FactKind.sold:
        this.#sold(version, fact.order, fact.hold, fact.tickets);
        break;
      case FactKind.ticketsCancelled:
        this.#voided(version, fact.order, fact.tickets, 'cancelled');
        break;
      case FactKind.ticketsRefunded:
        this.#voided(version, fact.order, fact.tickets, 'refunded');
        break;
      case FactKind.checkedIn:
        this.#checkedIn(version, fact.ticket);
        break;
      case FactKind.blocked:
        for (const seat of fact.seats) {
          if (this.#isFree(version, seat)) this.#blocked.add(seat);
        }
        break;
      case FactKind.unblocked:
        for (const seat of fact.seats) {
          if (!this.#blocked.delete(seat)) this.#report('facts', version, `seat ${seat} was not blocked`);
        }
        break;
      case FactKind.mapChanged:
        this.#mapChanged(version, fact, this.#terms.layouts.maps);
        break;
    }
  }

  #mapChanged(version: number, fact: Extract<Fact, { kind: 16 }>, maps: SeatMaps): void {
    const { from, to, blocked, halfQuota } = fact;
    if (from !== this.#map.id) this.#report('facts', version, `the layout was ${this.#map.id}, not ${from}`);
    this.#changesLeft--;
    // What the catalogue says now it says of the last one.
    const isLimited = this.#terms.halfQuota !== null;
    this.#halfQuota = this.#changesLeft === 0 || !isLimited ? this.#terms.halfQuota : halfQuota;
    const map = maps.get(to);
    if (from === to || map === undefined) return;
    for (const seat of this.#holdOfSeat.keys()) this.#report('sold-once', version, `seat ${seat} is held, and moves`);
    for (const seat of this.#ticketOfSeat.keys()) this.#report('sold-once', version, `seat ${seat} is sold, and moves`);
    const labels = new Set([...this.#blocked].map((seat) => this.#map.seatLabels[seat]));
    const expected = map.seatLabels.flatMap((label, seat) => (labels.has(label) ? seat : []));
    if (expected.join() !== blocked.join()) {
      this.#report(
        'facts',
        version,
        `the seats ${blocked.join()} are blocked after the change, not ${expected.join()}`,
      );
    }
    this.#map = map;
    this.#blocked = new Set(blocked);
  }

  #held(version: number, id: number, seats: readonly number[]): void {
    if (id === version) this.#holds.set(id, { seats: new Set(), order: null });
    const hold = this.#holdOf(version, id);
    for (const seat of seats) {
      if (!this.#isFree(version, seat)) continue;
      this.#holdOfSeat.set(seat, id);
      hold?.seats.add(seat);
    }
  }

  #giveBack(version: number, id: number, seat: number): void {
    const hold = this.#holdOf(version, id);
    if (hold === null) return;
    if (!hold.seats.delete(seat)) this.#report('facts', version, `seat ${seat} is not in hold ${id}`);
    else this.#holdOfSeat.delete(seat);
    if (hold.seats.size === 0) this.#holds.delete(id);
  }

  #end(version: number, id: number): void {
    const hold = this.#holdOf(version, id);
    if (hold === null) return;
    if (hold.order !== null)
      this.#report('facts', version, `hold ${id} ended under the payment of order ${hold.order}`);
    for (const seat of hold.seats) this.#holdOfSeat.delete(seat);
    this.#holds.delete(id);
  }

  #paymentBegun(version: number, fact: Extract<Fact, { kind: 8 }>): void {
    const { hold: id, order, payer, lines, contact = null } = fact;
    const hold = this.#holdOf(version, id);
    if (this.orders.has(order)) this.#report('facts', version, `order ${order} begins twice`);
    this.orders.set(order, { payer, contact, hold: id, lines, state: 'created' });
    if (hold !== null) {
      if (hold.order !== null)
        this.#report('facts', version, `hold ${id} is being paid by order ${hold.order} already`);
      hold.order = order;
      for (const { seat } of lines) {
        if (!hold.seats.has(seat))
          this.#report('facts', version, `order ${order} pays seat ${seat}, not in hold ${id}`);
      }
    }
    this.#count(payer, lines, 1);
    this.#checkLimits(version, payer);
  }

  #paymentCancelled(version: number, id: string, keepsHold: boolean): void {
    const order = this.#orderOf(version, id, 'created');
    if (order === null) return;
    order.state = keepsHold ? 'refused' : 'cancelled';
    this.#count(order.payer, order.lines, -1);
    const hold = this.#holdOf(version, order.hold);
    if (hold === null) return;
    hold.order = null;
    if (!keepsHold) this.#end(version, order.hold);
  }

  #sold(version: number, id: string, holdId: number, tickets: readonly NewTicket[]): void {
    const order = this.#orderOf(version, id, 'created');
    if (order === null) return;
    if (order.hold !== holdId) this.#report('facts', version, `order ${id} is of hold ${order.hold}, not ${holdId}`);
    order.state = 'sold';
    const hold = this.#holdOf(version, order.hold);
    if (hold !== null) hold.order = null;
    const lines = new Map(order.lines.map((line) => [line.seat, line]));
    if (tickets.length !== lines.size) {
      this.#report('facts', version, `order ${id} pays ${lines.size} seats and gets ${tickets.length} tickets`);
    }
    for (const { seat, ticket, code } of tickets) {
      const line = lines.get(seat);
      if (line === undefined)
        this.#report('facts', version, `ticket ${ticket} is for seat ${seat}, not in order ${id}`);
      if (this.#holdOfSeat.get(seat) !== order.hold) {
        this.#report(
          'sold-once',
          version,
          `seat ${seat} is sold to order ${id}, whose hold ${order.hold} does not have it`,
        );
      }
      const live = this.#ticketOfSeat.get(seat);
      if (live !== undefined)
        this.#report('sold-once', version, `seat ${seat} has two live tickets, ${live} and ${ticket}`);
      if (this.tickets.has(ticket)) this.#report('facts', version, `ticket ${ticket} is made twice`);
      this.tickets.set(ticket, {
        ...{ order: id, seat, code, buyer: order.payer, state: 'live' },
        ...{ type: line?.type ?? 0, priceCents: line?.priceCents ?? 0 },
        ...{ category: line?.category ?? null, feeCents: line?.feeCents ?? 0 },
      });
      this.#ticketOfSeat.set(seat, ticket);
      this.#holdOfSeat.delete(seat);
      hold?.seats.delete(seat);
    }
    if (hold !== null) this.#end(version, order.hold);
  }

  #voided(version: number, id: string, ids: readonly string[], state: 'cancelled' | 'refunded'): void {
    const order = this.#orderOf(version, id, 'sold');
    for (const ticketId of ids) {
      const ticket = this.tickets.get(ticketId);
      if (ticket?.state !== 'live' || ticket.order !== id) {
        this.#report('facts', version, `ticket ${ticketId} of order ${id} was ${state}, but it is not a live one`);
        continue;
      }
      ticket.state = state;
      if (this.#ticketOfSeat.get(ticket.seat) === ticketId) this.#ticketOfSeat.delete(ticket.seat);
      this.#count(ticket.buyer, [ticket], -1);
    }
    const isLeft = [...this.tickets.values()].some((ticket) => ticket.order === id && isLive(ticket));
    if (order !== null && !isLeft) order.state = state;
  }

  #checkedIn(version: number, id: string): void {
    const ticket = this.tickets.get(id);
    if (ticket?.state === 'live') ticket.state = 'used';
    else this.#report('facts', version, `ticket ${id} was let in, but it is ${ticket?.state ?? 'unknown'}`);
  }

  #count(buyer: string, lines: readonly { readonly type: number }[], sign: 1 | -1): void {
    this.#perBuyer.set(buyer, (this.#perBuyer.get(buyer) ?? 0) + sign * lines.length);
    for (const { type } of lines) if (type === TicketType.halfInQuota) this.#halves += sign;
  }

  #checkLimits(version: number, buyer: string): void {
    const count = this.#perBuyer.get(buyer) ?? 0;
    if (count > this.#terms.seatsPerBuyerMax) {
      this.#report('ten-per-buyer', version, `buyer ${buyer} has ${count} tickets of this screening`);
    }
    const halfQuota = this.#halfQuota;
    if (halfQuota !== null && this.#halves > halfQuota) {
      this.#report('half-quota', version, `${this.#halves} half-price tickets, and the quota is ${halfQuota}`);
    }
  }

  #isFree(version: number, seat: number): boolean {
    const status = this.statusOf(seat);
    if (seat < 0 || seat >= this.#map.seatCount) this.#report('facts', version, `there is no seat ${seat}`);
    else if (status === 0) return true;
    else if (status === 3) this.#report('facts', version, `seat ${seat} is taken, and it is blocked`);
    else
      this.#report('sold-once', version, `seat ${seat} is taken, and it is ${status === 1 ? 'held' : 'sold'} already`);
    return false;
  }

  #holdOf(version: number, id: number): LedgerHold | null {
    const hold = this.#holds.get(id) ?? null;
    if (hold === null) this.#report('facts', version, `there is no hold ${id}`);
    return hold;
  }

  #orderOf(version: number, id: string, state: LedgerOrder['state']): LedgerOrder | null {
    const order = this.orders.get(id) ?? null;
    if (order?.state === state) return order;
    this.#report('facts', version, `order ${id} should be ${state}, and is ${order?.state ?? 'unknown'}`);
    return null;
  }
}

function isLive({ state }: LedgerTicket): boolean {
  return state === 'live' || state === 'used';
}
