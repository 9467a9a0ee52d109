/** `poltrona films …`: the films of the catalogue. They come in with "poltrona import films". */
import type { Command } from 'commander';
import { count, rowAt, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import type { CliPorts } from './ports.ts';
import { type Column, factsText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface FilmsFlags extends ListFlags {
  readonly search?: string;
}

const EXAMPLES = `
Examples:
  $ poltrona films list
  $ poltrona films list --search "agente secreto" --json
  $ poltrona films show 12`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'film', cell: (film) => text(film, 'id'), isNumber: true },
  { head: 'title', cell: (film) => text(film, 'title'), isLong: true },
  { head: 'minutes', cell: (film) => count(film, 'minutes'), isNumber: true },
  { head: 'rating', cell: (film) => text(film, 'rating') },
  { head: 'genres', cell: (film) => text(film, 'genres'), isLong: true, isExtra: true },
  { head: 'code', cell: (film) => text(film, 'code'), isExtra: true },
  { head: 'CPB/ROE', cell: (film) => text(film, 'workNumber'), isExtra: true },
  { head: 'status', cell: (film) => text(film, 'status'), isExtra: true },
];

/** Adds `films list` and `films show` to `program`. */
export function registerFilms(program: Command, ports: CliPorts): void {
  const group = program.command('films').description('the films of the catalogue').addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list films')
    .option('--search <words>', 'only those with these words in the title or the original title')
    .addHelpText('after', EXAMPLES)
    .action((flags: FilmsFlags) => {
      const none = 'no films; bring some in with "poltrona import films FILE"';
      const list = { path: '/api/admin/films', plural: 'films', query: { q: flags.search }, columns: COLUMNS, none };
      return showList(list, flags, ports);
    });
  serverOptions(group.command('show'))
    .description('show one film')
    .argument('<film>', 'its number')
    .addHelpText('after', EXAMPLES)
    .action((film: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(`/api/admin/films/${encodeURIComponent(film)}`);
        show(ports, flags, answer, () => filmText(rowAt(answer, 'film') ?? answer, ports));
      }),
    );
}

function filmText(film: Row, ports: CliPorts): string[] {
  const is = (field: string, name: string): string => (film[field] === true ? name : '');
  const access = [
    is('audioDescription', 'audio description'),
    is('captions', 'captions'),
    is('signLanguage', 'sign language'),
  ];
  return factsText(
    [
      ['film', text(film, 'id')],
      ['title', text(film, 'title')],
      ['original title', text(film, 'originalTitle')],
      ['code', text(film, 'code')],
      ['CPB/ROE', text(film, 'workNumber')],
      ['minutes', count(film, 'minutes')],
      ['rating', text(film, 'rating')],
      ['genres', text(film, 'genres')],
      ['distributor', text(film, 'distributor.name', 'distributorName', 'distributor')],
      ['release', text(film, 'releaseDate')],
      ['accessibility', access.filter((name) => name !== '').join(', ')],
      ['poster', text(film, 'posterUrl')],
      ['status', text(film, 'status')],
      ['synopsis', text(film, 'synopsis')],
    ],
    ports,
  );
}
