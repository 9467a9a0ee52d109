/** Words of the cinema club’s page. */
export const clubPt = {
  title: 'Clube de cinema',
  intro: 'Uma mensalidade, e ingressos pelo preço de sócio.',
  loading: 'Um instante…',
  tryAgain: 'Tentar de novo',
  toFilms: 'Ver o que está em cartaz',
  unreachable: 'Não conseguimos falar com o servidor. Nada foi cobrado por abrir esta página. Confira a conexão.',
  plansFailed: 'Os planos não carregaram. Nada foi cobrado.',
  closedTitle: 'O clube ainda não abriu aqui',
  closed: 'Este cinema não tem clube por enquanto. Os ingressos estão à venda como sempre.',
  noPlans: 'Nenhum plano está aberto agora. Volte em breve.',

  plansTitle: 'Planos',
  perMonth: 'por mês',
  gives: (tickets: number, price: string): string =>
    tickets === 1 ? `1 ingresso por mês a ${price}` : `${tickets} ingressos por mês a ${price} cada`,
  givesFree: (tickets: number): string =>
    tickets === 1 ? '1 ingresso por mês, já incluído' : `${tickets} ingressos por mês, já incluídos`,
  facts: [
    'Valem para qualquer sessão e poltrona à venda aqui. Se o cinema cobra taxa de serviço, ela vem à parte.',
    'O que sobra no mês não passa para o próximo.',
    'Sem fidelidade: saia quando quiser, e o mês pago continua seu.',
  ],
  join: (plan: string): string => `Assinar ${plan}`,
  joining: 'Preparando…',

  visitor: 'Para assinar é preciso uma conta: os ingressos do mês ficam nela.',
  guest: 'Você está como convidado, e a visita dura um dia. Para assinar, entre na sua conta ou crie uma.',
  noCpf: 'Falta o CPF na sua conta. Informe-o e volte aqui para assinar.',
  staff: 'Você entrou como equipe. Para assinar, saia e entre com sua conta pessoal.',
  signIn: 'Entrar',
  signUp: 'Criar conta',
  toAccount: 'Minha conta',
  tellCpf: 'Informar o CPF',

  payTitle: 'Falta só o primeiro mês',
  payLateTitle: 'Pagar este mês',
  summary: (plan: string, amount: string): string => `${plan}: ${amount} hoje, e o mesmo valor a cada mês.`,
  summaryLate: (plan: string, amount: string): string => `${plan}: ${amount} deste mês.`,
  card: 'Dados do cartão',
  cardLoading: 'Abrindo os campos do cartão…',
  cardMissing: 'Os campos do cartão não abriram. Nada foi cobrado. Confira a conexão e tente de novo.',
  stale: 'Para pagar, esta página precisa ser carregada de novo. Nada foi cobrado.',
  reload: 'Carregar de novo',
  mandate: (amount: string): string =>
    `Ao pagar, você autoriza ${amount} por mês neste cartão, até sair do clube. Quem guarda o cartão é a Stripe: o cinema não o vê.`,
  pay: (amount: string): string => `Pagar ${amount}`,
  confirming: 'Falando com o banco…',
  otherPlan: 'Ver outros planos',
  giveUp: 'Desistir',
  notNow: 'Agora não',
  lookingTitle: 'Confirmando',
  looking: 'Estamos conferindo o pagamento com a Stripe. Não é preciso pagar de novo.',
  slowTitle: 'A confirmação está demorando',
  slow: 'O pagamento pode ter passado, mas a Stripe ainda não confirmou. O mesmo mês não é cobrado duas vezes. Veja de novo daqui a pouco.',
  lookAgain: 'Ver de novo',

  memberTitle: (plan: string): string => `Você é do ${plan}`,
  welcome: 'Pronto: você entrou no clube.',
  ticketsTitle: 'Ingressos deste mês',
  left: (left: number, all: number): string => {
    if (left === 0) return all === 1 ? 'O ingresso deste mês foi usado' : `Os ${all} deste mês foram usados`;
    return left === 1 ? `Resta 1 de ${all}` : `Restam ${left} de ${all}`;
  },
  each: (price: string): string => `Cada um por até ${price}`,
  eachFree: 'Já pagos na mensalidade',
  until: (day: string): string => `Valem até ${day}`,
  monthOverTitle: 'O mês terminou',
  monthOver: 'Assim que a Stripe confirmar a próxima mensalidade, os ingressos novos aparecem aqui.',
  howTo: 'Para usar, escolha as poltronas e, no pagamento, o ingresso “Clube”.',
  renewsTitle: 'Mensalidade',
  renews: (amount: string, day: string): string => `Próxima: ${amount} no cartão, ${day}. Com ela vêm ingressos novos.`,
  leavingTitle: 'Você está de saída',
  leaving: (day: string): string =>
    `Nada mais é cobrado. Seus ingressos valem até ${day}; depois disso, dá para assinar de novo.`,
  leaveOpen: 'Sair do clube…',

  lateTitle: 'A mensalidade não passou',
  late: 'O banco recusou a cobrança deste mês. Até ela passar, não há ingressos do clube; o resto da loja segue igual.',
  lateAlone:
    'Confira o limite e a validade do cartão, ou fale com o banco: a cobrança é tentada de novo nos próximos dias.',
  latePay: 'Pagar com outro cartão',

  leaveTitle: 'Sair do clube?',
  leaveKeeps: (left: number, day: string): string => {
    if (left === 0) return `Você continua no clube até ${day}, e nada mais é cobrado.`;
    const tickets = left === 1 ? 'Seu ingresso deste mês vale' : `Seus ${left} ingressos deste mês valem`;
    return `${tickets} até ${day}, e nada mais é cobrado.`;
  },
  leaveLate: 'O clube termina agora, e não tentamos mais cobrar o mês em aberto.',
  leaveStays: 'Ingressos que você já comprou continuam valendo.',
  leaveConfirm: 'Sair do clube',
  leavingNow: 'Saindo…',
  stay: 'Continuar no clube',
  leaveProblems: {
    unreachable: 'Não conseguimos falar com o servidor. Você continua no clube. Tente de novo.',
    other: 'Não deu certo agora. Você continua no clube. Tente de novo daqui a pouco.',
  },
  gaveUp: 'Assinatura desfeita. Nada foi cobrado.',

  problems: {
    unreachable: 'Não conseguimos falar com o servidor. Nada foi cobrado. Confira a conexão e tente de novo.',
    provider: 'A Stripe não respondeu ao cinema. Nada foi cobrado. Tente de novo daqui a pouco.',
    'plan-gone': 'Este plano não é mais oferecido. Nada foi cobrado. Escolha outro.',
    who: 'Sua visita terminou. Nada foi cobrado. Entre de novo para assinar.',
    other: 'Não deu certo agora. Nada foi cobrado. Tente de novo daqui a pouco.',
    incomplete: 'Confira os dados do cartão: falta algo, ou algo não bate. Nada foi cobrado.',
    declined: 'O banco recusou o cartão. Nada foi cobrado. Tente outro, ou fale com o banco.',
    bank: 'O banco não confirmou que é você. Nada foi cobrado. Tente de novo, ou com outro cartão.',
    unpaid:
      'O pagamento não se completou, e até agora nada foi cobrado. Pode tentar de novo: o mês não é cobrado duas vezes.',
    'begin-anew': 'A assinatura que você tinha começado passou do prazo. Se quiser, comece de novo.',
  },
};
export type ClubWords = typeof clubPt;
