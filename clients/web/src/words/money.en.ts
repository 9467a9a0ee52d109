import type { MoneyWords } from './money.pt-br.ts';

/** Words for money that goes back to the buyer. */
export const moneyEn: MoneyWords = {
  title: 'Refund',
  pending: (amount) => `${amount} on its way, by the same means of payment.`,
  done: (amount) => `${amount} sent. On a card it may show on the next statement only.`,
  unreachable: 'We cannot see the refund just now. It goes on all the same.',
};
