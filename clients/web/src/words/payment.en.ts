import type { PaymentWords } from './payment.pt-br.ts';

/** Words of the step in which money is paid: the ways, the card's fields, PayPal's window, and what can be in their way. */
export const paymentEn: PaymentWords = {
  title: 'Payment',
  asking: 'Looking for the ways to pay…',
  unreachable: 'We could not get the ways to pay. Nothing was charged. Try again.',
  none: 'This cinema is not taking payments right now. Nothing was charged. Try again later.',
  tryAgain: 'Try again',
  offline: 'No internet. As soon as it is back, you can pay. Nothing was charged.',

  ways: {
    stripe: { name: 'Card', text: 'Credit or debit.' },
    paypal: { name: 'PayPal', text: 'You confirm in PayPal’s window.' },
  },
  testNote: 'Test environment: no card is charged. Choose what is to happen.',
  testNoteMore: 'The cards below are for tests: nothing is charged with them.',

  card: 'Card details',
  cardLoading: 'Opening the card fields…',
  cardPrivate: 'The numbers go straight to Stripe, which handles the payment. The cinema neither sees nor keeps them.',
  cardMissing: 'The card fields did not open. Nothing was charged.',
  cardMissingOther: 'Try again, or pay another way.',
  cardMissingAlone: 'Check the connection and try again.',
  stale: 'To pay, this page has to be loaded again. Your seats stay kept and nothing was charged.',
  reload: 'Load again',
  checking: 'Checking the card…',
  problems: {
    incomplete: 'Check the card details: something is missing, or does not fit. Nothing was charged.',
    card: 'This card cannot be used here. Nothing was charged. Try another one.',
    unreachable: 'We could not reach Stripe to check the card. Nothing was charged. Try again.',
  },

  payPalLoading: 'Opening PayPal…',
  payPalMissing: 'PayPal did not open. Nothing was charged.',
  payPalAmount: (amount) => `${amount} with PayPal`,
  payPalGoOn: 'Confirm in PayPal’s window. Your seats wait.',
  payPalWaiting: 'Waiting for PayPal…',
  payPalCancelled: 'You closed PayPal without paying. Nothing was charged and the seats are still yours.',
  payPalFailed: 'PayPal stumbled. Nothing was charged. Try again, or pay another way.',
};
