/** The messages in Portuguese: what happened, what did not, what to do now. */

import type { RefundMeans } from '../../storage/payments/refund-means.ts';
import { confirmed } from './confirmation-pt.ts';
import { dateTime, duration, money, screeningDetails } from './phrases-pt.ts';
import type { LetterBody, LetterFacts, Words } from './wording.ts';

export const wordingPt: Words = (facts, name, siteUrl) => {
  const said = body(facts, siteUrl);
  return {
    ...said,
    greeting: name === null ? 'Olá!' : `Olá, ${name}!`,
    details: said.details ?? [],
    tickets: said.tickets ?? [],
    button: said.button ?? null,
    notes: said.notes ?? [],
    goodbye: 'Até logo,\nPoltrona',
  };
};

/** How long the money is on its way: banks and PayPal say so, not we. */
function whenItArrives({ provider }: RefundMeans): string {
  switch (provider) {
    case 'paypal':
      return 'No PayPal, o valor volta para o saldo em até 5 dias úteis; se o PayPal cobrou de um cartão, pode levar até duas faturas para aparecer.';
    case 'sandbox':
      return 'Foi um pagamento de teste: nada foi cobrado, e nada é devolvido.';
    default:
      return 'No cartão, o valor pode levar até duas faturas para aparecer.';
  }
}

function body(facts: LetterFacts, siteUrl: string): LetterBody {
  switch (facts.kind) {
    case 'confirm-email':
      return {
        subject: 'Confirme seu e-mail',
        paragraphs: [
          'Sua conta está quase pronta. Falta só confirmar que este e-mail é seu.',
          ...(facts.isCpfTaken
            ? [
                'O CPF informado já está em outra conta, por isso esta foi criada sem ele. A outra conta é sua? Entre com o e-mail dela. Se não é, fale com a bilheteria do cinema.',
              ]
            : []),
        ],
        button: { label: 'Confirmar e-mail', url: facts.link.url },
        notes: [
          `O link vale por ${duration(facts.link.minutesLeft)} e só pode ser usado uma vez.`,
          'Não foi você? Então não faça nada: sem a confirmação, a conta não usa o seu e-mail.',
        ],
      };
    case 'already-registered':
      return {
        subject: 'Você já tem uma conta',
        paragraphs: [
          'Alguém tentou criar uma conta com este e-mail, mas você já tem uma. Nada mudou nela.',
          'Foi você? Entre com a sua senha. Se não lembra dela, peça uma nova na página de entrada.',
        ],
        button: { label: 'Entrar', url: siteUrl },
        notes: ['Não foi você? Então não faça nada: sua conta continua segura.'],
      };
    case 'reset-password':
      return {
        subject: 'Crie uma nova senha',
        paragraphs: [
          'Recebemos um pedido de nova senha para a sua conta. A senha de agora continua valendo até você criar outra.',
        ],
        button: { label: 'Criar nova senha', url: facts.link.url },
        notes: [
          `O link vale por ${duration(facts.link.minutesLeft)} e só pode ser usado uma vez.`,
          'Não pediu? Então não faça nada: sua senha não mudou.',
        ],
      };
    case 'password-changed':
      return {
        subject: 'Sua senha foi trocada',
        paragraphs: [
          'A senha da sua conta acaba de ser trocada, e saímos da conta em todos os aparelhos.',
          'Foi você? Está tudo certo. Se não foi, peça uma nova senha agora: só quem lê este e-mail consegue.',
        ],
        button: { label: 'Ir para a Poltrona', url: siteUrl },
      };
    case 'staff-invitation':
      return {
        subject: 'Seu acesso à Poltrona',
        paragraphs: [
          'Você foi convidado para trabalhar com a Poltrona. Escolha uma senha para entrar pela primeira vez.',
        ],
        button: { label: 'Escolher senha', url: facts.link.url },
        notes: [
          `O link vale por ${duration(facts.link.minutesLeft)} e só pode ser usado uma vez.`,
          'Não esperava este convite? Então não faça nada e avise quem cuida do cinema.',
        ],
      };
    case 'account-erased':
      return {
        subject: 'Seus dados foram apagados',
        paragraphs: [
          'Como foi pedido, apagamos sua conta: nome, e-mail, senha e data de nascimento.',
          'Do CPF fica só um código que ninguém consegue ler de volta, até passar a última sessão que você comprou; depois ele também é apagado. Seus ingressos continuam valendo na entrada.',
          'Esta é a última mensagem que enviamos a este endereço.',
        ],
      };
    case 'screening-cancelled':
      return {
        subject: `Sessão cancelada: ${facts.screening.film}`,
        paragraphs: [
          'A sessão abaixo foi cancelada pelo cinema. Sentimos muito.',
          facts.refund === null
            ? 'Seus ingressos foram cancelados. O que você pagou por eles volta pelo mesmo meio de pagamento; você não precisa fazer nada.'
            : `Seus ingressos foram cancelados e devolvemos ${money(facts.refund)} pelo mesmo meio de pagamento. Você não precisa fazer nada.`,
        ],
        details: screeningDetails(facts.screening, facts.screening.startsLocal),
        button: { label: 'Ver outras sessões', url: siteUrl },
        notes: ['No cartão, o valor pode levar até duas faturas para aparecer.'],
      };
    case 'screening-rescheduled':
      return {
        subject: `Novo horário: ${facts.screening.film}`,
        paragraphs: [
          `A sessão abaixo mudou de horário: era ${dateTime(facts.from)}, agora é ${dateTime(facts.to)}.`,
          'Seus ingressos e lugares continuam os mesmos. Nada foi cobrado e nada foi cancelado.',
          'Imprimiu ou salvou o código QR antes desta mudança? Ele foi substituído: na entrada, mostre o que está na página dos seus ingressos, pelo botão abaixo.',
          'O novo horário não serve? Fale com a bilheteria do cinema: você pode cancelar e receber o dinheiro de volta.',
        ],
        details: screeningDetails(facts.screening, facts.to),
        button: { label: 'Ver meus ingressos', url: facts.url },
      };
    case 'order-refunded':
      return {
        subject: `Devolução de ${money(facts.refund)}`,
        paragraphs: [
          facts.means.isSent
            ? `Cancelamos os ingressos abaixo e já enviamos ${money(facts.refund)} de volta pelo mesmo meio de pagamento. Você não precisa fazer nada.`
            : `Cancelamos os ingressos abaixo e devolvemos ${money(facts.refund)} pelo mesmo meio de pagamento. Você não precisa fazer nada.`,
          'Estes ingressos não valem mais na entrada.',
        ],
        details: screeningDetails(facts.screening, facts.screening.startsLocal),
        notes: [whenItArrives(facts.means)],
      };
    case 'tickets-voided':
      return {
        subject: `Ingressos cancelados: ${facts.screening.film}`,
        paragraphs: [
          'O pagamento dos ingressos abaixo não foi concluído: a reserva do valor foi desfeita antes da cobrança. Por isso tivemos de cancelar os ingressos, e eles não valem mais na entrada. Sentimos muito.',
          'Nada foi cobrado. Se o valor ainda aparece reservado no seu cartão, ele some sozinho em alguns dias.',
          'Quer ir mesmo assim? Compre de novo enquanto houver lugares.',
        ],
        details: screeningDetails(facts.screening, facts.screening.startsLocal),
        button: { label: 'Ver sessões', url: siteUrl },
      };
    case 'order-confirmed':
      return confirmed(facts.order);
  }
}
