/** What belongs to a screening's price beside the seat: the ticket types that are to be had where it is shown, and the fee of who shows it. */
import type pg from 'pg';
import { isOffered, listTicketTypes, type TicketTypeRow } from './ticket-types.ts';

/** An exhibitor's service fee, for each ticket that costs something. */
export interface ServiceFee {
  /** Of the ticket's price, in hundredths of a per cent: 0 to 10,000. */
  readonly bps: number;
  /** And this, in cents. */
  readonly cents: number;
}

export interface TicketOffer {
  readonly fee: ServiceFee;
  /** The active ones, in the order in which they are offered. */
  readonly ticketTypes: readonly TicketTypeRow[];
}

/** Of a screening's offer what is its own; the types are the same for all screenings. */
export interface OfferPlace extends ServiceFee {
  readonly state: string | null;
  readonly city: string | null;
}

/** Where `screening` is shown, and the fee there; null when there is no such screening. Any role may ask. */
export async function loadOfferPlace(pool: pg.Pool, screening: number): Promise<OfferPlace | null> {
  if (!Number.isSafeInteger(screening)) return null;
  const { rows } = await pool.query<OfferPlace>({
    name: 'ticket-offer',
    text: `select c.state, c.city, coalesce(e.service_fee_bps, 0) as bps, coalesce(e.service_fee_cents, 0) as cents
      from screenings s
        join auditoriums a on a.id = s.auditorium_id
        join cinemas c on c.id = a.cinema_id
        left join exhibitors e on e.id = c.exhibitor_id
      where s.id = $1`,
    values: [screening],
  });
  return rows[0] ?? null;
}

/** Of `ticketTypes` (all active ones) those that are to be had at `place`. */
export function offerAt({ state, city, bps, cents }: OfferPlace, ticketTypes: readonly TicketTypeRow[]): TicketOffer {
  return {
    fee: { bps, cents },
    ticketTypes: ticketTypes.filter(({ jurisdiction }) => isOffered(jurisdiction, state, city)),
  };
}

/** The offer of `screening`, read now; null when there is no such screening. Any role may ask. */
export async function loadTicketOffer(pool: pg.Pool, screening: number): Promise<TicketOffer | null> {
  const place = await loadOfferPlace(pool, screening);
  return place === null ? null : offerAt(place, await listTicketTypes(pool));
}
