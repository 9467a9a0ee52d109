/**
 * A chain to search in: films, cinemas, cities and days that follow from a size alone, so that the load generator knows
 * them without asking the server; and the rows of it. Titles and names are made of words that occur again and again, as they do in life.
 */
import type { DatabaseConfig } from '../storage/database.ts';
import { withClient } from './bench-database.ts';

/** Chosen so that no typing error makes one of them look like another, or like a city (search-queries.ts). */
const FIRST = [
  'Aurora',
  'Sombra',
  'Estrela',
  'Memória',
  'Guardiões',
  'Segredo',
  'Caminho',
  'Profecia',
  'Tempestade',
  'Retorno',
];
const SECOND = [
  ...[
    'Perdida',
    'Eterna',
    'Dourada',
    'Invisível',
    'Proibida',
    'Distante',
    'Selvagem',
    'Silenciosa',
    'Infinita',
    'Secreta',
  ],
  ...[
    'Vermelha',
    'Noturna',
    'Impossível',
    'Esquecida',
    'Sagrada',
    'Tropical',
    'Submersa',
    'Elétrica',
    'Passageira',
    'Final',
  ],
];
const BRANDS = [
  'Cinesol',
  'Kinolux',
  'Cinepraça',
  'Moviecenter',
  'Playcine',
  'Cineárea',
  'Telão',
  'Cinerama',
  'Imperator',
  'Lumiar',
];
const PLACES = [
  ...[
    'Iguatemi',
    'Ibirapuera',
    'Jardim Sul',
    'Norte Shopping',
    'Boulevard',
    'Galleria',
    'Pátio Central',
    'Metrópole',
    'Bela Vista',
  ],
  ...[
    'Tamboré',
    'Anália Franco',
    'Barra',
    'Via Parque',
    'Recreio',
    'Plaza Sul',
    'Interlagos',
    'Itaquera',
    'Santana',
    'Morumbi',
  ],
  ...[
    'Aricanduva',
    'Tatuapé',
    'Villa Lobos',
    'Eldorado',
    'Higienópolis',
    'Frei Caneca',
    'Center Norte',
    'Penha',
    'Butantã',
  ],
  ...[
    'Mooca',
    'Raposo',
    'Salvador Norte',
    'Bougainville',
    'Flamboyant',
    'Riomar',
    'Manaíra',
    'Midway',
    'Iandê',
    'Grão Pará',
  ],
  ...[
    'Amazonas',
    'Ponta Negra',
    'Studio',
    'Pantanal',
    'Goiabeiras',
    'Campo Grande',
    'Bosque',
    'Beira Rio',
    'Continente',
  ],
  ...['Neumarkt', 'Garten', 'Catuaí', 'Palladium', 'Mueller', 'Praia de Belas', 'Bourbon'],
];
const CITIES = [
  ...[
    'São Paulo',
    'Rio de Janeiro',
    'Brasília',
    'Salvador',
    'Fortaleza',
    'Belo Horizonte',
    'Manaus',
    'Curitiba',
    'Recife',
    'Goiânia',
  ],
  ...[
    'Belém',
    'Porto Alegre',
    'Guarulhos',
    'Campinas',
    'São Luís',
    'Maceió',
    'Campo Grande',
    'Teresina',
    'João Pessoa',
    'Osasco',
  ],
  ...[
    'São Bernardo do Campo',
    'Santo André',
    'Natal',
    'Ribeirão Preto',
    'Sorocaba',
    'Uberlândia',
    'Contagem',
    'Aracaju',
    'Cuiabá',
  ],
  ...[
    'Joinville',
    'Londrina',
    'Juiz de Fora',
    'Niterói',
    'Florianópolis',
    'Santos',
    'Vila Velha',
    'Serra',
    'Caxias do Sul',
  ],
  ...[
    'São José dos Campos',
    'Jundiaí',
    'Piracicaba',
    'Bauru',
    'Franca',
    'Blumenau',
    'Maringá',
    'Anápolis',
    'Petrópolis',
  ],
  ...['Volta Redonda', 'Taubaté', 'Limeira', 'Marília', 'Pelotas', 'Canoas', 'Chapecó'],
];

const AUDITORIUMS_OF_A_CINEMA = 5;
const SEATS = 180;
const HOUR_MS = 3_600_000;
/** Between two screenings of an auditorium, hours: three a day. */
const HOURS_APART = 8;

