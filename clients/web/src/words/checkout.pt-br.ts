/** Words of the page where seats are paid for: who, how, how much. */
export const checkoutPt = {
  title: 'Finalizar compra',
  loading: 'Buscando suas poltronas…',
  backToSeats: 'Trocar poltronas',
  seats: (labels: readonly string[]): string =>
    labels.length === 1 ? `Poltrona ${labels[0]}` : `Poltronas ${list(labels, 'e')}`,
  room: (auditorium: string, projection: string): string => `${auditorium} · ${projection}`,
  spoken: { dub: 'dublado', leg: 'legendado', nac: 'nacional' } as Readonly<Record<string, string>>,

  heldFor: (time: string): string => `Guardadas para você por ${time}`,
  heldWhilePaying: 'Suas poltronas estão guardadas enquanto o pagamento corre.',
  minutesLeft: (minutes: number): string =>
    minutes === 1 ? 'Falta menos de 1 minuto para concluir.' : `Faltam menos de ${minutes} minutos para concluir.`,
  moreTime: 'Mais tempo',

  summaryTitle: 'O que ainda falta',
  summary: (count: number): string =>
    count === 1
      ? 'Um campo precisa de atenção. Nada foi cobrado.'
      : `${count} campos precisam de atenção. Nada foi cobrado.`,

  ticketsTitle: 'Ingressos',
  ticketOf: (label: string): string => `Ingresso da poltrona ${label}`,
  seat: (label: string): string => `Poltrona ${label}`,
  kinds: ['', 'namoradeira', 'acompanhante', 'espaço para cadeira de rodas', 'mobilidade reduzida', 'pessoa obesa'],
  option: (name: string, price: string): string => `${name} · ${price}`,
  optionUsedUp: (name: string): string => `${name} · cota esgotada`,
  quota: (quota: number, left: number): string =>
    left === 0
      ? `Meia-entrada: os ${quota} ingressos da cota desta sessão acabaram.`
      : `Meia-entrada: ${left} de ${quota} ingressos da cota ainda disponíveis nesta sessão.`,
  quotaNone: 'Esta sessão não tem cota de meia-entrada.',
  quotaExceeded: 'Mesmo com a cota esgotada, este cinema continua vendendo meia-entrada.',
  document: (name: string, document: string): string => `${name}: leve ${document}. A entrada confere.`,
  nothingOffered: 'Não há ingresso à venda para esta poltrona. Escolha outra.',

  whoTitle: 'Seus dados',
  email: 'E-mail',
  emailHint: 'Os ingressos chegam aqui.',
  emailMeant: (email: string): string => `Você quis dizer ${email}?`,
  emailTake: 'Sim, corrigir',
  cpf: 'CPF',
  cpfHint: 'Conta o limite de 10 ingressos por pessoa na sessão e, com o código, acha seus ingressos de novo.',
  name: 'Nome',
  nameOptional: '(se quiser)',
  nameHint: 'Para o e-mail chamar você pelo nome.',
  wrongs: {
    email: { missing: 'Digite seu e-mail.', short: '', wrong: 'Este e-mail parece incompleto: confira o @ e o final.' },
    cpf: {
      missing: 'Digite seu CPF.',
      short: 'Faltam números: o CPF tem 11.',
      wrong: 'Este CPF não existe. Confira os números.',
    },
    name: { missing: '', short: '', wrong: 'Este nome é longo demais: use até 120 letras.' },
  },
  purpose:
    'Usamos seus dados só para emitir e enviar os ingressos, contar o limite de 10 por pessoa e cumprir a lei (LGPD). Sem propaganda.',
  haveAccount: 'Já tem conta?',
  signIn: 'Entrar',
  signInKeeps: 'Suas poltronas continuam guardadas.',
  buyingAs: 'Comprando como',
  notMe: 'Não sou eu',
  staffHere: (who: string): string => (who === '' ? 'A equipe do cinema' : `${who} (equipe do cinema)`),
  staffCannotBuy: 'Com a conta da equipe não se compra. Saia dela para comprar: as poltronas passam para você.',
  accountNeedsCpf: 'Falta só o CPF na sua conta. Ele fica salvo nela.',

  payTitle: 'Pagamento',
  methods: {
    approved: { name: 'Cartão aprovado', text: 'O pagamento passa na hora.' },
    declined: { name: 'Cartão recusado', text: 'O banco diz não. As poltronas ficam com você.' },
    slow: { name: 'Banco lento', text: 'Demora uns segundos e passa.' },
    authenticate: { name: 'Pede confirmação', text: 'O banco pergunta se é você.' },
  },

  totalTitle: 'Total',
  ticketsSum: (count: number): string => (count === 1 ? '1 ingresso' : `${count} ingressos`),
  fee: 'Taxa de serviço',
  feeNone: 'sem taxa',
  total: 'Total',
  pay: (amount: string): string => `Pagar ${amount}`,
  payFree: 'Confirmar ingressos',
  /** `minutesBefore`: the screening; 0 is its beginning. */
  cancellation: (days: number, minutesBefore: number): string =>
    `Mudou de ideia? Cancele em até ${days === 1 ? '1 dia' : `${days} dias`} da compra, até ${minutesBefore === 0 ? 'o começo' : `${duration(minutesBefore)} antes`} da sessão, e receba tudo de volta.`,

  steps: {
    identifying: 'Confirmando seus dados…',
    paying: 'Falando com o banco…',
    payPal: 'Falando com o PayPal…',
    slow: 'O banco está demorando um pouco. Suas poltronas continuam guardadas.',
  },

  troubles: {
    unreachable: 'Sem conexão com o cinema. Nada foi cobrado e suas poltronas continuam guardadas. Tente de novo.',
    'too-many-attempts': 'Foram muitas tentativas daqui. Nada foi cobrado. Espere um minuto e tente de novo.',
    cpf: 'O CPF não foi aceito. Nada foi cobrado. Confira os números.',
    'cpf-in-use': 'Este CPF é de outra conta. Nada foi cobrado. Entre com ela, ou compre sem conta.',
    'cpf-needed': 'Sua conta ainda não tem CPF. Nada foi cobrado. Digite-o e pague de novo.',
    email: 'O e-mail não foi aceito. Nada foi cobrado. Confira o endereço.',
    name: 'O nome não foi aceito. Nada foi cobrado. Deixe em branco, ou escreva de outro jeito.',
    'signed-out': 'Você saiu da conta em outro lugar. Nada foi cobrado. Entre de novo, ou compre sem conta.',
    'signed-in': (who: string): string =>
      `${who === '' ? 'Alguém já entrou na conta' : `Você já entrou como ${who}`}. Nada foi cobrado. Confira os dados abaixo e pague, ou toque em “Não sou eu”.`,
    server: 'O cinema não conseguiu registrar seus dados agora. Nada foi cobrado. Tente de novo.',
  },

  soldTitle: 'Compra feita',
  sold: 'O pagamento passou e as poltronas são suas. Se os ingressos não abrirem sozinhos, abra por aqui.',
  emptyTitle: 'Nenhuma poltrona escolhida',
  empty: 'Escolha suas poltronas no mapa. O pagamento vem depois.',
  toSeats: 'Escolher poltronas',
  timeUpTitle: 'O tempo acabou',
  timeUp: (labels: readonly string[]): string =>
    labels.length === 1
      ? `A poltrona ${labels[0]} voltou para o mapa. Nada foi cobrado.`
      : `As poltronas ${list(labels, 'e')} voltaram para o mapa. Nada foi cobrado.`,
  takeAgain: (count: number): string => (count === 1 ? 'Pegar a mesma de novo' : 'Pegar as mesmas de novo'),
  takeFailed: 'Alguém ficou com elas. Nada foi cobrado. Escolha outras no mapa.',
  boughtTitle: 'Você já comprou nesta sessão',
  bought: 'Seus ingressos estão prontos. Não é preciso pagar de novo.',
  toOrder: 'Ver a compra',
  unreachableTitle: 'Sem conexão com o cinema',
  unreachable:
    'Não conseguimos carregar sua compra. Abrir esta página não cobra nada. Tentamos de novo assim que a rede voltar.',
  goneTitle: 'Esta sessão não existe mais',
  gone: 'Ela pode ter sido retirada da programação. Aqui não há nada a pagar.',
  toFilms: 'Ver os filmes',
  tryAgain: 'Tentar de novo',
};
export type CheckoutWords = typeof checkoutPt;

function duration(minutes: number): string {
  if (minutes % 60 !== 0) return minutes === 1 ? '1 minuto' : `${minutes} minutos`;
  return minutes === 60 ? '1 hora' : `${minutes / 60} horas`;
}

/** "F11, F12 e F13" */
export function list(words: readonly string[], and: string): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;
}
