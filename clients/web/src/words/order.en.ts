import { list } from './checkout.pt-br.ts';
import type { OrderWords } from './order.pt-br.ts';

/** Words of the page that says what became of a purchase. */
export const orderEn: OrderWords = {
  loadingTitle: 'Your purchase',
  loading: 'Looking for your purchase…',
  soldTitle: 'All done. Enjoy the film!',
  sold: (email) =>
    email === null ? 'Your tickets are on their way to your e-mail.' : `Your tickets are on their way to ${email}.`,
  issuing: 'The purchase is made. Your tickets are being issued…',
  seats: (labels) => (labels.length === 1 ? `Seat ${labels[0]}` : `Seats ${list(labels, 'and')}`),
  paid: (amount) => `${amount} in all, fees included`,
  toTickets: 'Open the tickets',
  homeScreen:
    'Tip: open your tickets once now. They stay on this device and open without internet. With Poltrona on your home screen it takes one tap.',
  waitingTitle: 'Payment under way',
  waiting: 'The bank has not answered yet. This page follows by itself, and nothing is charged twice.',
  toPayment: 'Go on with the payment',
  refusedTitle: 'The purchase was not completed',
  refused: 'The payment did not go through. Nothing was charged, and the seats went back to the map.',
  notBought: 'The seats went back to the map, and what was paid goes back to your means of payment.',
  expiredTitle: 'The time for the payment is up',
  expired: 'Nothing was charged, and the seats went back to the map.',
  cancelledTitle: 'Purchase cancelled',
  cancelled: 'These tickets are not valid any more. The money goes back to where it came from.',
  refundedTitle: 'Purchase cancelled',
  refunded: (amount) => `The refund of ${amount} has been requested. These tickets are not valid any more.`,
  toSeats: 'Choose seats again',
  toFilms: 'See the films',
  missingTitle: 'This purchase is not to be found here',
  missing:
    'It may have been made on another device or with another account. If you paid, your tickets are in your e-mail.',
  toLookup: 'Look up with code and CPF',
  toSignIn: 'Sign in',
  unreachableTitle: 'No connection to the cinema',
  unreachable: 'Your purchase is safe there. We try again as soon as the network is back.',
  tryAgain: 'Try now',
};
