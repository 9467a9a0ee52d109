/** The tickets of an order, in Portuguese. */
import type { LetterTicket } from '../../storage/order-letter.ts';
import { dateTime, exactDuration, money } from './phrases-pt.ts';
import type { ConfirmedOrder, LetterBody } from './wording.ts';

export function confirmed({ facts, qr, url, cancellation }: ConfirmedOrder): LetterBody {
  const { tickets, currency } = facts;
  const isOne = facts.ticketCount === 1;
  const left = facts.ticketCount - tickets.length;
  return {
    subject: `${isOne ? 'Seu ingresso' : 'Seus ingressos'}: ${facts.film}`,
    paragraphs: [
      isOne
        ? 'Compra confirmada. Este e-mail é o seu ingresso: na entrada, mostre o código QR na tela ou no papel.'
        : 'Compra confirmada. Seus ingressos estão neste e-mail: na entrada, mostre o código QR de cada um, na tela ou no papel.',
    ],
    details: [
      ['Filme', facts.film],
      ['Sessão', dateTime(facts.startsLocal)],
      ['Cinema', facts.cinema],
      ...(facts.address === '' ? [] : [['Endereço', facts.address] as const]),
      ['Sala', facts.auditorium],
      [tickets.length === 1 ? 'Lugar' : 'Lugares', tickets.map(({ label }) => label).join(', ')],
      ['Total', money({ cents: facts.totalCents, currency })],
    ],
    tickets: tickets.map((ticket, index) => ({
      heading: `Lugar ${ticket.label}`,
      code: ticket.code,
      lines: linesOf(ticket, currency),
      qr: qr[index] ?? '',
      alt: `Código QR do ingresso ${ticket.code}`,
    })),
    button: { label: isOne ? 'Ver meu ingresso' : 'Ver meus ingressos', url },
    notes: [
      ...(left > 0 ? [`Há mais ${left} nesta compra: estão na página dos ingressos.`] : []),
      policy(cancellation),
      'Quem tem este e-mail pode entrar no seu lugar: não o repasse a quem você não conhece.',
    ],
  };
}

const TYPES: Readonly<Record<number, string>> = {
  1: 'Inteira',
  2: 'Meia-entrada',
  3: 'Meia-entrada',
  4: 'Cortesia',
  5: 'Promocional',
};

function linesOf({ category, type, priceCents, feeCents }: LetterTicket, currency: string): string[] {
  const price = money({ cents: priceCents, currency });
  const fee = feeCents > 0 ? ` + ${money({ cents: feeCents, currency })} de taxa de serviço` : '';
  return [
    category?.name ?? TYPES[type] ?? 'Ingresso',
    ...(category?.document ? [`Traga e mostre na entrada: ${category.document}`] : []),
    `${price}${fee}`,
  ];
}

function policy({ days, minutesBefore }: ConfirmedOrder['cancellation']): string {
  const until =
    minutesBefore > 0 ? `enquanto faltarem mais de ${exactDuration(minutesBefore)} para` : 'antes de começar';
  return (
    `Mudou de ideia? Você pode cancelar na página dos ingressos em até ${exactDuration(days * 1440)} depois da compra, ` +
    `${until} a sessão; o valor volta pelo mesmo meio de pagamento.`
  );
}
