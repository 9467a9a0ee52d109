/** The ticket types that are to be had, as shops and boxes offer them. Keeping them is the administrator's business. */
import type pg from 'pg';

export interface TicketTypeRow {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  /** "BR", a state ("SP") or a city ("SP/Campinas"). */
  readonly jurisdiction: string;
  /** The class that the actor counts, 1 to 5 (actors/seat-command.ts). */
  readonly engineType: number;
  readonly countsInQuota: boolean;
  /** Of the full price, 0 to 1. */
  readonly priceFactor: number;
  readonly document: string | null;
  readonly documentEn: string | null;
  readonly legalBasis: string | null;
}

/** The active ones, in the order in which they are offered. Any role may ask. */
export async function listTicketTypes(pool: pg.Pool): Promise<TicketTypeRow[]> {
  const { rows } = await pool.query<TicketTypeRow>({
    name: 'ticket-types',
    text: `select id::int as id, code, name, name_en as "nameEn", jurisdiction, engine_type::int as "engineType",
        counts_in_quota as "countsInQuota", price_factor::float8 as "priceFactor", document,
        document_en as "documentEn", legal_basis as "legalBasis"
      from ticket_types where status = 'active' order by position, id`,
  });
  return rows;
}

/**
 * Whether a type of a jurisdiction is to be had in a cinema there: "BR" everywhere, "SP" in that state, "SP/Campinas" in
 * that city. Without a state only what holds in the whole country is.
 */
export function isOffered(jurisdiction: string, state: string | null, city: string | null): boolean {
  if (jurisdiction === 'BR') return true;
  if (state === null) return false;
  return jurisdiction === state || (city !== null && jurisdiction === `${state}/${city}`);
}