export interface SearchCatalogue {
  readonly titles: readonly string[];
  readonly cinemas: readonly { readonly name: string; readonly city: string }[];
  /** "2026-12-24", those with screenings all day long. */
  readonly days: readonly string[];
}

/** Of `screenings` screenings; `startMs`: the first ones begin within eight hours from then. Cinemas are in Brasília's time. */
export function searchCatalogue(screenings: number, startMs: number): SearchCatalogue {
  const titles = FIRST.flatMap((first) => SECOND.map((second) => `${first} ${second}`));
  const cinemas = BRANDS.flatMap((brand, turn) =>
    PLACES.slice(0, 50).map((place, at) => ({
      name: `${brand} ${place}`,
      city: CITIES[(at * 7 + turn) % CITIES.length] ?? '',
    })),
  );
  const wanted = Math.min(cinemas.length, Math.max(2, Math.round(screenings / 100)));
  const days = Math.ceil((screenings / wanted / AUDITORIUMS_OF_A_CINEMA) * (HOURS_APART / 24));
  return {
    titles: titles.slice(0, Math.max(4, Math.round(screenings / 250))),
    cinemas: cinemas.slice(0, wanted),
    days: Array.from({ length: Math.max(1, days) }, (_, day) => localDate(startMs + day * 24 * HOUR_MS)),
  };
}

/** Creates it, and sells every seventh screening some seats. */
export async function createSearchCatalogue(
  config: DatabaseConfig,
  screenings: number,
  startMs: number,
): Promise<void> {
  const { titles, cinemas } = searchCatalogue(screenings, startMs);
  await withClient(config, async (client) => {
    await client.query('begin');
    await client.query('insert into films (title, minutes, genres) select t, 110, $2 from unnest($1::text[]) as t', [
      titles,
      ['Drama', 'Aventura'],
    ]);
    await client.query(
      `insert into cinemas (name, city, state, time_zone) select n, c, 'SP', 'America/Sao_Paulo'
       from unnest($1::text[], $2::text[]) as t (n, c)`,
      [cinemas.map(({ name }) => name), cinemas.map(({ city }) => city)],
    );
    await client.query(
      `insert into auditoriums (cinema_id, name) select c.id, 'Sala ' || n from cinemas c, generate_series(1, $1::int) as n`,
      [AUDITORIUMS_OF_A_CINEMA],
    );
    await client.query(
      `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
       select id, 1, 'demo', $1, '{"rows":[],"seats":[]}', 'bench' from auditoriums`,
      [SEATS],
    );
    await client.query('update auditoriums a set seat_map_id = m.id from seat_maps m where m.auditorium_id = a.id');
    await client.query(
      `insert into screenings
         (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, projection, language, price_cents, half_quota)
       select hall, map, film, at, at at time zone 'America/Sao_Paulo', 'America/Sao_Paulo',
         case when n % 5 = 0 then '3D' else '2D' end, case when n % 3 = 0 then 'leg' else 'dub' end, 2000 + n % 40 * 100, $3 * 2 / 5
       from (select n, (n - 1) % halls.count as hall_index, (n - 1) / halls.count as turn, halls.count
             from generate_series(1, $1::int) as n, (select count(*)::int as count from auditoriums) as halls) as plan
         join (select row_number() over (order by id) - 1 as hall_index, id as hall, seat_map_id as map from auditoriums) as halls
           using (hall_index)
         join (select row_number() over (order by id) - 1 as film_index, id as film from films) as films
           on film_index = (n * 7919 + n / 13) % (select count(*) from films),
         lateral (select to_timestamp($2::float8 / 1000) + turn * interval '${HOURS_APART} hours'
           + (n * 37 % 420 + 5) * interval '1 minute') as t (at)`,
      [screenings, Math.ceil(startMs / 60_000) * 60_000, SEATS],
    );
    await client.query(
      `insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
       select 'o' || id, id, 'b', 'captured', 0, now(), now() from screenings where id % 7 = 0`,
    );
    await client.query(
      `insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, state, created_at, updated_at)
       select s.id || '-' || n, s.id || '-' || n, s.id, n, 'o' || s.id, 'b', 1, 0, 'live', now(), now()
       from screenings s, generate_series(1, 1 + s.id % 60) as n where s.id % 7 = 0`,
    );
    await client.query('commit');
    await client.query('analyze');
  });
}

/** The date of an instant in Brasília. */
export function localDate(ms: number): string {
  return new Date(ms - 3 * HOUR_MS).toISOString().slice(0, 10);
}
