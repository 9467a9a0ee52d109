/** Films, cinemas and screenings for tests, as a search answers them: all on 24 December 2026, in São Paulo. */
import type { FoundCinema, FoundFilm, FoundScreening } from '../../../sdk/api/catalogue-api.ts';

/** A screening at a full hour of the cinema's clock, 100 seats, all free. */
export function foundScreening(id: number, hour: number, more: Partial<FoundScreening> = {}): FoundScreening {
  const startsLocal = `2026-12-24T${String(hour).padStart(2, '0')}:00:00`;
  return {
    id,
    auditorium: 'Sala 1',
    startsAt: new Date(Date.parse(`${startsLocal}Z`) + 3 * 3_600_000).toISOString(),
    startsLocal,
    projection: '2D',
    language: 'leg',
    seatsLeft: 100,
    seatCount: 100,
    priceFromCents: 3_200,
    currency: 'BRL',
    salesOpen: true,
    ...more,
  };
}

export function foundCinema(id: number, screenings: readonly FoundScreening[]): FoundCinema {
  const cinema = { id, name: `Cine ${id}`, city: 'São Paulo', state: 'SP', timeZone: 'America/Sao_Paulo' };
  return { cinema, screenings };
}

export function foundFilm(id: number, cinemas: readonly FoundCinema[]): FoundFilm {
  const film = {
    id,
    title: `Filme ${id}`,
    originalTitle: null,
    minutes: 100,
    rating: '12',
    genres: ['Drama'],
    posterUrl: null,
  };
  return { film, cinemas };
}
