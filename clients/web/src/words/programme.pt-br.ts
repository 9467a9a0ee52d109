/** Words for films, screenings and seats left, wherever they are shown. */
export const programmePt = {
  today: 'hoje',
  tomorrow: 'amanhã',
  days: 'Dia',
  ratings: {
    L: 'Livre para todos os públicos',
    '10': 'Não recomendado para menores de 10 anos',
    '12': 'Não recomendado para menores de 12 anos',
    '14': 'Não recomendado para menores de 14 anos',
    '16': 'Não recomendado para menores de 16 anos',
    '18': 'Não recomendado para menores de 18 anos',
  } as Readonly<Record<string, string>>,
  /** As they stand beside a time; and in whole words, for those who listen. */
  languages: { dub: 'dub.', leg: 'leg.', nac: 'nac.' } as Readonly<Record<string, string>>,
  languagesInFull: { dub: 'dublado', leg: 'legendado', nac: 'nacional' } as Readonly<Record<string, string>>,
  seats: (n: number) => (n === 1 ? '1 lugar' : `${n} lugares`),
  lastSeats: (n: number) => (n === 1 ? 'último lugar' : `últimos ${n} lugares`),
  soldOut: 'esgotada',
  closed: 'sem venda agora',
  priceFrom: (price: string) => `desde ${price}`,
  insteadHere: (time: string) => `ainda há às ${time}`,
  insteadThere: (time: string, cinema: string) => `ainda há às ${time} no ${cinema}`,
  insteadOtherDay: 'tente outro dia',
  /** A time to be tapped, read aloud. */
  screening: (parts: {
    time: string;
    auditorium: string;
    projection: string;
    language: string;
    seats: string;
    price: string;
  }) => `${parts.time}, ${parts.auditorium}, ${parts.projection} ${parts.language}, ${parts.seats}, ${parts.price}`,
  stale: (time: string) => `Sem conexão com a bilheteria: os lugares são de ${time}. Atualizamos assim que ela voltar.`,
  poster: (title: string) => `Cartaz de ${title}`,
};
export type ProgrammeWords = typeof programmePt;
