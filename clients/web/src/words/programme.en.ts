import type { ProgrammeWords } from './programme.pt-br.ts';

/** Words for films, screenings and seats left, wherever they are shown. */
export const programmeEn: ProgrammeWords = {
  today: 'today',
  tomorrow: 'tomorrow',
  days: 'Day',
  ratings: {
    L: 'Suitable for everybody',
    '10': 'Not recommended under 10',
    '12': 'Not recommended under 12',
    '14': 'Not recommended under 14',
    '16': 'Not recommended under 16',
    '18': 'Not recommended under 18',
  },
  languages: { dub: 'dub.', leg: 'sub.', nac: 'orig.' },
  languagesInFull: {
    dub: 'dubbed in Portuguese',
    leg: 'subtitled in Portuguese',
    nac: 'Brazilian, in Portuguese',
  },
  seats: (n) => (n === 1 ? '1 seat' : `${n} seats`),
  lastSeats: (n) => (n === 1 ? 'last seat' : `last ${n} seats`),
  soldOut: 'sold out',
  closed: 'not on sale now',
  priceFrom: (price) => `from ${price}`,
  insteadHere: (time) => `seats left at ${time}`,
  insteadThere: (time, cinema) => `seats left at ${time}, ${cinema}`,
  insteadOtherDay: 'try another day',
  screening: ({ time, auditorium, projection, language, seats, price }) =>
    `${time}, ${auditorium}, ${projection} ${language}, ${seats}, ${price}`,
  stale: (time) => `No connection to the box office: seats are those of ${time}. We update as soon as it is back.`,
  poster: (title) => `Poster of ${title}`,
};
