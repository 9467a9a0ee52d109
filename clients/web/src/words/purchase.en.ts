import { list } from './checkout.pt-br.ts';
import type { PurchaseWords } from './purchase.pt-br.ts';

/** Words of a purchase under way and of its ends: what happened, what did not happen, what to do now. */
export const purchaseEn: PurchaseWords = {
  payingTitle: 'Paying…',
  paying: 'We are talking to the bank. It may take some seconds.',
  recoveredTitle: 'Your purchase is under way',
  recovered: 'We are asking the cinema how it ended. Do not pay again: nothing is charged twice.',
  unknownTitle: 'We are making sure',
  unknown:
    'The cinema’s answer has not arrived yet. We ask again by ourselves, always about the same purchase: nothing is charged twice.',
  unsentTitle: 'The purchase has not begun yet',
  unsent: 'We could not hand the request to the cinema, and nothing was charged. We try again by ourselves.',
  checkingTitle: 'We are checking your purchase',
  checking: 'A payment for these seats is under way, perhaps in another tab. We will soon say how it ended.',
  mayClose: 'Close the page if you have to: when you come back here, it goes on from where it is.',
  askNow: 'Ask now',
  giveUp: 'Give up',

  authenticateTitle: 'Your bank asks: is it you?',
  authenticate: (amount) => `A purchase of ${amount} at Poltrona. Your seats wait some minutes for this answer.`,
  authenticateTest: 'Test environment: your bank’s page would be here.',
  authorise: 'Authorise',
  refuse: 'Refuse',
  answering: 'Answering the bank…',
  answerFailed: 'The answer did not reach the bank. The purchase is not over yet. Try again.',
  bankOpen: 'The bank’s question is open on this page. Your seats wait some minutes for it.',
  bankClosed: (amount) => `The bank wants to confirm the purchase of ${amount}. Your seats wait some minutes.`,
  bankUnasked: 'The bank’s question did not open. The purchase is not over yet. Check the connection and try again.',
  openBank: 'Open the bank’s question',
  openingBank: 'Opening…',
  otherCard: 'Give up and use another card',
  payPalTitle: 'PayPal still has to be confirmed',
  payPal: (amount) => `It is ${amount}. Your seats wait some minutes.`,
  payPalFailed: 'PayPal stumbled. The purchase is not over yet. Try again, or pay another way.',
  leavePayPal: 'Pay another way',
  givingUp: 'Giving up…',
  giveUpFailed:
    'The cinema did not hear that you gave up, and the purchase still stands. Check the connection and try again.',
  later: 'You may come back to this page later: the question stays here.',

  ways: {
    'pay-again': 'Try again',
    'other-card': 'Use another card',
    'other-way': 'Choose another way',
    'new-price': (amount) => `Pay ${amount}`,
    'full-price': 'Buy at full price',
    'take-again': 'Take the same ones again',
    choose: 'Back to the map',
    films: 'See other screenings',
    cpf: 'Type the CPF',
    reload: 'Reload the page',
  },
  refusals: {
    declined: {
      title: 'The bank declined the card',
      text: () => 'Nothing was charged and the seats are still yours. Check the details, or try another card.',
    },
    'declined-paypal': {
      title: 'PayPal did not authorise the payment',
      text: () =>
        'Nothing was charged and the seats are still yours. Try again with other means at PayPal, or pay another way.',
    },
    'declined-last': {
      title: 'The payment was declined again',
      text: () =>
        'There were many attempts with these seats, and they went back to the map. Nothing was charged. If they are still free, you can take them again.',
    },
    price: {
      title: 'The price has changed',
      text: () => 'Nothing was charged. Look at the new total and decide whether you still want it.',
    },
    quota: {
      title: 'Half price is sold out',
      text: (seats) =>
        `Somebody else got the last one${seatsOf(seats)}. Nothing was charged. You can buy at full price, or take another screening.`,
    },
    'time-up': {
      title: 'Time is up',
      text: (seats) =>
        `${seats.length === 0 ? 'The seats' : seats.length === 1 ? `Seat ${seats[0]}` : `Seats ${list(seats, 'and')}`} went back to the map. Nothing was charged.`,
    },
    limit: {
      title: 'At most 10 tickets',
      text: () =>
        'Each CPF may have up to 10 tickets for a screening, and these would be more. Nothing was charged. Give some seats back, or buy with another CPF.',
    },
    closed: {
      title: 'Sales for this screening are over',
      text: () => 'Nothing was charged. See another time.',
    },
    'seats-gone': {
      title: 'These seats are no longer on sale',
      text: (seats) =>
        `${seats.length === 0 ? 'One of them' : seats.length === 1 ? `Seat ${seats[0]}` : `Seats ${list(seats, 'and')}`} went to somebody else. Nothing was charged. Choose others on the map.`,
    },
    layout: {
      title: 'The auditorium has changed',
      text: () =>
        'The cinema has changed the seat map of this screening. Nothing was charged. Choose your seats again.',
    },
    mismatch: {
      title: 'The seats changed while you were paying',
      text: () => 'Perhaps in another tab. Nothing was charged. Look at your tickets and try again.',
    },
    offer: {
      title: 'One of these tickets is not offered any more',
      text: () => 'Nothing was charged. The choices are up to date now: choose again.',
    },
    club: {
      title: 'The club ticket is not to be had any more',
      text: () =>
        'It was used in another purchase, or the month is over. Nothing was charged. We looked again how many are left: choose another ticket.',
    },
    cpf: {
      title: 'A CPF is missing',
      text: () => 'Nothing was charged. Type your CPF and pay again.',
    },
    method: {
      title: 'This payment is not accepted here',
      text: () => 'Nothing was charged. Choose another way to pay.',
    },
    paused: {
      title: 'It cannot be paid this way now',
      text: () =>
        'Nothing was charged by this try, and your seats are still yours. After many declined payments we pause for up to an hour. Try later, or pay another way; the box office sells as well.',
    },
    'screening-gone': {
      title: 'This screening is no longer there',
      text: () => 'It was taken off the programme. Nothing was charged. See another time.',
    },
    fault: {
      title: 'The cinema stumbled',
      text: () => 'Something failed on our side. Nothing was charged and the seats are still yours. Try again.',
    },
    outdated: {
      title: 'This page has become old',
      text: () =>
        'The cinema answered in a way that it does not know. The seats are still yours and nothing was charged. Reload it and try again.',
    },
  },
  timeToTry: (time) => `You have another ${time} to try again.`,
  reserved: 'If your statement shows an amount set aside for this attempt, it goes away by itself in some days.',
  wasAndIs: (was, is) => `It was ${was}, now it is ${is}.`,
};

function seatsOf(seats: readonly string[]): string {
  return seats.length === 0 ? '' : ` before seat${seats.length === 1 ? '' : 's'} ${list(seats, 'and')}`;
}
