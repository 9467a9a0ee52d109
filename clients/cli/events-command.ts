/**
 * `poltrona events tail`: follows what happens, event by event, until Ctrl-C. With NATS_URL from the event stream, without from
 * the database. One screening can be followed from any of its versions on: the journal has its past, and fills whatever
 * the stream does not have any more, so that no version is missing and none comes twice.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { EVENT_KINDS, type Event } from '../../storage/event.ts';
import { eventLine } from './event-text.ts';
import { untilInterrupted } from './interruption.ts';
import { positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';

export interface TailFlags {
  readonly screening?: number;
  readonly from?: number;
  readonly kind?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona events tail
  $ poltrona events tail --kind sold --json | my-mailer
  $ poltrona events tail --screening 4711 --from 1

With NATS_URL events come from the stream poltrona-events; without it from the database of DATABASE_URL (or the embedded
one), which shows all screenings only while no server publishes to NATS. Ctrl-C ends it.
Kinds: ${EVENT_KINDS.join(', ')}.`;

/** Adds `events tail` to `program`. */
export function registerEvents(program: Command, ports: CliPorts): void {
  const group = program.command('events').description('follow what happens').addHelpText('after', EXAMPLES);
  group
    .command('tail')
    .description('print committed events as they come, one to a line, until Ctrl-C')
    .option('--screening <id>', 'only this screening', positive)
    .option('--from <version>', 'its past from this version on, then what comes; needs --screening', positive)
    .option('--kind <kind>', 'only events of this kind', kindName)
    .option('--json', 'print each event as one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((flags: TailFlags, command: Command) => {
      if (flags.from !== undefined && flags.screening === undefined) {
        command.error("error: --from needs --screening: versions are a screening's own");
      }
      return untilInterrupted((signal) => tailEvents(flags, ports, signal));
    });
}

/** Prints events until `signal`. Rejects when they cannot be followed at all. */
export async function tailEvents(flags: TailFlags, ports: CliPorts, signal: AbortSignal): Promise<void> {
  const wanted = { screening: flags.screening ?? null, from: flags.from ?? null, kind: flags.kind ?? null };
  const { eventsOfDatabase, eventsOfNats } = await import('./events-sources.ts');
  const url = ports.environment['NATS_URL']?.trim() ?? '';
  const source = url === '' ? eventsOfDatabase(wanted, ports, signal) : eventsOfNats(url, wanted, ports, signal);
  for await (const event of source) {
    if (flags.kind === undefined || event.kind === flags.kind) ports.out(textOf(event, flags, ports));
  }
}

function textOf(event: Event, flags: TailFlags, ports: CliPorts): string {
  return flags.json === true ? JSON.stringify(event) : eventLine(event, ports);
}

function kindName(text: string): string {
  if (!(EVENT_KINDS as readonly string[]).includes(text)) {
    throw new InvalidArgumentError(`There are the kinds ${EVENT_KINDS.join(', ')}.`);
  }
  return text;
}
