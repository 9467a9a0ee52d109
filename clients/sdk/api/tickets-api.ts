/**
 * Orders and tickets of whoever is signed in, or of a guest who has his code and CPF. What an order looks like over HTTP is
 * written here once, for every page that shows one.
 *
 * An order is reached in two ways: by the session whose order it is, or with `access`, the token that is in the link of the
 * confirmation, in the answer of a lookup, and in each order itself. It travels in a header, so that no address, history or log
 * has it.
 */
import type { ApiClient } from './http.ts';

export type OrderState =
  | 'created'
  | 'authorised'
  | 'sold'
  | 'captured'
  | 'cancelled'
  | 'refunded'
  | 'refused'
  | 'expired';
export type TicketState = 'live' | 'used' | 'cancelled' | 'refunded';

/** What a ticket was bought as, and which document the entrance may ask for. */
export interface TicketCategory {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly document: string | null;
  readonly documentEn: string | null;
}

export interface OrderTicket {
  readonly id: string;
  /** Ten characters that can be read aloud: what a guest finds his order by. */
  readonly code: string;
  /** What is written on the seat: "F12". */
  readonly seat: string;
  readonly row: string;
  /** actors/seat-map.ts, SeatKind: 0 is the regular seat. */
  readonly seatKind: number;
  /** Null where it was not told at the purchase. */
  readonly category: TicketCategory | null;
  /** What the actor counts: 1 full price, 2 half in the quota, 3 half outside of it, 4 courtesy, 5 promotional. */
  readonly type: number;
  readonly priceCents: number;
  /** On top of the price. */
  readonly feeCents: number;
  readonly state: TicketState;
  /** An instant; null while it was not let in. */
  readonly usedAt: string | null;
  /** The text of the QR code (alphanumeric mode). Null when the ticket admits nobody: not live, or its screening is cancelled. */
  readonly qr: string | null;
}

export interface OrderScreening {
  readonly id: number;
  readonly status: 'scheduled' | 'closed' | 'cancelled';
  /** An instant: "2026-12-24T23:30:00.000Z". */
  readonly startsAt: string;
  /** The wall clock in the cinema: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  readonly timeZone: string;
  readonly film: {
    readonly id: number;
    readonly title: string;
    readonly minutes: number;
    readonly rating: string;
    readonly posterUrl: string | null;
  };
  readonly cinema: {
    readonly id: number;
    readonly name: string;
    readonly address: string | null;
    readonly city: string | null;
    readonly state: string | null;
  };
  readonly auditorium: string;
  readonly projection: string;
  readonly language: string;
}

export interface Order {
  readonly id: string;
  readonly state: OrderState;
  /** All that was paid, fees included. */
  readonly amountCents: number;
  /** Of that, fees. */
  readonly feeCents: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly screening: OrderScreening;
  /** By seat. Empty until the order is sold. */
  readonly tickets: readonly OrderTicket[];
  readonly cancellable: {
    /** The instant up to which tickets can be given back; null: not any more, and `why` says why not. */
    readonly until: string | null;
    readonly why: CancelRefusal | null;
  };
  /** The order-access token: for the link of this order, until a day after the screening's end. */
  readonly access: string;
}

/**
 * Why nothing of an order can be given back: it is not paid (yet), no ticket is live, the screening is cancelled (its tickets
 * are refunded without being asked for), too many days since the purchase, or too shortly before the start.
 */
export type CancelRefusal = 'not-sold' | 'no-live-ticket' | 'screening-cancelled' | 'too-long-ago' | 'too-late';

/** For one order: the token that came with a link or a lookup; left out where the session is enough. */
export interface OrderAccess {
  readonly access?: string | undefined;
}

export interface CancelWish extends OrderAccess {
  /** Ids; left out: all that are live. */
  readonly tickets?: readonly string[] | undefined;
  /** Of this wish, to repeat it after a reload: it is done once. By default each call is a wish of its own. */
  readonly key?: string | undefined;
}

/** What can be asked about orders. */
export class TicketsApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Those of the session, the newest first, at most 50. @throws ApiProblem 401 for a visitor. */
  async orders(): Promise<readonly Order[]> {
    const { orders } = await this.#client.ask<{ orders: readonly Order[] }>('/api/orders');
    return orders;
  }

  /** @throws ApiProblem 404 where there is none, or it is not the asker's: the answer does not tell which. */
  async order(id: string, { access }: OrderAccess = {}): Promise<Order> {
    const { order } = await this.#client.ask<{ order: Order }>(pathOf(id), { headers: accessHeaders(access) });
    return order;
  }

  /**
   * By the code of one of its tickets and the CPF that it was bought with.
   * @throws ApiProblem 404 when the two do not belong together, 429 after too many attempts.
   */
  lookup(code: string, cpf: string): Promise<{ readonly order: Order; readonly access: string }> {
    return this.#client.ask('/api/orders/lookup', { method: 'POST', body: { code, cpf } });
  }

  /**
   * Gives tickets back, all that are live unless some are named. Resolves with the order as it is then.
   * @throws ApiProblem 409 (`too-late`, `ticket-used`, `ticket-void`…) when nothing was cancelled.
   */
  async cancel(id: string, wish: CancelWish = {}): Promise<Order> {
    const { tickets, access, key } = wish;
    const { order } = await this.#client.ask<{ order: Order }>(`${pathOf(id)}/cancel`, {
      method: 'POST',
      body: tickets === undefined ? {} : { tickets },
      headers: accessHeaders(access),
      ...(key === undefined ? {} : { key }),
    });
    return order;
  }

  /** The confirmation once more, to the address of the purchase. @throws ApiProblem 429 after three in an hour. */
  async resend(id: string, { access }: OrderAccess = {}): Promise<void> {
    await this.#client.ask(`${pathOf(id)}/resend`, { method: 'POST', body: {}, headers: accessHeaders(access) });
  }

  /** The screening as a file for calendars (text/calendar), in this language. */
  calendar(id: string, language: 'pt-BR' | 'en', { access }: OrderAccess = {}): Promise<string> {
    const headers = { accept: 'text/calendar', ...accessHeaders(access) };
    return this.#client.askText(`${pathOf(id)}/calendar.ics`, { query: { language }, headers });
  }
}

function pathOf(id: string): string {
  return `/api/orders/${encodeURIComponent(id)}`;
}

function accessHeaders(access: string | undefined): Readonly<Record<string, string>> {
  return access === undefined ? {} : { 'order-access': access };
}
