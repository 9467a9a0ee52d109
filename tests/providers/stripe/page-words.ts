/** What the frames say: the card's fields in the two languages of the shop. Keys of errors are Stripe's codes. */

export interface PageWords {
  readonly language: string;
  readonly title: string;
}

interface CardWords extends PageWords {
  readonly number: string;
  readonly expiry: string;
  readonly cvc: string;
  readonly incomplete_number: string;
  readonly invalid_number: string;
  readonly incomplete_expiry: string;
  readonly invalid_expiry_year_past: string;
  readonly incomplete_cvc: string;
  readonly connection: string;
}

export const CARD_WORDS: Readonly<Record<'en' | 'pt', CardWords>> = {
  pt: {
    language: 'pt-BR',
    title: 'Cartão',
    number: 'Número do cartão',
    expiry: 'Validade',
    cvc: 'CVC',
    incomplete_number: 'O número do cartão está incompleto.',
    invalid_number: 'O número do cartão não é válido.',
    incomplete_expiry: 'A validade está incompleta.',
    invalid_expiry_year_past: 'O cartão já venceu.',
    incomplete_cvc: 'O código de segurança está incompleto.',
    connection: 'Sem conexão com o pagamento. Tente de novo.',
  },
  en: {
    language: 'en',
    title: 'Card',
    number: 'Card number',
    expiry: 'Expiration date',
    cvc: 'CVC',
    incomplete_number: 'Your card number is incomplete.',
    invalid_number: 'Your card number is invalid.',
    incomplete_expiry: "Your card's expiration date is incomplete.",
    invalid_expiry_year_past: "Your card's expiration year is in the past.",
    incomplete_cvc: "Your card's security code is incomplete.",
    connection: 'No connection to the payment. Please try again.',
  },
};

interface ChallengeWords extends PageWords {
  readonly question: string;
  readonly pass: string;
  readonly fail: string;
}

/** The bank is a Brazilian one, whatever the language of the shop: so it is with real ones. */
export const CHALLENGE_WORDS: ChallengeWords = {
  language: 'pt-BR',
  title: 'Seu banco pergunta',
  question: 'Você reconhece este pagamento?',
  pass: 'Autorizar',
  fail: 'Recusar',
};
