/** An order for tests: two tickets that admit, a screening that is ahead. */
import type { Order, OrderScreening, OrderTicket } from '../../../sdk/api/tickets-api.ts';

export function exampleTicket(ticket: Partial<OrderTicket> = {}): OrderTicket {
  return {
    id: 't1',
    code: 'K7P4M2XWQZ',
    seat: 'F12',
    row: 'F',
    seatKind: 0,
    category: null,
    type: 1,
    priceCents: 3200,
    feeCents: 320,
    state: 'live',
    usedAt: null,
    qr: 'POLTRONA:ABC',
    ...ticket,
  };
}

export function exampleOrder(order: Partial<Order> = {}, screening: Partial<OrderScreening> = {}): Order {
  return {
    id: 'order-1',
    state: 'captured',
    amountCents: 7040,
    feeCents: 640,
    currency: 'BRL',
    createdAt: '2026-12-20T12:00:00.000Z',
    screening: {
      id: 7,
      status: 'scheduled',
      startsAt: '2026-12-24T23:30:00.000Z',
      startsLocal: '2026-12-24T20:30:00',
      timeZone: 'America/Sao_Paulo',
      film: { id: 3, title: 'O Agente Secreto', minutes: 120, rating: '16', posterUrl: null },
      cinema: { id: 2, name: 'Cine Centro', address: 'Rua Sete, 7', city: 'São Paulo', state: 'SP' },
      auditorium: 'Sala 3',
      projection: '2D',
      language: 'leg',
      ...screening,
    },
    tickets: [exampleTicket(), exampleTicket({ id: 't2', code: 'QZ34567ABC', seat: 'F13' })],
    cancellable: { until: '2026-12-24T22:30:00.000Z', why: null },
    access: 'token',
    ...order,
  };
}
