/** Words of the page on which a phone pays for what a kiosk has chosen. */
import { list } from './checkout.pt-br.ts';

export const payPt = {
  title: 'Pagar no celular',
  loadingTitle: 'Sua compra',
  loading: 'Buscando sua compra…',
  seats: (labels: readonly string[]): string =>
    labels.length === 1 ? `Poltrona ${labels[0]}` : `Poltronas ${list(labels, 'e')}`,
  total: 'Total, com taxas',
  timeLeft: (time: string): string => `Guardadas para você por ${time}`,
  minutesLeft: (minutes: number): string =>
    minutes === 1 ? 'Falta menos de 1 minuto para pagar.' : `Faltam menos de ${minutes} minutos para pagar.`,
  payTitle: 'Pagamento',
  pay: (amount: string): string => `Pagar ${amount}`,

  payingTitle: 'Pagando…',
  paying: 'Estamos falando com o banco. Pode levar alguns segundos. Não pague de novo: nada é cobrado duas vezes.',
  questionTitle: 'Seu banco pergunta: é você?',
  question: 'A pergunta do banco abre nesta página.',
  questionUnasked: 'Não conseguimos abrir a pergunta do banco. O pagamento ainda não terminou. Tente de novo.',
  openQuestion: 'Abrir a pergunta do banco',
  opening: 'Abrindo…',
  payPalTitle: 'Falta confirmar no PayPal',
  payPal: 'As poltronas esperam por isso.',
  payPalClosed:
    'Você fechou o PayPal sem pagar. Nada foi cobrado. Tente de novo, ou desista e escolha outra forma no totem.',
  giveUp: 'Desistir deste pagamento',
  givingUp: 'Desistindo…',

  soldTitle: 'Pago. Boa sessão!',
  sold: 'Volte ao totem: os ingressos saem lá. Eles também abrem aqui.',
  toTickets: 'Abrir os ingressos aqui',
  declinedTitle: 'O pagamento não passou',
  declined: 'Nada foi cobrado. No totem, toque para tentar de novo: ele mostra um código novo para este celular.',
  endedTitle: 'Este código não vale mais',
  ended:
    'O tempo acabou, ou o totem começou de novo. Nada foi cobrado. No totem, escolha de novo e leia o código que ele mostrar.',
  backTitle: 'A compra não foi concluída',
  back: (amount: string): string => `As poltronas não são suas, e ${amount} voltam para o meio de pagamento.`,
  missingTitle: 'Daqui não sabemos desta compra',
  missing:
    'O código foi lido pela metade, já passou, ou o banco voltou em outra janela. Se você pagou, veja no totem ou no seu e-mail. Nada é cobrado duas vezes.',
  unreachableTitle: 'Sem conexão com o cinema',
  unreachable:
    'Não sabemos como a compra está. Nada é cobrado duas vezes. Perguntamos de novo assim que a rede voltar.',
  tryAgain: 'Tentar agora',

  troubles: {
    unreachable:
      'A resposta do cinema não chegou. Estamos perguntando como o pagamento está. Nada é cobrado duas vezes.',
    'too-many-attempts': 'Foram muitas tentativas. Espere um minuto e tente de novo.',
    'too-many-declined':
      'Foram muitos pagamentos recusados, e agora fazemos uma pausa. Nada foi cobrado por esta tentativa e as poltronas continuam guardadas. Tente mais tarde, ou pague de outra forma na bilheteria.',
    'other-method': 'Este pagamento já começou de outro jeito. Termine por lá, ou desista dele primeiro.',
    'provider-away': 'O banco não está respondendo. Estamos perguntando de novo. Nada é cobrado duas vezes.',
    server: 'O cinema não conseguiu começar o pagamento. Nada foi cobrado. Tente de novo.',
  },
};
export type PayWords = typeof payPt;
