/** The tickets of an order, in English; see confirmation-pt.ts. */
import type { LetterTicket } from '../../storage/order-letter.ts';
import { dateTime, exactDuration, money } from './phrases-en.ts';
import type { ConfirmedOrder, LetterBody } from './wording.ts';

export function confirmed({ facts, qr, url, cancellation }: ConfirmedOrder): LetterBody {
  const { tickets, currency } = facts;
  const isOne = facts.ticketCount === 1;
  const left = facts.ticketCount - tickets.length;
  return {
    subject: `${isOne ? 'Your ticket' : 'Your tickets'}: ${facts.film}`,
    paragraphs: [
      isOne
        ? 'Your purchase is confirmed, and this e-mail is your ticket: show its QR code at the door, on the screen or on paper.'
        : 'Your purchase is confirmed, and this e-mail holds your tickets: show the QR code of each at the door, on the screen or on paper.',
    ],
    details: [
      ['Film', facts.film],
      ['Time', dateTime(facts.startsLocal)],
      ['Cinema', facts.cinema],
      ...(facts.address === '' ? [] : [['Address', facts.address] as const]),
      ['Auditorium', facts.auditorium],
      [tickets.length === 1 ? 'Seat' : 'Seats', tickets.map(({ label }) => label).join(', ')],
      ['Total', money({ cents: facts.totalCents, currency })],
    ],
    tickets: tickets.map((ticket, index) => ({
      heading: `Seat ${ticket.label}`,
      code: ticket.code,
      lines: linesOf(ticket, currency),
      qr: qr[index] ?? '',
      alt: `QR code of ticket ${ticket.code}`,
    })),
    button: { label: isOne ? 'See my ticket' : 'See my tickets', url },
    notes: [
      ...(left > 0 ? [`There are ${left} more in this purchase: see the page with your tickets.`] : []),
      policy(cancellation),
      'Whoever has this e-mail can take your seat: do not pass it on to people you do not know.',
    ],
  };
}

const TYPES: Readonly<Record<number, string>> = {
  1: 'Full price',
  2: 'Half price',
  3: 'Half price',
  4: 'Courtesy',
  5: 'Promotional',
};

function linesOf({ category, type, priceCents, feeCents }: LetterTicket, currency: string): string[] {
  const price = money({ cents: priceCents, currency });
  const fee = feeCents > 0 ? ` + ${money({ cents: feeCents, currency })} service fee` : '';
  // A document may have no English name: its Portuguese one is what the gate asks for anyway.
  const document = category?.documentEn ?? category?.document;
  return [
    category?.nameEn ?? TYPES[type] ?? 'Ticket',
    ...(document ? [`Bring, and show at the door: ${document}`] : []),
    `${price}${fee}`,
  ];
}

function policy({ days, minutesBefore }: ConfirmedOrder['cancellation']): string {
  const until = minutesBefore > 0 ? `is more than ${exactDuration(minutesBefore)} away` : 'has not begun';
  return (
    `Changed your mind? You can cancel on the page with your tickets within ${exactDuration(days * 1440)} of the purchase, ` +
    `as long as the screening ${until}; the money comes back the way you paid it.`
  );
}
