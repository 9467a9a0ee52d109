/** The test cards and what becomes of a payment with each: Stripe's own numbers, so that habits and documentation hold here too. */

export type CardConduct =
  | { readonly kind: 'pays' }
  | { readonly kind: 'declines'; readonly code: string; readonly declineCode: string }
  /** 3-D Secure; `afterwards` is what the bank says after the buyer passed. */
  | { readonly kind: 'challenges'; readonly afterwards: 'pays' | 'insufficient_funds' }
  | { readonly kind: 'processes' }
  /** Pays, and is disputed when the stand-in is told to (`openDispute`). */
  | { readonly kind: 'pays-disputed' };

export interface Card {
  readonly number: string;
  readonly brand: 'visa' | 'mastercard';
  readonly conduct: CardConduct;
}

const declines = (declineCode: string, code = 'card_declined'): CardConduct => ({
  kind: 'declines',
  code,
  declineCode,
});

/** By number, as the browser's frame sends it. */
const CONDUCTS: Readonly<Record<string, CardConduct>> = {
  '4242424242424242': { kind: 'pays' },
  '5555555555554444': { kind: 'pays' },
  '4000000760000002': { kind: 'pays' },
  '4000000000000002': declines('generic_decline'),
  '4000000000009995': declines('insufficient_funds'),
  '4000000000009987': declines('lost_card'),
  '4000000000000069': declines('expired_card', 'expired_card'),
  '4000000000000127': declines('incorrect_cvc', 'incorrect_cvc'),
  '4000000000000119': declines('processing_error', 'processing_error'),
  '4000002500003155': { kind: 'challenges', afterwards: 'pays' },
  '4000000000003220': { kind: 'challenges', afterwards: 'pays' },
  '4000008260003178': { kind: 'challenges', afterwards: 'insufficient_funds' },
  '4000000000000259': { kind: 'pays-disputed' },
};

/** By the start of a confirmation token's id: what tests write without a browser. The longest that fits counts. */
const TOKENS: readonly (readonly [prefix: string, number: string])[] = [
  ['ctoken_ok', '4242424242424242'],
  ['ctoken_declined', '4000000000000002'],
  ['ctoken_insufficient', '4000000000009995'],
  ['ctoken_expired', '4000000000000069'],
  ['ctoken_3ds_insufficient', '4000008260003178'],
  ['ctoken_3ds', '4000002500003155'],
  ['ctoken_disputed', '4000000000000259'],
];

/** What the buyer reads, by decline code. */
export const DECLINE_MESSAGES: Readonly<Record<string, string>> = {
  generic_decline: 'Your card was declined.',
  insufficient_funds: 'Your card has insufficient funds.',
  lost_card: 'Your card was declined.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

/** A card by number; an unknown number is declined, as a real one is in test mode. */
export function cardOfNumber(number: string): Card {
  return {
    number,
    brand: number.startsWith('5') ? 'mastercard' : 'visa',
    conduct: CONDUCTS[number] ?? declines('generic_decline'),
  };
}

/** The card a test means by the id of a token; null when it is none of the test's words. */
export function cardOfTokenId(id: string): Card | null {
  if (id.startsWith('ctoken_processing'))
    return { number: '4242424242424242', brand: 'visa', conduct: { kind: 'processes' } };
  const found = TOKENS.find(([prefix]) => id.startsWith(prefix));
  return found === undefined ? null : cardOfNumber(found[1]);
}
