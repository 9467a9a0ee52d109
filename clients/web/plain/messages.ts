/** Every word that the page says, in Portuguese first. Short and concrete: what happened, what did not, what to do now. */
import { OutcomeCode } from '../../sdk/index.ts';

export interface Messages {
  readonly language: string;
  readonly loading: string;
  readonly listTitle: string;
  readonly listEmpty: string;
  readonly listEmptyHint: string;
  readonly listError: string;
  readonly more: string;
  readonly roomError: string;
  readonly roomUnknown: string;
  readonly tryAgain: string;
  readonly back: string;
  readonly fullFrom: (price: string) => string;
  readonly seatsInRoom: (count: number) => string;
  /** Of the film's sound: dub, leg, or whatever the catalogue says. */
  readonly languageOf: (code: string) => string;
  readonly connecting: string;
  readonly connectionLost: (seconds: number) => string;
  readonly connectionBack: string;
  readonly connectionOver: string;
  readonly tryNow: string;
  readonly reload: string;
  readonly stale: string;
  readonly screen: string;
  readonly mapLabel: string;
  readonly mapHint: string;
  readonly seatSpoken: (row: string, label: string, state: string, price: string) => string;
  readonly kinds: readonly string[];
  readonly states: {
    readonly unknown: string;
    readonly free: string;
    readonly held: string;
    readonly sold: string;
    readonly blocked: string;
    readonly mine: string;
    readonly asked: string;
  };
  readonly legend: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly zoomFit: string;
  readonly best: (count: number) => string;
  readonly countLabel: string;
  readonly choosing: string;
  readonly nothingChosen: string;
  readonly yourSeats: (count: number) => string;
  readonly ticketTypes: Readonly<Record<1 | 2 | 3, string>>;
  readonly ticketTypeOf: (label: string) => string;
  readonly giveBack: (label: string) => string;
  readonly giveAllBack: string;
  readonly timeLeft: (clock: string) => string;
  readonly minutesLeft: (minutes: number) => string;
  readonly moreTime: string;
  readonly moreTimeGiven: string;
  readonly timeUp: (labels: string) => string;
  readonly takeAgain: string;
  readonly total: string;
  readonly sandbox: string;
  readonly sandboxResult: string;
  readonly sandboxApproved: string;
  readonly sandboxDeclined: string;
  readonly buy: (price: string) => string;
  readonly buying: string;
  readonly paymentRunning: string;
  readonly ticketsTitle: string;
  readonly ticketsHint: string;
  readonly bought: (count: number) => string;
  readonly held: (labels: string) => string;
  readonly released: (labels: string) => string;
  readonly salesClosed: string;
  readonly freeSeats: (count: number) => string;
  readonly noAnswer: string;
  readonly noAnswerUnknown: string;
  readonly tooFast: string;
  readonly refused: (code: number, labels: string) => string;
}

const and = (labels: string, one: string, many: string): string => (labels.includes(',') ? many : one);

