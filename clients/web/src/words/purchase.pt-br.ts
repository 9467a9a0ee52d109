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
  answerFailed: 'A resposta não chegou ao banco. Nada foi cobrado. Tente de novo.',
  later: 'Você pode voltar a esta página depois: a pergunta continua aqui.',

  ways: {
    'pay-again': 'Tentar de novo',
    'other-card': 'Escolher outro cartão',
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
        'Nada foi cobrado e as poltronas continuam com você. Tente outro cartão antes que o tempo acabe.',
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
    cpf: {
      title: 'Falta um CPF',
      text: (): string => 'Nada foi cobrado. Digite seu CPF e pague de novo.',
    },
    method: {
      title: 'Este pagamento não é aceito aqui',
      text: (): string => 'Nada foi cobrado. Escolha outra forma de pagar.',
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
        'O cinema respondeu de um jeito que ela não conhece. Nada foi cobrado. Recarregue e tente de novo.',
    },
  },
  wasAndIs: (was: string, is: string): string => `Era ${was}, agora é ${is}.`,
};

function seatsOf(seats: readonly string[], one: string, more: string): string {
  return seats.length === 0 ? '' : seats.length === 1 ? one + seats[0] : more + list(seats, 'e');
}
export type PurchaseWords = typeof purchasePt;
