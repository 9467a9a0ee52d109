/**
 * The promises, checked from outside after every step: against the database alone, and against what clients and
 * watchers heard. Written without `decide` and `evolve`: a checker that shares their code would share their bugs.
 */
import { FactKind, type RecordedFact } from '../../actors/seat-fact.ts';
import type { SeatMap } from '../../actors/seat-map.ts';
import type { Answer, TicketSummary } from '../../actors/seat-outcome.ts';
import type { SeatSnapshot } from '../../workers/seat-replica.ts';
import { RULES, type World } from './world.ts';

/** Seats of one screening as its facts say, by the plainest means. */
interface Ledger {
  readonly checked: number;
  /** The layout after what was checked. */
  map: SeatMap;
  readonly facts: readonly RecordedFact[];
  readonly holds: Map<number, { buyer: string; seats: Set<number>; openedAtMs: number }>;
  readonly sold: Map<number, { buyer: string; ticket: string }>;
  readonly seatOfTicket: Map<string, number>;
  readonly payerOfOrder: Map<string, string>;
  readonly blocked: Set<number>;
  readonly requestIds: Map<string, RecordedFact>;
  /** Status per seat after each version: what a watcher at that version must see. */
  readonly statusAt: Uint8Array[];
}

type Terms = Pick<TicketSummary, 'seat' | 'type' | 'priceCents' | 'category' | 'feeCents'>;

export class Promises {
  readonly #world: World;
  readonly #ledgers = new Map<number, Ledger>();
  readonly #heard = new Map<string, { text: string; answer: Answer }>();
  readonly #chosenOn = new Map<string, number>();
  readonly #pricedAt = new Map<string, number>();
  readonly violations: string[] = [];
  mapChanges = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Somebody wants seats that were chosen on this layout. */
  chosen(requestId: string, seatMap: number): void {
    this.#chosenOn.set(requestId, seatMap);
  }

  /** Somebody begins a payment of this total, and would accept no other. */
  priced(requestId: string, totalCents: number): void {
    this.#pricedAt.set(requestId, totalCents);
  }

  /** A client heard an answer. */
  heard(screening: number, requestId: string, answer: Answer, version: number): void {
    if (answer.code !== 0) return;
    const text = JSON.stringify(answer, (key, value) => (key === 'deadlineMs' ? undefined : value));
    const before = this.#heard.get(requestId);
    if (before !== undefined && before.text !== text) {
      this.#violated(`[I4] ${requestId} was answered ${before.text} and then ${text}`);
    }
    this.#heard.set(requestId, { text, answer });
    const stored = this.#world.database.lastVersion(screening);
    if (version > stored) this.#violated(`[I2] ${requestId} was accepted at version ${version}, stored is ${stored}`);
    const fact = this.#world.database.factsOf(screening).find((one) => one.requestId === requestId);
    if (fact === undefined) this.#violated(`[I2] ${requestId} was accepted and is not in the journal`);
    if (answer.kind === 'sold') this.#checkTickets(screening, requestId, answer.tickets);
  }

