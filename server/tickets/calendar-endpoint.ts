/** "Add to calendar": the screening of an order as a file. */
import { z } from 'zod';
import type { SeatMap } from '../../actors/seat-map.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import type { BuyerOrder } from '../../storage/tickets/buyer-orders.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { type CalendarEvent, calendarFile } from './calendar-file.ts';
import type { OrderPorts } from './order-ports.ts';
import { placeOf } from './order-view.ts';
import { ANYBODY, BY_WHOM, orderParams, reachedOrder, TAG } from './reached-order.ts';

type Language = 'pt-BR' | 'en';

export function calendarEndpoint(ports: OrderPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/orders/{order}/calendar.ics',
    tag: TAG,
    summary: 'The screening of an order, for a calendar',
    description: `text/calendar (RFC 5545). ${BY_WHOM}`,
    access: ANYBODY,
    params: orderParams,
    query: z.object({ language: z.enum(['pt-BR', 'en']).default('pt-BR') }),
    answer: z.string().meta({ description: 'text/calendar, not JSON.', contentMediaType: 'text/calendar' }),
    problems: { 404: 'There is no such order, or it is not the asker’s.', 409: 'not-sold: it has no ticket' },
    handle: async (request) => {
      const { order } = await reachedOrder(ports, request);
      if (order.tickets.length === 0) throw Problem.conflict('not-sold', 'The order has no ticket (yet).');
      const map = await loadSeatMap(ports.pool, order.seatMap);
      const text = calendarFile(eventOf(order, map, request.query.language, ports.publicUrl, ports.nowMs()));
      return {
        body: text,
        text,
        headers: {
          'content-type': 'text/calendar; charset=utf-8',
          'content-disposition': `attachment; filename="poltrona-${order.screening.id}.ics"`,
        },
      };
    },
  });
}

const WORDS: Readonly<Record<Language, { readonly cinema: string; readonly seat: string; readonly seats: string }>> = {
  'pt-BR': { cinema: 'Cinema', seat: 'Poltrona', seats: 'Poltronas' },
  en: { cinema: 'Cinema', seat: 'Seat', seats: 'Seats' },
};

/** The seats are those of its valid tickets; without one, or without the screening, the event is cancelled. */
export function eventOf(
  { id, screening, tickets }: Pick<BuyerOrder, 'id' | 'screening' | 'tickets'>,
  map: SeatMap,
  language: Language,
  publicUrl: string,
  nowMs: number,
): CalendarEvent {
  const words = WORDS[language];
  const { film, cinema, auditorium } = screening;
  const valid = tickets.filter(({ state }) => state === 'live' || state === 'used');
  const seats = valid.map(({ seat }) => placeOf(map, seat).seat).join(', ');
  const startsMs = Date.parse(screening.startsAt);
  const city = [cinema.city, cinema.state].filter((part) => part !== null).join(' - ');
  return {
    uid: `order-${id}@${new URL(publicUrl).hostname}`,
    madeMs: nowMs,
    startsMs,
    endsMs: startsMs + film.minutes * 60_000,
    summary: `${words.cinema}: ${film.title}`,
    location: [cinema.name, cinema.address, city].filter((part) => part !== null && part !== '').join(', '),
    description: [auditorium, seats === '' ? '' : `${valid.length === 1 ? words.seat : words.seats} ${seats}`]
      .filter((part) => part !== '')
      .join('\n'),
    url: `${publicUrl}/tickets/${encodeURIComponent(id)}`,
    isCancelled: valid.length === 0 || screening.status === 'cancelled',
  };
}
