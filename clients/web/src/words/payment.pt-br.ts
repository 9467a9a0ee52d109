/** Words of the step in which money is paid: the ways, the card's fields, PayPal's window, and what can be in their way. */
export const paymentPt = {
  title: 'Pagamento',
  asking: 'Buscando as formas de pagamento…',
  unreachable: 'Não conseguimos buscar as formas de pagamento. Nada foi cobrado. Tente de novo.',
  none: 'Este cinema não está recebendo pagamentos agora. Nada foi cobrado. Tente mais tarde.',
  tryAgain: 'Tentar de novo',
  offline: 'Sem internet. Assim que ela voltar, dá para pagar. Nada foi cobrado.',

  ways: {
    stripe: { name: 'Cartão', text: 'Crédito ou débito.' },
    paypal: { name: 'PayPal', text: 'Você confirma na janela do PayPal.' },
  },
  testNote: 'Ambiente de teste: nenhum cartão é cobrado. Escolha o que deve acontecer.',
  testNoteMore: 'Os cartões abaixo são de teste: nada é cobrado com eles.',

  card: 'Dados do cartão',
  cardLoading: 'Abrindo os campos do cartão…',
  cardPrivate: 'Os números vão direto para a Stripe, que processa o pagamento. O cinema não os vê nem guarda.',
  cardMissing: 'Os campos do cartão não abriram. Nada foi cobrado.',
  cardMissingOther: 'Tente de novo, ou pague de outro jeito.',
  cardMissingAlone: 'Veja a conexão e tente de novo.',
  stale:
    'Para pagar, esta página precisa ser carregada de novo. Suas poltronas continuam guardadas e nada foi cobrado.',
  reload: 'Carregar de novo',
  checking: 'Conferindo o cartão…',
  problems: {
    incomplete: 'Confira os dados do cartão: falta algo, ou algo não bate. Nada foi cobrado.',
    card: 'Este cartão não pode ser usado aqui. Nada foi cobrado. Tente outro.',
    unreachable: 'Não conseguimos falar com a Stripe para conferir o cartão. Nada foi cobrado. Tente de novo.',
  },

  payPalLoading: 'Abrindo o PayPal…',
  payPalMissing: 'O PayPal não abriu. Nada foi cobrado.',
  payPalAmount: (amount: string): string => `${amount} com PayPal`,
  payPalGoOn: 'Confirme na janela do PayPal. Suas poltronas esperam.',
  payPalWaiting: 'Esperando o PayPal…',
  payPalCancelled: 'Você fechou o PayPal sem pagar. Nada foi cobrado e as poltronas continuam com você.',
  payPalFailed: 'O PayPal tropeçou. Nada foi cobrado. Tente de novo, ou pague de outro jeito.',
};
export type PaymentWords = typeof paymentPt;