const ptBR: Messages = {
  language: 'pt-BR',
  loading: 'Carregando…',
  listTitle: 'Escolha a sessão',
  listEmpty: 'Nenhuma sessão nos próximos dias.',
  listEmptyHint: 'Volte mais tarde, ou peça ao cinema que publique a programação.',
  listError: 'Não foi possível carregar as sessões.',
  more: 'Mais sessões',
  roomError: 'Não foi possível carregar a sala.',
  roomUnknown: 'Esta sessão não existe mais.',
  tryAgain: 'Tentar de novo',
  back: 'Todas as sessões',
  fullFrom: (price) => `inteira ${price}`,
  seatsInRoom: (count) => `${count} poltronas`,
  languageOf: (code) => ({ dub: 'dublado', leg: 'legendado', nac: 'nacional' })[code] ?? code,
  connecting: 'Conectando…',
  connectionLost: (seconds) =>
    seconds > 0 ? `Sem conexão. Nova tentativa em ${seconds} s.` : 'Sem conexão. Tentando de novo…',
  connectionBack: 'Conexão recuperada.',
  connectionOver: 'Esta página não entende mais o servidor. Recarregue para continuar.',
  tryNow: 'Tentar agora',
  reload: 'Recarregar',
  stale: 'O mapa pode estar desatualizado.',
  screen: 'TELA',
  mapLabel: 'Mapa da sala',
  mapHint: 'Use as setas para andar pelas poltronas e a barra de espaço para escolher ou devolver.',
  seatSpoken: (row, label, state, price) => `Fila ${row}, poltrona ${label}, ${state}, ${price}`,
  kinds: ['', 'namoradeira', 'acompanhante', 'espaço para cadeira de rodas', 'mobilidade reduzida', 'obeso'],
  states: {
    unknown: 'carregando',
    free: 'livre',
    held: 'alguém está escolhendo',
    sold: 'vendida',
    blocked: 'fora de venda',
    mine: 'sua',
    asked: 'pedida',
  },
  legend: 'Legenda',
  zoomIn: 'Aproximar',
  zoomOut: 'Afastar',
  zoomFit: 'Sala inteira',
  best: (count) => (count === 1 ? 'Melhor lugar' : `Melhores ${count} juntas`),
  countLabel: 'Quantas',
  choosing: 'Reservando…',
  nothingChosen: 'Toque em uma poltrona livre, ou deixe que a gente escolha.',
  yourSeats: (count) => (count === 1 ? 'Sua poltrona' : `Suas ${count} poltronas`),
  ticketTypes: { 1: 'Inteira', 2: 'Meia-entrada', 3: 'Meia 60+' },
  ticketTypeOf: (label) => `Tipo de ingresso da poltrona ${label}`,
  giveBack: (label) => `Devolver a poltrona ${label}`,
  giveAllBack: 'Devolver todas',
  timeLeft: (clock) => `Reservado por mais ${clock}`,
  minutesLeft: (minutes) => (minutes === 1 ? 'Falta um minuto.' : `Faltam ${minutes} minutos.`),
  moreTime: 'Mais tempo',
  moreTimeGiven: 'Você ganhou mais tempo.',
  timeUp: (labels) =>
    `O tempo acabou: ${labels} ${and(labels, 'foi devolvida', 'foram devolvidas')}. Nada foi cobrado.`,
  takeAgain: 'Pegar as mesmas de novo',
  total: 'Total',
  sandbox: 'Pagamento de teste: nada é cobrado.',
  sandboxResult: 'Resultado do teste',
  sandboxApproved: 'aprovado',
  sandboxDeclined: 'recusado',
  buy: (price) => `Comprar por ${price} (teste)`,
  buying: 'Comprando…',
  paymentRunning: 'O pagamento destas poltronas está em andamento.',
  ticketsTitle: 'Seus ingressos',
  ticketsHint: 'Compra de teste: mostre o código na entrada só para experimentar.',
  bought: (count) => (count === 1 ? 'Pronto: um ingresso é seu.' : `Pronto: ${count} ingressos são seus.`),
  held: (labels) => `${labels} ${and(labels, 'é sua', 'são suas')} por enquanto.`,
  released: (labels) => `${labels} ${and(labels, 'foi devolvida', 'foram devolvidas')}.`,
  salesClosed: 'As vendas desta sessão estão encerradas.',
  freeSeats: (count) => (count === 1 ? '1 poltrona livre' : `${count} poltronas livres`),
  noAnswer: 'O servidor não respondeu. Nada foi reservado nem cobrado. Tente de novo.',
  noAnswerUnknown: 'O servidor não respondeu a tempo. Estamos conferindo o que ficou com você.',
  tooFast: 'Muitos pedidos ao mesmo tempo. Espere um instante.',
  refused: (code, labels) =>
    refusedInPortuguese[code]?.(labels) ?? `O pedido não foi aceito (código ${code}). Nada mudou.`,
};

