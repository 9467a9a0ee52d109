import { type CheckoutWords, list } from './checkout.pt-br.ts';

/** Words of the page where seats are paid for: who, how, how much. */
export const checkoutEn: CheckoutWords = {
  title: 'Checkout',
  loading: 'Looking for your seats…',
  backToSeats: 'Change seats',
  seats: (labels) => (labels.length === 1 ? `Seat ${labels[0]}` : `Seats ${list(labels, 'and')}`),
  room: (auditorium, projection) => `${auditorium} · ${projection}`,
  spoken: { dub: 'dubbed', leg: 'subtitled', nac: 'Brazilian film' },

  heldFor: (time) => `Kept for you for ${time}`,
  heldWhilePaying: 'Your seats are kept while the payment is under way.',
  minutesLeft: (minutes) =>
    minutes === 1 ? 'Less than 1 minute left to finish.' : `Less than ${minutes} minutes left to finish.`,
  moreTime: 'More time',

  summaryTitle: 'What is still missing',
  summary: (count) =>
    count === 1 ? 'One field needs a look. Nothing was charged.' : `${count} fields need a look. Nothing was charged.`,

  ticketsTitle: 'Tickets',
  ticketOf: (label) => `Ticket for seat ${label}`,
  seat: (label) => `Seat ${label}`,
  kinds: ['', 'couple seat', 'companion', 'wheelchair space', 'reduced mobility', 'wide seat'],
  option: (name, price) => `${name} · ${price}`,
  optionUsedUp: (name) => `${name} · none left`,
  quota: (quota, left) =>
    left === 0
      ? `Half price: the ${quota} tickets kept for this screening are gone.`
      : `Half price: ${left} of the ${quota} tickets kept for this screening are left.`,
  quotaNone: 'No half-price tickets are kept for this screening.',
  quotaExceeded: 'This cinema goes on selling half-price tickets beyond that number.',
  document: (name, document) => `${name}: bring ${document}. It is checked at the door.`,
  nothingOffered: 'No ticket is on sale for this seat. Choose another one.',

  whoTitle: 'About you',
  email: 'E-mail',
  emailHint: 'Your tickets are sent here.',
  emailMeant: (email) => `Did you mean ${email}?`,
  emailTake: 'Yes, correct it',
  cpf: 'CPF',
  cpfHint:
    'The Brazilian taxpayer number. It counts the limit of 10 tickets per person and screening and, with a ticket’s code, finds your tickets again.',
  name: 'Name',
  nameOptional: '(if you like)',
  nameHint: 'So that our e-mail can greet you.',
  wrongs: {
    email: { missing: 'Type your e-mail.', short: '', wrong: 'This e-mail looks incomplete: check the @ and the end.' },
    cpf: {
      missing: 'Type your CPF.',
      short: 'Some digits are missing: a CPF has 11.',
      wrong: 'There is no such CPF. Check the digits.',
    },
    name: { missing: '', short: '', wrong: 'This name is too long: use up to 120 letters.' },
  },
  purpose:
    'We use this only to issue and send your tickets, to count the limit of 10 per person, and as the law asks (LGPD). No advertising.',
  haveAccount: 'Have an account?',
  signIn: 'Sign in',
  signInKeeps: 'Your seats stay kept.',
  buyingAs: 'Buying as',
  notMe: 'This is not me',
  staffHere: (who) => (who === '' ? 'The cinema’s staff' : `${who} (the cinema’s staff)`),
  staffCannotBuy: 'Staff accounts do not buy. Leave it to buy: the seats go over to you.',
  accountNeedsCpf: 'Only the CPF is missing in your account. It is saved there.',

  payTitle: 'Payment',
  methods: {
    approved: { name: 'Card approved', text: 'The payment goes through at once.' },
    declined: { name: 'Card declined', text: 'The bank says no. You keep the seats.' },
    slow: { name: 'Slow bank', text: 'It takes some seconds and goes through.' },
    authenticate: { name: 'Asks you to confirm', text: 'The bank asks whether it is you.' },
  },

  totalTitle: 'Total',
  ticketsSum: (count) => (count === 1 ? '1 ticket' : `${count} tickets`),
  fee: 'Service fee',
  feeNone: 'no fee',
  total: 'Total',
  pay: (amount) => `Pay ${amount}`,
  payFree: 'Confirm tickets',
  cancellation: (days, minutesBefore) =>
    `Changed your mind? Cancel within ${days === 1 ? '1 day' : `${days} days`} of buying, up to ${minutesBefore === 0 ? 'the start of' : `${duration(minutesBefore)} before`} the screening, and get everything back.`,

  steps: {
    identifying: 'Confirming your details…',
    paying: 'Talking to the bank…',
    payPal: 'Talking to PayPal…',
    slow: 'The bank is taking a little longer. Your seats stay kept.',
  },

  troubles: {
    unreachable: 'No connection to the cinema. Nothing was charged and your seats stay kept. Try again.',
    'too-many-attempts': 'Too many attempts from here. Nothing was charged. Wait a minute and try again.',
    cpf: 'The CPF was not accepted. Nothing was charged. Check the digits.',
    'cpf-in-use':
      'This CPF belongs to another account. Nothing was charged. Sign in with that one, or buy without an account.',
    'cpf-needed': 'Your account has no CPF yet. Nothing was charged. Type it and pay again.',
    email: 'The e-mail was not accepted. Nothing was charged. Check the address.',
    name: 'The name was not accepted. Nothing was charged. Leave it empty, or write it another way.',
    'signed-out': 'You were signed out elsewhere. Nothing was charged. Sign in again, or buy without an account.',
    'signed-in': (who) =>
      `${who === '' ? 'Somebody is signed in already' : `You are signed in as ${who} already`}. Nothing was charged. Check the details below and pay, or choose “This is not me”.`,
    server: 'The cinema could not take your details just now. Nothing was charged. Try again.',
  },

  soldTitle: 'Purchase made',
  sold: 'The payment went through and the seats are yours. If the tickets do not open by themselves, open them here.',
  emptyTitle: 'No seats chosen',
  empty: 'Choose your seats on the map. Paying comes after.',
  toSeats: 'Choose seats',
  timeUpTitle: 'Time is up',
  timeUp: (labels) =>
    labels.length === 1
      ? `Seat ${labels[0]} went back to the map. Nothing was charged.`
      : `Seats ${list(labels, 'and')} went back to the map. Nothing was charged.`,
  takeAgain: (count) => (count === 1 ? 'Take the same one again' : 'Take the same ones again'),
  takeFailed: 'Somebody else has them now. Nothing was charged. Choose others on the map.',
  boughtTitle: 'You have bought for this screening',
  bought: 'Your tickets are ready. There is no need to pay again.',
  toOrder: 'See the purchase',
  unreachableTitle: 'No connection to the cinema',
  unreachable:
    'Your purchase could not be loaded. Opening this page charges nothing. We try again as soon as the network is back.',
  goneTitle: 'This screening is no longer there',
  gone: 'It may have been taken off the programme. There is nothing to pay here.',
  toFilms: 'See the films',
  tryAgain: 'Try again',
};

function duration(minutes: number): string {
  if (minutes % 60 !== 0) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return minutes === 60 ? '1 hour' : `${minutes / 60} hours`;
}
