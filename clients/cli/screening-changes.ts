/** `poltrona screenings create | reschedule | close | open | cancel`: done by the server, whose actors know what is sold. */
import type { Command } from 'commander';
import { amount, moneyText, rowAt, text, wallTime } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { cents, positive, wallTime as wallTimeValue } from './option-values.ts';
import { type CliPorts, counted } from './ports.ts';
import { screeningFacts } from './screening-show.ts';
import { type ChangeFlags, change, changeOptions, type GraveFlags, graveChange, graveOptions } from './staff-change.ts';

interface CreateFlags extends ChangeFlags {
  readonly auditorium: number;
  readonly film: number;
  readonly starts: string;
  readonly language?: string;
  readonly projection?: string;
  readonly modality?: string;
  readonly price?: number;
  readonly salesFrom?: string;
  readonly salesUntil?: string;
  readonly code?: string;
  readonly utcOffset?: string;
}

interface WhyFlags extends ChangeFlags {
  readonly why: string;
}

/** Adds what changes a screening to the group `screenings`. */
export function registerScreeningChanges(group: Command, examples: string, ports: CliPorts): void {
  changeOptions(group.command('create'))
    .description('plan one screening; many come in with "poltrona import screenings"')
    .requiredOption('--auditorium <number>', 'where', positive)
    .requiredOption('--film <number>', 'what', positive)
    .requiredOption('--starts <time>', 'when, on the clock of the cinema: 2026-12-24T20:30', wallTimeValue)
    .option('--language <language>', 'dub (dubbed), leg (subtitled) or nac (Brazilian)')
    .option('--projection <projection>', '2D, 3D, IMAX …; 2D unless given')
    .option('--modality <letter>', "of ANCINE's reports: A regular, B preview, C festival, D private")
    .option('--price <amount>', 'of a full ticket; by the price table unless given', cents)
    .option('--sales-from <instant>', 'not sold before: 2026-12-20T12:00:00Z')
    .option('--sales-until <instant>', 'not sold after')
    .option('--code <code>', 'your own name for it')
    .option('--utc-offset <offset>', 'which of the two, when clocks are put back: -03:00')
    .addHelpText('after', examples)
    .action((flags: CreateFlags) => create(flags, ports));
  graveOptions(group.command('reschedule'))
    .description('move a screening to another time; whoever has a ticket is told')
    .argument('<screening>', 'its number')
    .argument('<time>', 'the new start, on the clock of the cinema: 2026-12-24T21:00', wallTimeValue)
    .addHelpText('after', examples)
    .action((screening: string, startsLocal: string, flags: GraveFlags) =>
      reschedule(screening, startsLocal, flags, ports),
    );
  for (const [name, description] of [
    ['close', 'stop selling a screening; what is sold stays sold'],
    ['open', 'sell a closed screening again'],
  ] as const) {
    changeOptions(group.command(name))
      .description(description)
      .argument('<screening>', 'its number')
      .requiredOption('--why <reason>', 'the reason, for the record')
      .addHelpText('after', examples)
      .action((screening: string, flags: WhyFlags) =>
        change(ports, flags, `${pathOf(screening)}/${name}`, { why: flags.why }, () => [
          `screening ${screening} is ${name === 'open' ? 'open' : 'closed'} for sale`,
        ]),
      );
  }
  graveOptions(group.command('cancel'))
    .description('cancel a screening: every order is refunded, every buyer told')
    .argument('<screening>', 'its number')
    .addHelpText('after', examples)
    .action((screening: string, flags: GraveFlags) => cancel(screening, flags, ports));
}

function pathOf(screening: string): string {
  return `/api/admin/screenings/${encodeURIComponent(screening)}`;
}

function create(flags: CreateFlags, ports: CliPorts): Promise<void> {
  const { auditorium, film, starts, price, language, projection, modality, salesFrom, salesUntil, code, utcOffset } =
    flags;
  const body = {
    auditorium,
    film,
    startsLocal: starts,
    language,
    projection,
    modality,
    priceCents: price,
    salesFrom,
    salesUntil,
    code,
    utcOffset,
  };
  return change(ports, flags, '/api/admin/screenings', body, (answer) => {
    for (const warning of listAt(answer, 'warnings')) ports.error(warning);
    return screeningFacts(answer, ports);
  });
}

function listAt(answer: Row, name: string): string[] {
  const list = answer[name];
  return Array.isArray(list) ? list.map(String) : [];
}

function reschedule(screening: string, startsLocal: string, flags: GraveFlags, ports: CliPorts): Promise<void> {
  const path = `${pathOf(screening)}/reschedule`;
  const body = { startsLocal, why: flags.why };
  return graveChange(ports, flags, {
    foresee: async (api) => {
      const answer = await api.look(path, { ...body, dryRun: true });
      // Nobody has a ticket yet: nobody is surprised.
      if (amount(answer, 'tickets') === 0 && flags.dryRun !== true) return null;
      const moved = `screening ${screening} would start at ${wallTime({ startsLocal }, 'startsLocal')}`;
      return { answer, lines: [`${moved}: ${consequences(answer)}`] };
    },
    word: { text: screening, what: "the screening's number" },
    act: (api, key) => api.post(path, body, key),
    done: (answer) => [
      `screening ${screening} starts at ${wallTime(answer, 'startsLocal', 'screening.startsLocal') || startsLocal}; ${consequences(answer)}`,
    ],
  });
}

function cancel(screening: string, flags: GraveFlags, ports: CliPorts): Promise<void> {
  const path = `${pathOf(screening)}/cancel`;
  return graveChange(ports, flags, {
    foresee: async (api) => {
      const answer = await api.look(path, { why: flags.why, dryRun: true });
      return { answer, lines: [`screening ${screening} would be cancelled for good: ${consequences(answer)}`] };
    },
    word: { text: screening, what: "the screening's number" },
    act: (api, key) => api.post(path, { why: flags.why }, key),
    done: (answer) => [
      `screening ${screening} is cancelled: ${consequences(answer)}`,
      ...(amount(answer, 'orders') === 0
        ? []
        : [
            `the orders are being given back: "poltrona screenings show ${screening}" tells how far that is, "poltrona screenings refunds ${screening}" of their money`,
          ]),
    ],
  });
}

/** "12 orders, 31 tickets, R$ 1.240,00, 12 people will be told" */
export function consequences(answer: Row): string {
  const orders = amount(answer, 'orders');
  const tickets = amount(answer, 'tickets');
  const refund = amount(answer, 'refundCents');
  const used = amount(answer, 'ticketsUsed') ?? 0;
  const paying = amount(answer, 'paying') ?? 0;
  const people = amount(answer, 'people', 'peopleToBeTold', 'told');
  const currency =
    text(answer, 'currency', 'screening.currency') || text(rowAt(answer, 'order') ?? {}, 'currency') || 'BRL';
  if (orders === 0 && tickets === 0 && used + paying === 0) return 'nobody has a ticket';
  const parts = [
    orders === null ? '' : counted(orders, 'order', 'orders'),
    tickets === null ? '' : counted(tickets, 'ticket', 'tickets'),
    refund === null ? '' : `${moneyText(refund, currency)} to give back`,
    people === null ? '' : `${counted(people, 'person', 'people')} will be told`,
    used === 0 ? '' : `${counted(used, 'ticket', 'tickets')} let in already, to be settled by hand`,
    paying === 0 ? '' : `${counted(paying, 'order', 'orders')} still being paid`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nobody is concerned' : parts.join(', ');
}