const refusedInPortuguese: Readonly<Record<number, (labels: string) => string>> = {
  [OutcomeCode.badRequest]: () => 'A página enviou um pedido errado. Recarregue e tente de novo.',
  [OutcomeCode.forbidden]: () => 'Falta o CPF na sua conta: informe-o para comprar. As poltronas continuam com você.',
  [OutcomeCode.rateLimited]: () => 'Muitos pedidos em pouco tempo. Espere um instante.',
  [OutcomeCode.unknownScreening]: () => 'Esta sessão não existe mais.',
  [OutcomeCode.busy]: () => 'Há muita gente comprando agora. Nada mudou: tente de novo.',
  [OutcomeCode.unavailable]: () => 'O servidor está se recompondo. Tente de novo em instantes.',
  [OutcomeCode.expired]: () => 'O pedido demorou demais e não foi feito. Tente de novo.',
  [OutcomeCode.failed]: () => 'O servidor não conseguiu atender. Nada foi cobrado.',
  [OutcomeCode.paymentRefused]: () => 'Este servidor não aceita o pagamento de teste. Nada foi cobrado.',
  [OutcomeCode.paymentDeclined]: () => 'O pagamento foi recusado. Nada foi cobrado e as poltronas continuam com você.',
  [OutcomeCode.salesClosed]: () => 'As vendas desta sessão estão encerradas.',
  [OutcomeCode.seatUnknown]: () => 'A sala mudou de lugares. Escolha de novo; nada foi cobrado.',
  [OutcomeCode.holdUnknown]: () => 'Sua reserva já terminou. Nada foi cobrado: escolha de novo.',
  [OutcomeCode.holdNotYours]: () => 'Esta reserva é de outra pessoa.',
  [OutcomeCode.holdExpired]: () => 'O tempo acabou. Nada foi cobrado: escolha de novo.',
  [OutcomeCode.holdPaying]: () => 'O pagamento destas poltronas já começou: espere o resultado.',
  [OutcomeCode.extensionsUsedUp]: () => 'O tempo já foi estendido uma vez.',
  [OutcomeCode.linesMismatch]: () => 'A lista de ingressos mudou. Confira e tente de novo.',
  [OutcomeCode.buyerLimit]: () => 'São no máximo 10 poltronas por pessoa nesta sessão.',
  [OutcomeCode.seatSold]: (labels) => `${labels} ${and(labels, 'acabou de ser vendida', 'acabaram de ser vendidas')}.`,
  [OutcomeCode.seatBlocked]: (labels) => `${labels} não ${and(labels, 'está', 'estão')} à venda.`,
  [OutcomeCode.seatHeld]: (labels) => `Alguém pegou ${labels} antes. As suas outras continuam com você.`,
  [OutcomeCode.seatNotInHold]: (labels) => `${labels} já não ${and(labels, 'estava', 'estavam')} com você.`,
  [OutcomeCode.quotaExhausted]: () => 'As meias-entradas desta sessão acabaram. Escolha inteira.',
  [OutcomeCode.noAdjacentSeats]: () => 'Não há tantas poltronas livres lado a lado. Tente menos, ou escolha no mapa.',
};

const en: Messages = {
  language: 'en',
  loading: 'Loading…',
  listTitle: 'Choose a screening',
  listEmpty: 'No screenings in the next days.',
  listEmptyHint: 'Come back later, or ask the cinema to publish its programme.',
  listError: 'The screenings could not be loaded.',
  more: 'More screenings',
  roomError: 'The auditorium could not be loaded.',
  roomUnknown: 'This screening does not exist any more.',
  tryAgain: 'Try again',
  back: 'All screenings',
  fullFrom: (price) => `full price ${price}`,
  seatsInRoom: (count) => `${count} seats`,
  languageOf: (code) => ({ dub: 'dubbed', leg: 'subtitled', nac: 'Brazilian' })[code] ?? code,
  connecting: 'Connecting…',
  connectionLost: (seconds) =>
    seconds > 0 ? `No connection. Next try in ${seconds} s.` : 'No connection. Trying again…',
  connectionBack: 'Connected again.',
  connectionOver: 'This page does not understand the server any more. Reload to go on.',
  tryNow: 'Try now',
  reload: 'Reload',
  stale: 'The map may be out of date.',
  screen: 'SCREEN',
  mapLabel: 'Seat map',
  mapHint: 'Use the arrow keys to walk through the seats and the space bar to take one or give it back.',
  seatSpoken: (row, label, state, price) => `Row ${row}, seat ${label}, ${state}, ${price}`,
  kinds: ['', 'couple seat', 'companion', 'wheelchair place', 'reduced mobility', 'wide seat'],
  states: {
    unknown: 'loading',
    free: 'free',
    held: 'somebody is choosing it',
    sold: 'sold',
    blocked: 'not for sale',
    mine: 'yours',
    asked: 'asked for',
  },
  legend: 'Legend',
  zoomIn: 'Closer',
  zoomOut: 'Farther',
  zoomFit: 'Whole room',
  best: (count) => (count === 1 ? 'Best seat' : `Best ${count} together`),
  countLabel: 'How many',
  choosing: 'Holding…',
  nothingChosen: 'Tap a free seat, or let us choose.',
  yourSeats: (count) => (count === 1 ? 'Your seat' : `Your ${count} seats`),
  ticketTypes: { 1: 'Full', 2: 'Half price', 3: 'Half 60+' },
  ticketTypeOf: (label) => `Ticket type for seat ${label}`,
  giveBack: (label) => `Give back seat ${label}`,
  giveAllBack: 'Give all back',
  timeLeft: (clock) => `Held for ${clock}`,
  minutesLeft: (minutes) => (minutes === 1 ? 'One minute left.' : `${minutes} minutes left.`),
  moreTime: 'More time',
  moreTimeGiven: 'You have more time.',
  timeUp: (labels) => `Time is up: ${labels} ${and(labels, 'was', 'were')} given back. Nothing was charged.`,
  takeAgain: 'Take the same again',
  total: 'Total',
  sandbox: 'Sandbox payment: no money moves.',
  sandboxResult: 'Result of the test',
  sandboxApproved: 'approved',
  sandboxDeclined: 'declined',
  buy: (price) => `Buy for ${price} (sandbox)`,
  buying: 'Buying…',
  paymentRunning: 'The payment of these seats is under way.',
  ticketsTitle: 'Your tickets',
  ticketsHint: 'A sandbox purchase: the codes open no real gate.',
  bought: (count) => (count === 1 ? 'Done: one ticket is yours.' : `Done: ${count} tickets are yours.`),
  held: (labels) => `${labels} ${and(labels, 'is', 'are')} yours for now.`,
  released: (labels) => `${labels} ${and(labels, 'was', 'were')} given back.`,
  salesClosed: 'Sales of this screening are closed.',
  freeSeats: (count) => (count === 1 ? '1 free seat' : `${count} free seats`),
  noAnswer: 'The server did not answer. Nothing was held or charged. Try again.',
  noAnswerUnknown: 'The server did not answer in time. We are looking up what is yours.',
  tooFast: 'Too many requests at once. Wait a moment.',
  refused: (code, labels) =>
    refusedInEnglish[code]?.(labels) ?? `The request was not accepted (code ${code}). Nothing changed.`,
};

