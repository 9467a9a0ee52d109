import type { ClubTicketWords } from './club-ticket.pt-br.ts';

/** Words of the club’s tickets, where seats are paid for. */
export const clubTicketEn: ClubTicketWords = {
  name: 'Club',
  left: (left) => (left === 1 ? 'You have 1 club ticket this month.' : `You have ${left} club tickets this month.`),
  gone: 'Your club tickets of this month are used up.',
  usedUp: 'Club · used up this month',
};
