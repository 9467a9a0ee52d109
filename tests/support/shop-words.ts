/**
 * What people read on their way to a ticket, in both languages. Written down here a second time on purpose: a test that took
 * the words from the message files would find whatever stands there.
 */
export type Language = 'pt-BR' | 'en';

export interface ShopWords {
  readonly search: string;
  readonly seat: (row: string, number: number) => RegExp;
  readonly best: (n: number) => string;
  readonly continue: RegExp;
  readonly checkout: string;
  readonly email: string;
  readonly cpf: string;
  readonly ticketOf: (seat: string) => string;
  readonly cards: Readonly<Record<'approved' | 'declined' | 'slow' | 'authenticate', RegExp>>;
  readonly pay: RegExp;
  readonly declined: string;
  readonly bank: string;
  readonly authorise: string;
  readonly done: string;
  readonly openTickets: string;
  readonly myTickets: string;
  readonly qr: (seat: string) => string;
  readonly wrongCpf: string;
  readonly soldOut: string;
  readonly unknownScreening: string;
}

export const SHOP_WORDS: Readonly<Record<Language, ShopWords>> = {
  'pt-BR': {
    search: 'Buscar filme, cinema ou cidade',
    seat: (row, number) => new RegExp(`^Fila ${row}, poltrona ${number}\\b`),
    best: (n) => (n === 1 ? 'Melhor poltrona' : `Melhores ${n} juntas`),
    continue: /^Continuar · R\$/,
    checkout: 'Finalizar compra',
    email: 'E-mail',
    cpf: 'CPF',
    ticketOf: (seat) => `Ingresso da poltrona ${seat}`,
    cards: {
      approved: /^Cartão aprovado/,
      declined: /^Cartão recusado/,
      slow: /^Banco lento/,
      authenticate: /^Pede confirmação/,
    },
    pay: /^Pagar R\$/,
    declined: 'O banco recusou o cartão',
    bank: 'Seu banco pergunta: é você?',
    authorise: 'Autorizar',
    done: 'Tudo certo. Boa sessão!',
    openTickets: 'Abrir os ingressos',
    myTickets: 'Meus ingressos',
    qr: (seat) => `Código QR da poltrona ${seat}`,
    wrongCpf: 'Este CPF não existe. Confira os números.',
    soldOut: 'Sessão esgotada',
    unknownScreening: 'Esta sessão não existe',
  },
  en: {
    search: 'Search for a film, a cinema or a city',
    seat: (row, number) => new RegExp(`^Row ${row}, seat ${number}\\b`),
    best: (n) => (n === 1 ? 'Best seat' : `Best ${n} together`),
    continue: /^Continue · R\$/,
    checkout: 'Checkout',
    email: 'E-mail',
    cpf: 'CPF',
    ticketOf: (seat) => `Ticket for seat ${seat}`,
    cards: {
      approved: /^Card approved/,
      declined: /^Card declined/,
      slow: /^Slow bank/,
      authenticate: /^Asks you to confirm/,
    },
    pay: /^Pay R\$/,
    declined: 'The bank declined the card',
    bank: 'Your bank asks: is it you?',
    authorise: 'Authorise',
    done: 'All done. Enjoy the film!',
    openTickets: 'Open the tickets',
    myTickets: 'My tickets',
    qr: (seat) => `QR code of seat ${seat}`,
    wrongCpf: 'There is no such CPF. Check the digits.',
    soldOut: 'Sold out',
    unknownScreening: 'This screening does not exist',
  },
};
