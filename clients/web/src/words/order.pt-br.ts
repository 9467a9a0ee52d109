/** Words of the page that says what became of a purchase. */
import { list } from './checkout.pt-br.ts';

export const orderPt = {
  loadingTitle: 'Sua compra',
  loading: 'Buscando sua compra…',
  soldTitle: 'Tudo certo. Boa sessão!',
  sold: (email: string | null): string =>
    email === null ? 'Enviamos os ingressos para seu e-mail.' : `Enviamos os ingressos para ${email}.`,
  issuing: 'A compra está feita. Estamos emitindo os ingressos…',
  seats: (labels: readonly string[]): string =>
    labels.length === 1 ? `Poltrona ${labels[0]}` : `Poltronas ${list(labels, 'e')}`,
  paid: (amount: string): string => `${amount} no total, com taxas`,
  toTickets: 'Abrir os ingressos',
  homeScreen:
    'Dica: abra os ingressos uma vez agora. Eles ficam neste aparelho e abrem sem internet. Com a Poltrona na tela de início, é um toque.',
  waitingTitle: 'Pagamento em andamento',
  waiting: 'O banco ainda não respondeu. Esta página se atualiza sozinha, e nada é cobrado duas vezes.',
  toPayment: 'Continuar o pagamento',
  refusedTitle: 'A compra não foi concluída',
  refused: 'O pagamento não passou. Nada foi cobrado, e as poltronas voltaram para o mapa.',
  notBought: 'As poltronas voltaram para o mapa, e o que foi pago volta para o meio de pagamento.',
  expiredTitle: 'O tempo do pagamento acabou',
  expired: 'Nada foi cobrado, e as poltronas voltaram para o mapa.',
  cancelledTitle: 'Compra cancelada',
  cancelled: 'Estes ingressos não valem mais. O que foi pago volta para o meio de pagamento.',
  refundedTitle: 'Compra cancelada',
  refunded: (amount: string): string => `A devolução de ${amount} foi pedida. Estes ingressos não valem mais.`,
  toSeats: 'Escolher poltronas de novo',
  toFilms: 'Ver os filmes',
  missingTitle: 'Não encontramos esta compra aqui',
  missing:
    'Ela pode ter sido feita em outro aparelho ou com outra conta. Se você pagou, seus ingressos estão no seu e-mail.',
  toLookup: 'Buscar com código e CPF',
  toSignIn: 'Entrar na conta',
  unreachableTitle: 'Sem conexão com o cinema',
  unreachable: 'Sua compra está guardada lá. Tentamos de novo assim que a rede voltar.',
  tryAgain: 'Tentar agora',
};
export type OrderWords = typeof orderPt;
