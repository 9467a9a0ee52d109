import { list } from './checkout.pt-br.ts';
import type { PayWords } from './pay.pt-br.ts';

/** Words of the page on which a phone pays for what a kiosk has chosen. */
export const payEn: PayWords = {
  title: 'Pay on your phone',
  loadingTitle: 'Your purchase',
  loading: 'Looking for your purchase…',
  seats: (labels) => (labels.length === 1 ? `Seat ${labels[0]}` : `Seats ${list(labels, 'and')}`),
  total: 'Total, fees included',
  timeLeft: (time) => `Kept for you for ${time}`,
  minutesLeft: (minutes) =>
    minutes === 1 ? 'Less than 1 minute left to pay.' : `Less than ${minutes} minutes left to pay.`,
  payTitle: 'Payment',
  pay: (amount) => `Pay ${amount}`,

  payingTitle: 'Paying…',
  paying: 'We are talking to the bank. It may take some seconds. Do not pay again: nothing is charged twice.',
  questionTitle: 'Your bank asks: is it you?',
  question: 'The bank’s question opens on this page.',
  questionUnasked: 'The bank’s question did not open. The payment is not over yet. Try again.',
  openQuestion: 'Open the bank’s question',
  opening: 'Opening…',
  payPalTitle: 'PayPal still has to be confirmed',
  payPal: 'Your seats wait for it.',
  payPalClosed:
    'You closed PayPal without paying. Nothing was charged. Try again, or give up and choose another way at the kiosk.',
  giveUp: 'Give this payment up',
  givingUp: 'Giving up…',

  soldTitle: 'Paid. Enjoy the film!',
  sold: 'Go back to the kiosk: your tickets come out there. They open here as well.',
  toTickets: 'Open the tickets here',
  declinedTitle: 'The payment did not go through',
  declined: 'Nothing was charged. At the kiosk, touch to try again: it shows a new code for this phone.',
  endedTitle: 'This code is no longer good',
  ended:
    'Time was up, or the kiosk began anew. Nothing was charged. At the kiosk, choose again and read the code that it shows.',
  backTitle: 'The purchase was not completed',
  back: (amount) => `The seats are not yours, and ${amount} goes back to your means of payment.`,
  missingTitle: 'We cannot see this purchase from here',
  missing:
    'The code was read only in part, or is over, or your bank came back to another window. If you paid, look at the kiosk or into your e-mail. Nothing is charged twice.',
  unreachableTitle: 'No connection to the cinema',
  unreachable:
    'We do not know how the purchase stands. Nothing is charged twice. We ask again as soon as the network is back.',
  tryAgain: 'Try now',

  troubles: {
    unreachable: 'The cinema’s answer did not arrive. We are asking how the payment stands. Nothing is charged twice.',
    'too-many-attempts': 'There were many attempts. Wait a minute and try again.',
    'too-many-declined':
      'Many payments were declined, so we pause now. Nothing was charged by this try, and the seats are still held. Try later, or pay another way at the box office.',
    'other-method': 'This payment was begun another way. Finish it there, or give it up first.',
    'provider-away': 'The bank is not answering. We are asking again. Nothing is charged twice.',
    server: 'The cinema could not begin the payment. Nothing was charged. Try again.',
  },
};
