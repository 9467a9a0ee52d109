/** Buyers' orders on a real database and a real engine, without sockets: accounts and guests with their cookies, and seats sold to them. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { TicketLine } from '../../actors/seat-command.ts';
import { orderEndpoints } from '../../server/tickets/order-endpoints.ts';
import { TicketSigner } from '../../storage/tickets/ticket-qr.ts';
import { type AccountsStage, type Answered, type Asked, accountsStage, CPFS, request } from './accounts-stage.ts';
import { AdminStage } from './admin-stage.ts';
import { newTickets } from './screening.ts';

export const POLICY = { days: 7, minutesBefore: 60 };
export const PUBLIC_URL = 'https://cinema.test';

/** Somebody who buys. */
export interface Person {
  /** What orders name as their contact. */
  readonly id: string;
  readonly cookie: string;
  readonly cpf: string;
  readonly payer: string;
}

export interface Sale {
  readonly order: string;
  readonly seats: readonly number[];
  /** Cents of each ticket's fee. */
  readonly feeCents?: number;
  /** A ticket type's code. */
  readonly category?: string;
}

export class OrdersStage {
  readonly accounts: AccountsStage;
  readonly seats: AdminStage;
  readonly signer: TicketSigner;
  screening!: number;

  constructor(accounts: AccountsStage, seats: AdminStage, signer: TicketSigner) {
    this.accounts = accounts;
    this.seats = seats;
    this.signer = signer;
  }

  /** With one screening, `hours` from now at most, in São Paulo. */
  static async create(t: TestContext, hours = 30): Promise<OrdersStage> {
    let made: OrdersStage | null = null;
    const later = (): OrdersStage => {
      assert.ok(made !== null, 'the stage is not there yet');
      return made;
    };
    const accounts = await accountsStage(t, ({ pool, seals, nowMs }) =>
      orderEndpoints({
        get pool() {
          return later().seats.app;
        },
        accounts: pool,
        seals,
        get signer() {
          return later().signer;
        },
        cancelPolicy: POLICY,
        publicUrl: PUBLIC_URL,
        ask: (screening, command) => later().seats.ports.ask(screening, command),
        nowMs,
      }),
    );
    const seats = await AdminStage.create(t, accounts.config);
    const signer = new TicketSigner({ pool: seats.app, seals: accounts.seals, nowMs: () => accounts.nowMs });
    made = new OrdersStage(accounts, seats, signer);
    made.screening = await seats.screening(seats.mine, hours);
    return made;
  }

  ask(method: string, path: string, asked?: Asked): Promise<Answered> {
    return this.accounts.ask(method, path, asked);
  }

  /** An answer that is no JSON. */
  async text(path: string, cookie: string): Promise<{ status: number; headers: Record<string, string>; text: string }> {
    const response = await this.accounts.router.answer(request('GET', path, { cookie }));
    assert.ok(response !== null, path);
    const { status, headers = {}, body = '' } = response;
    return { status, headers: { ...headers }, text: Buffer.from(body).toString() };
  }

  /** With the header of whoever has a link. */
  askWith(access: string, method: string, path: string, body?: unknown): Promise<Answered> {
    return this.ask(method, path, { headers: { 'order-access': access }, ...(body === undefined ? {} : { body }) });
  }

  async guest(cpf: string = CPFS[0], email = 'visita@example.com'): Promise<Person> {
    const { cookie = '', json } = await this.ask('POST', '/api/guests', { body: { cpf, email } });
    return this.#person(json.buyer.id, cookie, cpf);
  }

  async account(cpf: string = CPFS[0], email = 'ana@example.com'): Promise<Person> {
    const { id, cookie } = await this.accounts.account(email, cpf);
    return this.#person(id, cookie, cpf);
  }

  /** `person` buys seats at 30.00 each; the tickets are called `order-seat`, their codes "TICKET…". */
  async sells(person: Person, sale: Sale, screening = this.screening): Promise<void> {
    await this.pays(person, sale, screening);
    const { order, seats } = sale;
    const tickets = newTickets(order, seats).map((ticket) => ({ ...ticket, code: codeOf(order, ticket.seat) }));
    const { outcome } = await this.seats.says(screening, { kind: 'confirm', buyer: person.id, order, tickets });
    assert.equal(outcome.code, 0, JSON.stringify(outcome));
  }

  /** As far as the payment. */
  async pays(person: Person, { order, seats, feeCents, category }: Sale, screening = this.screening): Promise<void> {
    const hold = await this.seats.holds(screening, person.id, seats);
    const type = category === undefined ? null : await this.#typeOf(category);
    const lines = seats.map(
      (seat): TicketLine => ({
        ...{ seat, type: type?.engineType ?? 1, priceCents: 3_000 },
        ...(type === null ? {} : { category: type.id }),
        ...(feeCents === undefined ? {} : { feeCents }),
      }),
    );
    const { id: buyer, payer } = person;
    const begin = { kind: 'begin-payment', buyer, payer, contact: buyer, hold, order, lines } as const;
    const { outcome } = await this.seats.says(screening, begin);
    assert.equal(outcome.code, 0, JSON.stringify(outcome));
  }

  async #person(id: string, cookie: string, cpf: string): Promise<Person> {
    const [row] = await this.seats.rows<{ payer: string }>('select payer_id as payer from buyers where id = $1', [id]);
    return { id, cookie, cpf, payer: row?.payer ?? '' };
  }

  async #typeOf(code: string): Promise<{ readonly id: number; readonly engineType: TicketLine['type'] }> {
    const [row] = await this.seats.rows<{ id: number; engineType: TicketLine['type'] }>(
      'select id, engine_type as "engineType" from ticket_types where code = $1',
      [code],
    );
    assert.ok(row !== undefined, code);
    return row;
  }
}

/** The code of a ticket of `sells`: letters and figures alone. */
export function codeOf(order: string, seat: number): string {
  return `TICKET${order.replace(/\W/g, '').toUpperCase()}${seat}`;
}