  /** What is sold is what was begun: seat by seat the same price, fee and category. */
  #checkTickets(screening: number, requestId: string, tickets: readonly TicketSummary[]): void {
    const facts = this.#world.database.factsOf(screening).map(({ fact }) => fact);
    const sold = facts.find((fact) => fact.kind === FactKind.sold && fact.tickets[0]?.ticket === tickets[0]?.ticket);
    const order = sold?.kind === FactKind.sold ? sold.order : '';
    const begun = facts.find((fact) => fact.kind === FactKind.paymentBegun && fact.order === order);
    const lines = begun?.kind === FactKind.paymentBegun ? begun.lines : [];
    const text = (parts: readonly Terms[]): string =>
      parts
        .map(({ seat, type, priceCents, category, feeCents }) => [seat, type, priceCents, category, feeCents].join())
        .sort()
        .join(' ');
    if (text(lines) !== text(tickets)) {
      this.#violated(`[PC1] ${requestId} was sold "${text(tickets)}", and "${text(lines)}" was begun`);
    }
  }

  /** A watcher was shown this seat map. */
  shown(snapshot: SeatSnapshot): void {
    this.checkJournal();
    const ledger = this.#ledgers.get(snapshot.screening);
    const stored = ledger?.facts.length ?? 0;
    if (snapshot.version > stored) {
      this.#violated(`[I2] a watcher saw version ${snapshot.version} of ${snapshot.screening}, stored is ${stored}`);
      return;
    }
    const truth = ledger?.statusAt[snapshot.version];
    if (truth === undefined) return;
    const map = this.#world.mapOf(this.#world.database.mapOf(snapshot.screening, snapshot.version));
    if (snapshot.seatMap !== map.id || snapshot.status.length !== map.seatCount) {
      this.#violated(`[MC3] version ${snapshot.version} of ${snapshot.screening} is shown on another layout`);
      return;
    }
    for (let seat = 0; seat < truth.length; seat++) {
      if (truth[seat] !== snapshot.status[seat]) {
        this.#violated(
          `[I2] version ${snapshot.version} of ${snapshot.screening}: seat ${seat} is shown ${snapshot.status[seat]}, is ${truth[seat]}`,
        );
        return;
      }
    }
  }

  /** Everything new in the journal. */
  checkJournal(): void {
    for (const [screening, facts] of this.#world.database.journal) this.#checkScreening(screening, facts);
  }

  #checkScreening(screening: number, facts: readonly RecordedFact[]): void {
    const before = this.#ledgers.get(screening);
    if (before !== undefined && before.checked === facts.length && before.facts === facts) return;
    const ledger: Ledger = before ?? {
      checked: 0,
      map: this.#world.mapOf(null),
      facts,
      holds: new Map(),
      sold: new Map(),
      seatOfTicket: new Map(),
      payerOfOrder: new Map(),
      blocked: new Set(),
      requestIds: new Map(),
      statusAt: [new Uint8Array(this.#world.mapOf(null).seatCount)],
    };
    if (facts.length < ledger.checked) this.#violated(`the journal of ${screening} became shorter`);
    for (let index = ledger.checked; index < facts.length; index++) {
      const recorded = facts[index]!;
      const where = `screening ${screening} version ${recorded.version}`;
      if (recorded.version !== index + 1) this.#violated(`a gap: ${where} stands at place ${index + 1}`);
      const epochBefore = facts[index - 1]?.epoch ?? 0;
      if (recorded.epoch < epochBefore) this.#violated(`[I1] ${where}: epoch ${recorded.epoch} after ${epochBefore}`);
      if (recorded.epoch !== epochBefore && recorded.fact.kind !== FactKind.ownerChanged) {
        this.#violated(`[I1] ${where}: epoch ${recorded.epoch} begins without an owner-changed fact`);
      }
      if (recorded.requestId !== null) {
        if (ledger.requestIds.has(recorded.requestId))
          this.#violated(`[I4] ${where}: ${recorded.requestId} took effect twice`);
        ledger.requestIds.set(recorded.requestId, recorded);
      }
      this.#apply(ledger, recorded, where);
    }
    this.#ledgers.set(screening, { ...ledger, checked: facts.length, facts });
  }

  #apply(ledger: Ledger, recorded: RecordedFact, where: string): void {
    const { fact } = recorded;
    const { holds, sold } = ledger;
    const isTaken = (seat: number): boolean =>
      sold.has(seat) || ledger.blocked.has(seat) || [...holds.values()].some((hold) => hold.seats.has(seat));
    switch (fact.kind) {
      case FactKind.mapChanged: {
        if (fact.from !== ledger.map.id) this.#violated(`[MC3] ${where}: the layout was ${ledger.map.id}`);
        if (fact.from === fact.to) break;
        if (sold.size > 0 || holds.size > 0) this.#violated(`[MC1] ${where}: somebody's seat moves`);
        const labels = [...ledger.blocked].map((seat) => ledger.map.seatLabels[seat]);
        ledger.map = this.#world.mapOf(fact.to);
        ledger.blocked.clear();
        for (const [seat, label] of ledger.map.seatLabels.entries())
          if (labels.includes(label)) ledger.blocked.add(seat);
        this.mapChanges++;
        break;
      }
      case FactKind.held: {
        const chosenOn = this.#chosenOn.get(recorded.requestId ?? '') ?? ledger.map.id;
        if (chosenOn !== ledger.map.id) this.#violated(`[MC4] ${where}: the seats were chosen on another layout`);
        for (const seat of fact.seats) if (isTaken(seat)) this.#violated(`[I1] ${where}: seat ${seat} is held twice`);
        const hold = holds.get(fact.hold) ?? {
          buyer: fact.buyer,
          seats: new Set<number>(),
          openedAtMs: this.#world.database.decidedAtMs(recorded),
        };
        for (const seat of fact.seats) hold.seats.add(seat);
        holds.set(fact.hold, hold);
        this.#checkTen(ledger, fact.buyer, where);
        break;
      }
      case FactKind.released:
        for (const seat of fact.seats) holds.get(fact.hold)?.seats.delete(seat);
        if (holds.get(fact.hold)?.seats.size === 0) holds.delete(fact.hold);
        break;
      case FactKind.expired:
        for (const id of fact.holds) {
          const livedMs = this.#world.database.decidedAtMs(recorded) - (holds.get(id)?.openedAtMs ?? 0);
          // On true time, whoever's clock set and judged the deadline. The shortest is that after a declined card.
          if (livedMs < RULES.retryTtlMs) this.#violated(`${where}: hold ${id} expired after ${livedMs} ms`);
          holds.delete(id);
        }
        break;
      case FactKind.paymentBegun: {
        const totalCents = fact.lines.reduce((sum, line) => sum + line.priceCents + (line.feeCents ?? 0), 0);
        const pricedAt = this.#pricedAt.get(recorded.requestId ?? '');
        if (pricedAt !== totalCents) this.#violated(`[PC3] ${where}: ${totalCents} cents, and ${pricedAt} were shown`);
        ledger.payerOfOrder.set(fact.order, fact.payer);
        break;
      }
      case FactKind.paymentCancelled:
        if (fact.deadlineMs === null) holds.delete(fact.hold);
        break;
      case FactKind.sold: {
        const buyer = ledger.payerOfOrder.get(fact.order) ?? '';
        holds.delete(fact.hold);
        for (const { seat, ticket } of fact.tickets) {
          if (isTaken(seat)) this.#violated(`[I1] ${where}: seat ${seat} is sold twice`);
          sold.set(seat, { buyer, ticket });
          ledger.seatOfTicket.set(ticket, seat);
        }
        this.#checkTen(ledger, buyer, where);
        break;
      }
      case FactKind.ticketsCancelled:
      case FactKind.ticketsRefunded:
        for (const ticket of fact.tickets) {
          const seat = ledger.seatOfTicket.get(ticket);
          if (seat === undefined || sold.get(seat)?.ticket !== ticket)
            this.#violated(`${where}: ticket ${ticket} is not live`);
          else sold.delete(seat);
        }
        break;
      case FactKind.blocked:
        for (const seat of fact.seats) {
          if (isTaken(seat)) this.#violated(`[I1] ${where}: seat ${seat} is blocked although taken`);
          ledger.blocked.add(seat);
        }
        break;
      case FactKind.unblocked:
        for (const seat of fact.seats) ledger.blocked.delete(seat);
        break;
    }
    ledger.statusAt.push(this.#statusOf(ledger));
  }

  #statusOf(ledger: Ledger): Uint8Array {
    const status = new Uint8Array(ledger.map.seatCount);
    for (const seat of ledger.blocked) status[seat] = 3;
    for (const { seats } of ledger.holds.values()) for (const seat of seats) status[seat] = 1;
    for (const seat of ledger.sold.keys()) status[seat] = 2;
    return status;
  }

  #checkTen(ledger: Ledger, buyer: string, where: string): void {
    let seats = 0;
    for (const one of ledger.sold.values()) if (one.buyer === buyer) seats++;
    for (const hold of ledger.holds.values()) if (hold.buyer === buyer) seats += hold.seats.size;
    if (seats > RULES.seatsPerBuyerMax) this.#violated(`[I3] ${where}: ${buyer} has ${seats} seats`);
  }

  #violated(what: string): void {
    if (this.violations.length < 20) this.violations.push(what);
  }
}