const refusedInEnglish: Readonly<Record<number, (labels: string) => string>> = {
  [OutcomeCode.badRequest]: () => 'The page sent a wrong request. Reload and try again.',
  [OutcomeCode.forbidden]: () => 'Your account has no CPF yet: tell it first, then buy. The seats are still yours.',
  [OutcomeCode.rateLimited]: () => 'Too many requests in a short time. Wait a moment.',
  [OutcomeCode.unknownScreening]: () => 'This screening does not exist any more.',
  [OutcomeCode.busy]: () => 'Many people are buying just now. Nothing changed: try again.',
  [OutcomeCode.unavailable]: () => 'The server is recovering. Try again in a moment.',
  [OutcomeCode.expired]: () => 'The request took too long and was not carried out. Try again.',
  [OutcomeCode.failed]: () => 'The server could not do it. Nothing was charged.',
  [OutcomeCode.paymentRefused]: () => 'This server does not take the sandbox payment. Nothing was charged.',
  [OutcomeCode.paymentDeclined]: () => 'The payment was declined. Nothing was charged, and the seats are still yours.',
  [OutcomeCode.salesClosed]: () => 'Sales of this screening are closed.',
  [OutcomeCode.seatUnknown]: () => 'The room has another layout now. Choose again; nothing was charged.',
  [OutcomeCode.holdUnknown]: () => 'Your hold has ended. Nothing was charged: choose again.',
  [OutcomeCode.holdNotYours]: () => 'This hold is somebody else’s.',
  [OutcomeCode.holdExpired]: () => 'Time is up. Nothing was charged: choose again.',
  [OutcomeCode.holdPaying]: () => 'The payment of these seats has begun: wait for its result.',
  [OutcomeCode.extensionsUsedUp]: () => 'You have had more time already.',
  [OutcomeCode.linesMismatch]: () => 'The list of tickets has changed. Look at it and try again.',
  [OutcomeCode.buyerLimit]: () => 'At most 10 seats a person in this screening.',
  [OutcomeCode.seatSold]: (labels) => `${labels} ${and(labels, 'has', 'have')} just been sold.`,
  [OutcomeCode.seatBlocked]: (labels) => `${labels} ${and(labels, 'is', 'are')} not for sale.`,
  [OutcomeCode.seatHeld]: (labels) => `Somebody took ${labels} first. Your other seats are still yours.`,
  [OutcomeCode.seatNotInHold]: (labels) => `${labels} ${and(labels, 'was', 'were')} not yours any more.`,
  [OutcomeCode.quotaExhausted]: () => 'No half-price tickets are left for this screening. Choose full price.',
  [OutcomeCode.noAdjacentSeats]: () =>
    'There are not so many free seats side by side. Try fewer, or choose on the map.',
};

/** The first language of the visitor's list that we speak; Portuguese when there is none. */
export function messagesFor(languages: readonly string[]): Messages {
  for (const language of languages) {
    if (/^pt\b/i.test(language)) return ptBR;
    if (/^en\b/i.test(language)) return en;
  }
  return ptBR;
}

/** What an outcome code is called in each language; for the test that no code is left without words. */
export const refusals = { 'pt-BR': refusedInPortuguese, en: refusedInEnglish };
