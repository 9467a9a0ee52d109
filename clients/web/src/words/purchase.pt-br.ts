/** Words of a purchase under way and of its ends: what happened, what did not happen, what to do now. */
import { list } from './checkout.pt-br.ts';

export const purchasePt = {
  payingTitle: 'Pagando…',
  paying: 'Estamos falando com o banco. Pode levar alguns segundos.',
  recoveredTitle: 'Sua compra está em andamento',
  recovered: 'Estamos vendo com o cinema como ela terminou. Não pague de novo: nada é cobrado duas vezes.',
  unknownTitle: 'Estamos confirmando',
  unknown:
    'A resposta do cinema ainda não chegou. Perguntamos de novo sozinhos, sempre pela mesma compra: nada é cobrado duas vezes.',
  unsentTitle: 'A compra ainda não começou',
  unsent: 'Não conseguimos entregar o pedido ao cinema e nada foi cobrado. Tentamos de novo sozinhos, logo que der.',
  checkingTitle: 'Estamos conferindo sua compra',
  checking: 'Há um pagamento destas poltronas em andamento, talvez em outra aba. Logo dizemos como terminou.',
  mayClose: 'Se precisar, feche a página: ao voltar aqui, ela continua de onde está.',
  askNow: 'Perguntar agora',
  giveUp: 'Desistir',

  authenticateTitle: 'Seu banco pergunta: é você?',
  authenticate: (amount: string): string =>
    `Compra de ${amount} na Poltrona. Suas poltronas esperam alguns minutos por esta resposta.`,
  authenticateTest: 'Ambiente de teste: aqui ficaria a tela do seu banco.',
  authorise: 'Autorizar',
  refuse: 'Recusar',
  answering: 'Respondendo ao banco…',
  answerFailed: 'A resposta não chegou ao banco. A compra ainda não terminou. Tente de novo.',
  bankOpen: 'A pergunta do banco está aberta nesta página. Suas poltronas esperam alguns minutos por ela.',
  bankClosed: (amount: string): string =>
    `O banco quer confirmar a compra de ${amount}. Suas poltronas esperam alguns minutos.`,
  bankUnasked:
    'Não conseguimos abrir a pergunta do banco. A compra ainda não terminou. Veja a conexão e tente de novo.',
  openBank: 'Abrir a pergunta do banco',
  openingBank: 'Abrindo…',
  otherCard: 'Desistir e usar outro cartão',
  payPalTitle: 'Falta confirmar no PayPal',
  payPal: (amount: string): string => `São ${amount}. Suas poltronas esperam alguns minutos.`,
  payPalFailed: 'O PayPal tropeçou. A compra ainda não terminou. Tente de novo, ou pague de outro jeito.',
  leavePayPal: 'Pagar de outro jeito',
  givingUp: 'Desistindo…',
  giveUpFailed: 'O cinema não soube que você desistiu, e a compra continua de pé. Veja a conexão e tente de novo.',
  later: 'Você pode voltar a esta página depois: a pergunta continua aqui.',

  ways: {
    'pay-again': 'Tentar de novo',
    'other-card': 'Usar outro cartão',
    'other-way': 'Escolher outra forma',
    'new-price': (amount: string): string => `Pagar ${amount}`,
    'full-price': 'Comprar inteira',
    'take-again': 'Pegar as mesmas de novo',
    choose: 'Voltar ao mapa',
    films: 'Ver outras sessões',
    cpf: 'Digitar o CPF',
    reload: 'Recarregar a página',
  },
  refusals: {
    declined: {
      title: 'O banco recusou o cartão',
      text: (): string =>
        'Nada foi cobrado e as poltronas continuam com você. Confira os dados, ou tente outro cartão.',
    },
    'declined-paypal': {
      title: 'O PayPal não autorizou o pagamento',
      text: (): string =>
        'Nada foi cobrado e as poltronas continuam com você. Tente outra vez com outro meio no PayPal, ou pague de outro jeito.',
    },
    'declined-last': {
      title: 'O pagamento foi recusado de novo',
      text: (): string =>
        'Foram muitas tentativas com estas poltronas, e elas voltaram para o mapa. Nada foi cobrado. Se ainda estiverem livres, você pode pegar as mesmas.',
    },
    price: {
      title: 'O preço mudou',
      text: (): string => 'Nada foi cobrado. Veja o total novo e decida se ainda quer.',
    },
    quota: {
      title: 'A meia-entrada acabou',
      text: (seats: readonly string[]): string =>
        `Outra pessoa ficou com a última da cota${seatsOf(seats, ' na vez da poltrona ', ' na vez das poltronas ')}. Nada foi cobrado. Você pode comprar inteira ou trocar de sessão.`,
    },
    'time-up': {
      title: 'O tempo acabou',
      text: (seats: readonly string[]): string =>
        `${seats.length === 0 ? 'As poltronas voltaram' : seats.length === 1 ? `A poltrona ${seats[0]} voltou` : `As poltronas ${list(seats, 'e')} voltaram`} para o mapa. Nada foi cobrado.`,
    },
    limit: {
      title: 'Limite de 10 ingressos',
      text: (): string =>
        'Cada CPF pode ter até 10 ingressos por sessão, e com estes passaria disso. Nada foi cobrado. Devolva algumas poltronas, ou compre com outro CPF.',
    },
    closed: {
      title: 'As vendas desta sessão acabaram',
      text: (): string => 'Nada foi cobrado. Veja outro horário.',
    },
    'seats-gone': {
      title: 'Estas poltronas não estão mais à venda',
      text: (seats: readonly string[]): string =>
        `${seats.length === 0 ? 'Alguma delas já foi' : seats.length === 1 ? `A poltrona ${seats[0]} já foi` : `As poltronas ${list(seats, 'e')} já foram`} para outra pessoa. Nada foi cobrado. Escolha outras no mapa.`,
    },
    layout: {
      title: 'A sala mudou',
      text: (): string => 'O cinema trocou o mapa desta sessão. Nada foi cobrado. Escolha as poltronas de novo.',
    },
    mismatch: {
      title: 'As poltronas mudaram enquanto você pagava',
      text: (): string => 'Talvez em outra aba. Nada foi cobrado. Confira os ingressos e tente de novo.',
    },
    offer: {
      title: 'Um destes ingressos não é mais oferecido',
      text: (): string => 'Nada foi cobrado. Atualizamos as opções: escolha de novo.',
    },
    club: {
      title: 'O ingresso do clube não está mais disponível',
      text: (): string =>
        'Ele já foi usado em outra compra, ou o mês acabou. Nada foi cobrado. Vimos de novo quantos restam: escolha outro ingresso.',
    },
    cpf: {
      title: 'Falta um CPF',
      text: (): string => 'Nada foi cobrado. Digite seu CPF e pague de novo.',
    },
    method: {
      title: 'Este pagamento não é aceito aqui',
      text: (): string => 'Nada foi cobrado. Escolha outra forma de pagar.',
    },
    paused: {
      title: 'Não dá para pagar assim agora',
      text: (): string =>
        'Nada foi cobrado por esta tentativa e as poltronas continuam com você. Depois de muitos pagamentos recusados, fazemos uma pausa de até uma hora. Tente mais tarde, ou pague de outra forma; a bilheteria também vende.',
    },
    'screening-gone': {
      title: 'Esta sessão não existe mais',
      text: (): string => 'Ela saiu da programação. Nada foi cobrado. Veja outro horário.',
    },
    fault: {
      title: 'O cinema tropeçou',
      text: (): string =>
        'Algo falhou do nosso lado. Nada foi cobrado e as poltronas continuam com você. Tente de novo.',
    },
    outdated: {
      title: 'Esta página ficou antiga',
      text: (): string =>
        'O cinema respondeu de um jeito que ela não conhece. As poltronas continuam com você e nada foi cobrado. Recarregue e tente de novo.',
    },
  },
  timeToTry: (time: string): string => `Você tem mais ${time} para tentar de novo.`,
  reserved: 'Se o extrato mostrar um valor reservado por esta tentativa, ele some sozinho em alguns dias.',
  wasAndIs: (was: string, is: string): string => `Era ${was}, agora é ${is}.`,
};

function seatsOf(seats: readonly string[], one: string, more: string): string {
  return seats.length === 0 ? '' : seats.length === 1 ? one + seats[0] : more + list(seats, 'e');
}
export type PurchaseWords = typeof purchasePt;
