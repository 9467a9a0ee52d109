/** The messages in English; see wording-pt.ts. */

import type { RefundMeans } from '../../storage/payments/refund-means.ts';
import { confirmed } from './confirmation-en.ts';
import { dateTime, duration, money, screeningDetails } from './phrases-en.ts';
import type { LetterBody, LetterFacts, Words } from './wording.ts';

export const wordingEn: Words = (facts, name, siteUrl) => {
  const said = body(facts, siteUrl);
  return {
    ...said,
    greeting: name === null ? 'Hello!' : `Hello ${name},`,
    details: said.details ?? [],
    tickets: said.tickets ?? [],
    button: said.button ?? null,
    notes: said.notes ?? [],
    goodbye: 'See you soon,\nPoltrona',
  };
};

/** How long the money is on its way: banks and PayPal say so, not we. */
function whenItArrives({ provider }: RefundMeans): string {
  switch (provider) {
    case 'paypal':
      return 'With PayPal it is back in your balance within five working days; where PayPal charged a card, it may take up to two statements to appear.';
    case 'sandbox':
      return 'It was a payment for trying things out: nothing was charged, and nothing comes back.';
    default:
      return 'On a card it may take up to two statements to appear.';
  }
}

function body(facts: LetterFacts, siteUrl: string): LetterBody {
  switch (facts.kind) {
    case 'confirm-email':
      return {
        subject: 'Confirm your e-mail address',
        paragraphs: [
          'Your account is almost ready. We only need to know that this address is yours.',
          ...(facts.isCpfTaken
            ? [
                'The CPF that was given belongs to another account, so this one was made without it. Is the other one yours? Sign in with its address. If not, talk to the box office.',
              ]
            : []),
        ],
        button: { label: 'Confirm address', url: facts.link.url },
        notes: [
          `The link works for ${duration(facts.link.minutesLeft)}, once.`,
          'Was it not you? Then do nothing: without the confirmation the account does not use your address.',
        ],
      };
    case 'already-registered':
      return {
        subject: 'You already have an account',
        paragraphs: [
          'Somebody tried to create an account with this address, but you have one already. Nothing in it has changed.',
          'Was it you? Sign in with your password. If you have forgotten it, ask for a new one on the sign-in page.',
        ],
        button: { label: 'Sign in', url: siteUrl },
        notes: ['Was it not you? Then do nothing: your account is safe.'],
      };
    case 'reset-password':
      return {
        subject: 'Choose a new password',
        paragraphs: [
          'We were asked for a new password for your account. The present one works until you choose another.',
        ],
        button: { label: 'Choose a password', url: facts.link.url },
        notes: [
          `The link works for ${duration(facts.link.minutesLeft)}, once.`,
          'Did you not ask? Then do nothing: your password has not changed.',
        ],
      };
    case 'password-changed':
      return {
        subject: 'Your password was changed',
        paragraphs: [
          'The password of your account has just been changed, and you were signed out on all devices.',
          'Was it you? Then all is well. If not, ask for a new password now: only who reads this address can.',
        ],
        button: { label: 'Go to Poltrona', url: siteUrl },
      };
    case 'staff-invitation':
      return {
        subject: 'Your access to Poltrona',
        paragraphs: ['You were invited to work with Poltrona. Choose a password to sign in for the first time.'],
        button: { label: 'Choose a password', url: facts.link.url },
        notes: [
          `The link works for ${duration(facts.link.minutesLeft)}, once.`,
          'Did you not expect this? Then do nothing, and tell whoever runs the cinema.',
        ],
      };
    case 'account-erased':
      return {
        subject: 'Your data were erased',
        paragraphs: [
          'As was asked, we have erased your account: name, address, password and date of birth.',
          'Of your CPF there is only a code left that nobody can read back, until the last screening that you bought is over; then it is erased as well. Your tickets are still valid at the door.',
          'This is the last message that we send to this address.',
        ],
      };
    case 'screening-cancelled':
      return {
        subject: `Screening cancelled: ${facts.screening.film}`,
        paragraphs: [
          'The cinema has cancelled the screening below. We are sorry.',
          facts.refund === null
            ? 'Your tickets were cancelled. What you paid for them comes back the way you paid it; you need not do anything.'
            : `Your tickets were cancelled, and ${money(facts.refund)} comes back the way you paid it. You need not do anything.`,
        ],
        details: screeningDetails(facts.screening, facts.screening.startsLocal),
        button: { label: 'See other screenings', url: siteUrl },
        notes: ['On a card it may take up to two statements to appear.'],
      };
    case 'screening-rescheduled':
      return {
        subject: `New time: ${facts.screening.film}`,
        paragraphs: [
          `The screening below has a new time: it was ${dateTime(facts.from)}, and is now ${dateTime(facts.to)}.`,
          'Your tickets and seats are the same. Nothing was charged and nothing was cancelled.',
          'Did you print or save your QR code before this change? It was replaced: at the door, show the one on the page with your tickets, behind the button below.',
          'Does the new time not suit you? Talk to the box office: you can cancel and get your money back.',
        ],
        details: screeningDetails(facts.screening, facts.to),
        button: { label: 'See my tickets', url: facts.url },
      };
    case 'order-refunded':
      return {
        subject: `Refund of ${money(facts.refund)}`,
        paragraphs: [
          facts.means.isSent
            ? `We have cancelled the tickets below and sent ${money(facts.refund)} back the way you paid it. You need not do anything.`
            : `We have cancelled the tickets below, and ${money(facts.refund)} comes back the way you paid it. You need not do anything.`,
          'These tickets are no longer valid at the door.',
        ],
        details: screeningDetails(facts.screening, facts.screening.startsLocal),
        notes: [whenItArrives(facts.means)],
      };
    case 'tickets-voided':
      return {
        subject: `Tickets cancelled: ${facts.screening.film}`,
        paragraphs: [
          'The payment of the tickets below was not completed: the amount was released again before it could be charged. So we had to cancel the tickets, and they are no longer valid at the door. We are sorry.',
          'Nothing was charged. If your card still shows the amount as reserved, that goes away by itself within days.',
          'Would you like to go all the same? Buy again while there are seats.',
        ],
        details: screeningDetails(facts.screening, facts.screening.startsLocal),
        button: { label: 'See screenings', url: siteUrl },
      };
    case 'order-confirmed':
      return confirmed(facts.order);
  }
}
