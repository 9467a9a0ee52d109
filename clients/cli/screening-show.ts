/** `poltrona screenings show`: one screening with its room, drawn as it is sold at this moment. */
import type { Command } from 'commander';
import { count, instant, money, rowAt, text, wallTime } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type CliPorts, painter } from './ports.ts';
import { roomOf, statusOf } from './room-plan.ts';
import { countsText, type DrawingStyle, drawRoom, isUnicodeTerminal, legendOf } from './seat-drawing.ts';
import { factsText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

/** Adds `show` to the group `screenings`. */
export function registerScreeningShow(group: Command, examples: string, ports: CliPorts): void {
  serverOptions(group.command('show'))
    .description('show one screening, with its seats drawn')
    .argument('<screening>', 'its number')
    .addHelpText('after', examples)
    .action((screening: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(`/api/admin/screenings/${encodeURIComponent(screening)}`);
        show(ports, flags, answer, () => screeningText(answer, ports));
      }),
    );
}

/** How rooms are drawn on the terminal of `ports`. */
export function styleOf(ports: CliPorts): DrawingStyle {
  return { columns: ports.columns, isUnicode: isUnicodeTerminal(ports.environment), paint: painter(ports) };
}

/** The facts of a screening in a few lines: which, where, when, and how it is sold. */
export function screeningFacts(answer: Row, ports: CliPorts): string[] {
  const screening = rowAt(answer, 'screening') ?? answer;
  const cancellation = rowAt(screening, 'cancellation');
  const zone = text(screening, 'cinema.timeZone', 'timeZone');
  const starts = wallTime(screening, 'startsLocal');
  return factsText(
    [
      ['screening', text(screening, 'id')],
      ['film', text(screening, 'film.title', 'title', 'film')],
      ['cinema', text(screening, 'cinema.name', 'cinema')],
      ['auditorium', text(screening, 'auditorium.name', 'auditorium')],
      ['starts', starts === '' ? instant(screening, 'startsAt') : `${starts}${zone === '' ? '' : ` (${zone})`}`],
      ['shown', [text(screening, 'projection'), text(screening, 'language')].filter((part) => part !== '').join(', ')],
      ['status', text(screening, 'status')],
      ['cancelled', cancellation === null ? '' : cancellationText(cancellation)],
      ['sales', salesText(screening)],
      ['full price', money(screening, 'priceCents')],
      ['revenue', money(screening, 'revenueCents')],
      ['code', text(screening, 'code')],
    ],
    ports,
  );
}

function cancellationText(cancellation: Row): string {
  const [done, orders] = [count(cancellation, 'done'), count(cancellation, 'orders')];
  return `${instant(cancellation, 'at')} by ${text(cancellation, 'who')}, ${done} of ${orders} orders given back: ${text(cancellation, 'why')}`;
}

function salesText(screening: Row): string {
  const isOpen = rowAt(screening, 'live')?.['salesOpen'];
  const from = instant(screening, 'salesFrom');
  const until = instant(screening, 'salesUntil');
  return [
    typeof isOpen === 'boolean' ? (isOpen ? 'open' : 'closed') : '',
    from === '' ? '' : `from ${from}`,
    until === '' ? '' : `until ${until}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function screeningText(answer: Row, ports: CliPorts): string[] {
  const facts = screeningFacts(answer, ports);
  const screening = rowAt(answer, 'screening') ?? answer;
  const room = roomOf(screening);
  if (room === null) return [...facts, `${count(screening, 'seatCount')} seats`];
  const style = styleOf(ports);
  const status = statusOf(screening);
  return [
    ...facts,
    '',
    ...drawRoom(room, status, style),
    '',
    ...legendOf(room, style),
    countsText(room.seats.length, status),
  ];
}
