/** Bought tickets: the code large, then film, time, auditorium, seat. */
import type { MineOrder } from '../../sdk/index.ts';
import { element } from './element.ts';
import type { PanelPorts } from './purchase-panel.ts';

export function ticketList(
  orders: readonly MineOrder[],
  { screening, messages, formats, labelOf }: PanelPorts,
): HTMLElement[] {
  const tickets = orders.flatMap((order) => order.tickets);
  if (tickets.length === 0) return [];
  const when = `${formats.day(screening)}, ${formats.time(screening)}`;
  const cards = tickets.map(({ code, seat, type, priceCents }) => {
    const name = type === 1 || type === 2 || type === 3 ? messages.ticketTypes[type] : '';
    return element(
      'li',
      { class: 'ticket' },
      element('span', { class: 'code' }, formats.code(code)),
      element('span', { class: 'ticket-film' }, screening.title),
      element('span', {}, when),
      element('span', {}, `${screening.cinema} · ${screening.auditorium}`),
      element('span', { class: 'seat' }, labelOf(seat)),
      element('span', { class: 'quiet' }, `${name} ${formats.money(priceCents, screening.currency)}`),
    );
  });
  return [
    element('h2', {}, messages.ticketsTitle),
    element('ul', { class: 'tickets' }, ...cards),
    element('p', { class: 'quiet' }, messages.ticketsHint),
  ];
}
