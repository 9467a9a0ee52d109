import type { ClubWords } from './club.pt-br.ts';

/** Words of the cinema club’s page. */
export const clubEn: ClubWords = {
  title: 'Cinema club',
  intro: 'One monthly payment, and tickets at the members’ price.',
  loading: 'One moment…',
  tryAgain: 'Try again',
  toFilms: 'See what is on',
  unreachable: 'The server could not be reached. Opening this page charges nothing. Check the connection.',
  plansFailed: 'The plans did not load. Nothing was charged.',
  closedTitle: 'There is no club here yet',
  closed: 'This cinema has no club for now. Tickets are on sale as always.',
  noPlans: 'No plan is open at the moment. Come back soon.',

  plansTitle: 'Plans',
  perMonth: 'a month',
  gives: (tickets, price) =>
    tickets === 1 ? `1 ticket a month for ${price}` : `${tickets} tickets a month for ${price} each`,
  givesFree: (tickets) => (tickets === 1 ? '1 ticket a month, included' : `${tickets} tickets a month, included`),
  facts: [
    'Good for any screening and seat on sale here. Where the cinema asks for a service fee, it comes on top.',
    'What is left of a month does not go over to the next.',
    'No commitment: leave whenever you like, and the month you paid for stays yours.',
  ],
  join: (plan) => `Join ${plan}`,
  joining: 'Getting ready…',

  visitor: 'Joining needs an account: the tickets of the month are kept in it.',
  guest: 'You are here as a guest, and the visit lasts a day. To join, sign in or open an account.',
  noCpf: 'Your account has no CPF yet. Tell it, and come back here to join.',
  staff: 'You are signed in as staff. To join, sign out and use your own account.',
  signIn: 'Sign in',
  signUp: 'Open an account',
  toAccount: 'My account',
  tellCpf: 'Tell the CPF',

  payTitle: 'Only the first month is missing',
  payLateTitle: 'Pay for this month',
  summary: (plan, amount) => `${plan}: ${amount} today, and the same every month.`,
  summaryLate: (plan, amount) => `${plan}: ${amount} for this month.`,
  card: 'Card',
  cardLoading: 'Opening the card’s fields…',
  cardMissing: 'The card’s fields did not open. Nothing was charged. Check the connection and try again.',
  stale: 'To pay, this page has to be loaded again. Nothing was charged.',
  reload: 'Load again',
  mandate: (amount) =>
    `By paying you allow ${amount} a month on this card, until you leave the club. Stripe keeps the card: the cinema does not see it.`,
  pay: (amount) => `Pay ${amount}`,
  confirming: 'Talking to the bank…',
  otherPlan: 'See other plans',
  giveUp: 'Give up',
  notNow: 'Not now',
  lookingTitle: 'Confirming',
  looking: 'We are checking the payment with Stripe. There is no need to pay again.',
  slowTitle: 'The confirmation takes long',
  slow: 'The payment may have gone through, but Stripe has not confirmed it yet. The same month is not charged twice. Look again in a while.',
  lookAgain: 'Look again',

  memberTitle: (plan) => `You are in ${plan}`,
  welcome: 'Done: you are in the club.',
  ticketsTitle: 'Tickets of this month',
  left: (left, all) => {
    if (left === 0) return all === 1 ? 'This month’s ticket is used' : `All ${all} of this month are used`;
    return left === 1 ? `1 of ${all} left` : `${left} of ${all} left`;
  },
  each: (price) => `Each for ${price} at most`,
  eachFree: 'Paid with the month',
  until: (day) => `Good until ${day}`,
  monthOverTitle: 'The month is over',
  monthOver: 'As soon as Stripe confirms the next payment, the new tickets appear here.',
  howTo: 'To use them, choose seats and then, when paying, the ticket “Club”.',
  renewsTitle: 'Monthly payment',
  renews: (amount, day) => `Next: ${amount} on your card, ${day}. New tickets come with it.`,
  leavingTitle: 'You are leaving',
  leaving: (day) => `Nothing more is charged. Your tickets are good until ${day}; after that you can join again.`,
  leaveOpen: 'Leave the club…',

  lateTitle: 'The monthly payment did not go through',
  late: 'The bank declined this month’s charge. Until it goes through there are no club tickets; the rest of the shop stays the same.',
  lateAlone: 'Check the card’s limit and expiry, or ask the bank: the charge is tried again in the next days.',
  latePay: 'Pay with another card',

  leaveTitle: 'Leave the club?',
  leaveKeeps: (left, day) => {
    if (left === 0) return `You stay in the club until ${day}, and nothing more is charged.`;
    const tickets = left === 1 ? 'Your ticket of this month is' : `Your ${left} tickets of this month are`;
    return `${tickets} good until ${day}, and nothing more is charged.`;
  },
  leaveLate: 'The club ends now, and the open month is not charged any more.',
  leaveStays: 'Tickets that you have bought stay good.',
  leaveConfirm: 'Leave the club',
  leavingNow: 'Leaving…',
  stay: 'Stay in the club',
  leaveProblems: {
    unreachable: 'The server could not be reached. You are still in the club. Try again.',
    other: 'That did not work. You are still in the club. Try again in a while.',
  },
  gaveUp: 'Undone. Nothing was charged.',

  problems: {
    unreachable: 'The server could not be reached. Nothing was charged. Check the connection and try again.',
    provider: 'Stripe did not answer the cinema. Nothing was charged. Try again in a while.',
    'plan-gone': 'This plan is not offered any more. Nothing was charged. Choose another one.',
    who: 'Your visit has ended. Nothing was charged. Sign in again to join.',
    other: 'That did not work. Nothing was charged. Try again in a while.',
    incomplete: 'Check the card: something is missing or does not fit. Nothing was charged.',
    declined: 'The bank declined the card. Nothing was charged. Try another one, or ask the bank.',
    bank: 'The bank did not confirm that it is you. Nothing was charged. Try again, or with another card.',
    unpaid:
      'The payment did not complete, and so far nothing was charged. You can try again: the month is not charged twice.',
    'begin-anew': 'What you had begun has run out of time. You can begin anew.',
  },
};
