/**
 * Films, one to a row. A row is the film with its CPB or ROE number, whatever its code; else the one that has its code;
 * without either, the one with its title and original title. What the file has no column for stays as it is; a blank cell clears.
 *
 * Films belong to everybody: a title shown in a thousand cinemas is one row. So a partner may add films that are missing,
 * and what his file says otherwise of one that is there is left as it is, with a warning: nobody changes what others sell.
 */
import { bare, cnpj, code, date, flag, httpsUrl, oneOf, quoted, text } from './cell-values.ts';
import { judgeFilms, mergeFilms } from './films-merge.ts';
import type { CellParser, TableColumn, TableKind } from './table-kind.ts';

const TITLE_CHARS_MAX = 300;
const SYNOPSIS_CHARS_MAX = 5_000;
const GENRES_MAX = 12;
const GENRE_CHARS_MAX = 40;
/** Ten hours: the longest films shown in cinemas. */
const MINUTES_MAX = 600;

/** Also "A12": the A marks a rating that the work's own makers declared ("autoclassificação"). */
const RATINGS = ['L', '10', '12', '14', '16', '18'] as const;

export const rating: CellParser = (found) => {
  const word = bare(found);
  if (['l', 'al', 'livre', '0'].includes(word)) return 'L';
  const age = /^(?:a|anos|a?maioresde)?(10|12|14|16|18)(?:anos)?$/.exec(word)?.[1];
  return age ?? { problem: `${quoted(found)} is none of ${RATINGS.join(', ')}` };
};

/** "120", "120 min", "2h", "2h05", "02:05" */
export const minutes: CellParser = (found) => {
  const [, hours = '0', rest = '0'] =
    /^(?:(\d{1,2})\s*(?:h|:)\s*)?(?:(\d{1,3})\s*(?:min|m|minutos|')?)?\.?$/i.exec(found) ?? [];
  const value = Number(hours) * 60 + Number(rest);
  return value >= 1 && value <= MINUTES_MAX
    ? value
    : { problem: `${quoted(found)} is no length: write minutes, 1 to ${MINUTES_MAX}` };
};

/** CPB numbers begin with B, ROE numbers with E; dots, dashes and blanks in them are of no account. */
const workNumber: CellParser = (found) => {
  const bareNumber = found.toUpperCase().replace(/[^0-9A-Z]/g, '');
  if (/^[BE][0-9A-Z]{13}$/.test(bareNumber)) return bareNumber;
  return { problem: `${quoted(found)} is no CPB or ROE number: B or E and 13 more signs` };
};

/** A PostgreSQL array of "Ação, Drama", "Ação; Drama" or "Ação/Drama". */
const genres: CellParser = (found) => {
  const names = found.split(/[,;/|]/).flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const each = [...new Map(names.map((name) => [bare(name), name])).values()];
  if (each.length > GENRES_MAX) return { problem: `it has ${each.length} genres; at most ${GENRES_MAX} are kept` };
  const long = each.find((name) => name.length > GENRE_CHARS_MAX);
  if (long !== undefined) return { problem: `the genre ${quoted(long)} is longer than ${GENRE_CHARS_MAX} characters` };
  return `{${each.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
};

const COLUMNS: readonly TableColumn[] = [
  {
    name: 'code',
    heading: 'código',
    aliases: ['cod', 'code', 'código do filme', 'film code', 'id', 'sku'],
    type: 'text',
    parse: code,
  },
  {
    name: 'title',
    heading: 'título',
    aliases: [
      'title',
      'filme',
      'film',
      'nome',
      'name',
      'título no brasil',
      'título brasileiro',
      'título do filme',
      'titulo obra',
    ],
    type: 'text',
    needed: 'value',
    parse: text(TITLE_CHARS_MAX),
  },
  {
    name: 'original_title',
    heading: 'título original',
    aliases: ['original title', 'titulo da obra original'],
    type: 'text',
    parse: text(TITLE_CHARS_MAX),
  },
  {
    name: 'work_number',
    heading: 'CPB/ROE',
    aliases: ['cpb', 'roe', 'cpb roe', 'número da obra', 'numero obra', 'work number', 'registro ancine', 'ancine'],
    type: 'text',
    parse: workNumber,
  },
  {
    name: 'rating',
    heading: 'classificação',
    aliases: ['classificação indicativa', 'classind', 'rating', 'censura', 'age rating'],
    type: 'text',
    parse: rating,
  },
  {
    name: 'minutes',
    heading: 'duração',
    aliases: ['minutos', 'minutes', 'duration', 'running time', 'runtime', 'duração (min)', 'duration (min)'],
    type: 'integer',
    parse: minutes,
  },
  { name: 'genres', heading: 'gêneros', aliases: ['gênero', 'genres', 'genre'], type: 'text[]', parse: genres },
  {
    name: 'distributor_name',
    heading: 'distribuidora',
    aliases: ['distribuidor', 'distributor', 'razão social da distribuidora', 'nome da distribuidora'],
    type: 'text',
    parse: text(TITLE_CHARS_MAX),
  },
  {
    name: 'distributor_cnpj',
    heading: 'CNPJ da distribuidora',
    aliases: ['cnpj', 'cnpj distribuidor', 'cnpj do distribuidor', 'distributor cnpj'],
    type: 'text',
    parse: cnpj,
  },
  {
    name: 'audio_description',
    heading: 'audiodescrição',
    aliases: ['audio description', 'ad'],
    type: 'boolean',
    parse: flag,
  },
  {
    name: 'captions',
    heading: 'legenda descritiva',
    aliases: ['legendagem descritiva', 'captions', 'closed captions', 'legendas descritivas', 'lse'],
    type: 'boolean',
    parse: flag,
  },
  {
    name: 'sign_language',
    heading: 'libras',
    aliases: ['sign language', 'língua de sinais'],
    type: 'boolean',
    parse: flag,
  },
  {
    name: 'poster_url',
    heading: 'cartaz',
    aliases: ['poster', 'pôster', 'poster url', 'url do cartaz', 'imagem'],
    type: 'text',
    parse: httpsUrl,
  },
  {
    name: 'release_date',
    heading: 'estreia',
    aliases: ['data de estreia', 'lançamento', 'data de lançamento', 'release date', 'release', 'opening'],
    type: 'date',
    parse: date,
  },
  {
    name: 'synopsis',
    heading: 'sinopse',
    aliases: ['synopsis', 'descrição', 'description'],
    type: 'text',
    parse: text(SYNOPSIS_CHARS_MAX),
  },
  {
    name: 'status',
    heading: 'situação',
    aliases: ['status', 'state'],
    type: 'text',
    parse: oneOf(
      {
        ativo: 'active',
        active: 'active',
        'em cartaz': 'active',
        retirado: 'withdrawn',
        withdrawn: 'withdrawn',
        inativo: 'withdrawn',
      },
      'ativo, retirado',
    ),
  },
];

export const filmsKind: TableKind = {
  name: 'films',
  columns: COLUMNS,
  derived: [{ name: 'film_id', type: 'bigint' }],
  judge: judgeFilms,
  merge: mergeFilms,
  isPartialByDefault: false,
  // An older export has older texts and lengths, which the next import puts right.
  olderExport: 'warn',
  rowsMax: 50_000,
};
