/** Words for money that goes back to the buyer. */
export const moneyPt = {
  title: 'Devolução',
  pending: (amount: string): string => `${amount} a caminho, pelo mesmo meio de pagamento.`,
  done: (amount: string): string => `${amount} já enviados. No cartão, podem aparecer só na próxima fatura.`,
  unreachable: 'Não conseguimos ver a devolução agora. Ela segue do mesmo jeito.',
};
export type MoneyWords = typeof moneyPt;
