/**
 * `poltrona ticket-keys …`: the keys that sign the QR codes of tickets, beside the database, as all that has to do with the
 * installation's secret key.
 */
import type { Command } from 'commander';
import { instant, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import type { CliPorts } from './ports.ts';
import { painter } from './ports.ts';
import { secretKeyOptions } from './secret-key-options.ts';
import { NotConfirmed } from './staff-change.ts';
import { type Column, tableText } from './table.ts';
import { withDatabase } from './with-database.ts';
import { show } from './with-server.ts';

interface ListFlags {
  readonly json?: true;
}

interface RotateFlags {
  readonly why: string;
  readonly leaked?: true;
  readonly yes?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona ticket-keys list
  $ poltrona ticket-keys rotate --why "once a year"
  $ poltrona ticket-keys rotate --leaked --why "a backup and the secret key were stolen"

They are where the database is: DATABASE_URL and POLTRONA_SECRET_KEY as for the server.`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'key', cell: (key) => text(key, 'id'), isNumber: true },
  { head: 'state', cell: (key) => text(key, 'state') },
  { head: 'signs from', cell: (key) => instant(key, 'signsFrom') },
  { head: 'until', cell: (key) => instant(key, 'retiredAt') },
  { head: 'good until', cell: (key) => instant(key, 'publishedUntil') },
  { head: 'public key', cell: (key) => text(key, 'publicKey'), isLong: true, isExtra: true },
];

/** Adds `ticket-keys list | rotate` to `program`. */
export function registerTicketKeys(program: Command, ports: CliPorts): void {
  const group = program
    .command('ticket-keys')
    .description('keys that sign the QR codes of tickets')
    .addHelpText('after', EXAMPLES);
  group
    .command('list')
    .description('list keys: which signs, and whose codes are good')
    .option('--json', 'print one line of JSON, and nothing else')
    .addHelpText('after', EXAMPLES)
    .action((flags: ListFlags) => list(flags, ports));
  group
    .command('rotate')
    .description('make the key that signs next; codes of those before stay good')
    .requiredOption('--why <reason>', 'the reason, for the record')
    .option('--leaked', 'others may know the keys: their codes are refused from now on, also those in letters')
    .option('--yes', 'do it without asking')
    .option('--json', 'print one line of JSON, and nothing else')
    .addHelpText('after', EXAMPLES)
    .action((flags: RotateFlags) => rotate(flags, ports));
}

async function list(flags: ListFlags, ports: CliPorts): Promise<void> {
  const { listTicketKeys } = await import('../../storage/tickets/ticket-keys.ts');
  const keys = (await withDatabase(ports, 'app', listTicketKeys)).map(asRow);
  show(ports, flags, { keys }, () =>
    keys.length === 0
      ? ['no key: the first one is made when the first ticket is shown']
      : tableText(keys, COLUMNS, ports),
  );
}

async function rotate(flags: RotateFlags, ports: CliPorts): Promise<void> {
  const isLeaked = flags.leaked === true;
  if (isLeaked && flags.yes !== true) await mustAgree(ports);
  const { rotateTicketKeys } = await import('../../storage/tickets/ticket-keys.ts');
  const { installationSeals } = await import('../../storage/secret-key.ts');
  const { made, withdrawn } = await withDatabase(ports, 'app', async (pool) => {
    const seals = await installationSeals(pool, secretKeyOptions(ports));
    return rotateTicketKeys(pool, seals, { who: ports.who, why: flags.why, leaked: isLeaked });
  });
  const key = asRow(made);
  show(ports, flags, { key, withdrawn }, () => [
    isLeaked
      ? `key ${made.id} signs within a minute; codes of ${withdrawn.length === 0 ? 'no other key' : `key ${withdrawn.join(', ')}`} are refused by gates within some minutes`
      : `key ${made.id} is published, and signs from ${instant(key, 'signsFrom')}; codes that were made before stay good`,
  ]);
}

async function mustAgree(ports: CliPorts): Promise<void> {
  ports.error(
    painter(ports)(
      'yellow',
      'codes in letters, in wallets and on paper will be refused at the gates; pages show new ones, letters have to be sent again',
    ),
  );
  if (!ports.isAskable)
    throw new NotConfirmed('nothing was done: nobody can be asked here, so say --yes to do it', false);
  if (!/^y(es)?$/i.test((await ports.ask('Go on? [y/N] ')).trim())) throw new NotConfirmed('nothing was done', true);
}

interface Listed {
  readonly id: number;
  readonly publicKey: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  readonly retiredAt: Date | null;
  readonly publishedUntil: Date | null;
}

function asRow({ id, publicKey, createdAt, signsFrom, retiredAt, publishedUntil }: Listed): Row {
  const now = Date.now();
  const isGone = publishedUntil !== null && publishedUntil.getTime() <= now;
  const isRetired = retiredAt !== null && retiredAt.getTime() <= now;
  const state = isGone ? 'withdrawn' : isRetired ? 'retired' : signsFrom.getTime() > now ? 'signs soon' : 'signs';
  const [made, from, until, goodUntil] = [createdAt, signsFrom, retiredAt, publishedUntil].map(
    (date) => date?.toISOString() ?? null,
  );
  return { id, state, publicKey, createdAt: made, signsFrom: from, retiredAt: until, publishedUntil: goodUntil };
}
