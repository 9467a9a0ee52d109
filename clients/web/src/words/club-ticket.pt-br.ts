/** Words of the club’s tickets, where seats are paid for. */
export const clubTicketPt = {
  name: 'Clube',
  left: (left: number): string =>
    left === 1 ? 'Você tem 1 ingresso do clube neste mês.' : `Você tem ${left} ingressos do clube neste mês.`,
  gone: 'Seus ingressos do clube deste mês acabaram.',
  usedUp: 'Clube · acabaram neste mês',
};
export type ClubTicketWords = typeof clubTicketPt;
