/** What the offer of a screening says beside its prices: film, place, and how many of the half-price tickets are gone. */
import type pg from 'pg';

export interface OfferFacts {
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
    readonly timeZone: string;
  };
  readonly auditorium: string;
  /** Half-price tickets in the quota that are sold: live ones, and those of people who are inside. */
  readonly halfSold: number;
}

/** Null when there is no such screening. Any role may ask. */
export async function loadOfferFacts(pool: pg.Pool, screening: number): Promise<OfferFacts | null> {
  // The valid tickets of a screening are an index of their own (tickets_live_seat): at most as many rows as seats.
  const { rows } = await pool.query<{ facts: OfferFacts }>({
    name: 'offer-facts',
    text: `select json_build_object(
        'film', json_build_object('id', f.id, 'title', f.title, 'minutes', f.minutes, 'rating', f.rating, 'posterUrl', f.poster_url),
        'cinema', json_build_object('id', c.id, 'name', c.name, 'address', c.address, 'city', c.city, 'state', c.state,
          'timeZone', s.time_zone),
        'auditorium', a.name,
        'halfSold', (select count(*) from tickets t
          where t.screening = s.id and t.state in ('live', 'used') and t.type = 2)) as facts
      from screenings s
        join films f on f.id = s.film_id
        join auditoriums a on a.id = s.auditorium_id
        join cinemas c on c.id = a.cinema_id
      where s.id = $1`,
    values: [screening],
  });
  return rows[0]?.facts ?? null;
}
