/** `poltrona keys …`: API keys for the command line and for devices. A key is shown once, when it is made. */
import type { Command } from 'commander';
import { nanoid } from 'nanoid';
import { instant, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { newKeyFile } from './key-file.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { several } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { NoSuchThing } from './server-errors.ts';
import { type ChangeFlags, changeOptions, type GraveFlags, graveChange, graveOptions } from './staff-change.ts';
import type { Column } from './table.ts';
import { scopeOf, scopeOptions } from './users-command.ts';
import { withDatabase } from './with-database.ts';
import { show, withServer } from './with-server.ts';

interface CreateFlags extends ChangeFlags {
  readonly role: string;
  readonly exhibitor?: number;
  readonly cinemas?: readonly number[];
  readonly scopes?: readonly string[];
  readonly expires?: string;
  readonly keyFile?: string;
  readonly database?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona keys list
  $ poltrona keys create "gate, room 3" --role gate --exhibitor 7 --cinemas 77 --key-file gate.key
  $ poltrona keys create "nightly import" --role partner --exhibitor 7 --scopes imports:write,imports:read --expires 2027-01-01T00:00:00Z
  $ poltrona keys revoke 3 --why "the laptop was stolen"`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'key', cell: (key) => text(key, 'id'), isNumber: true },
  { head: 'begins with', cell: (key) => text(key, 'prefix') },
  { head: 'name', cell: (key) => text(key, 'name'), isLong: true },
  { head: 'role', cell: (key) => text(key, 'role') },
  { head: 'exhibitor', cell: (key) => text(key, 'exhibitorId'), isNumber: true, isExtra: true },
  { head: 'last used', cell: (key) => instant(key, 'lastUsedAt') },
  { head: 'expires', cell: (key) => instant(key, 'expiresAt'), isExtra: true },
  { head: 'revoked', cell: (key) => instant(key, 'revokedAt') },
  { head: 'made by', cell: (key) => text(key, 'createdBy'), isExtra: true },
];

const PATH = '/api/admin/keys';
const KEYS_MAX = 10_000;

/** Adds `keys list | create | revoke` to `program`. */
export function registerKeys(program: Command, ports: CliPorts): void {
  const group = program
    .command('keys')
    .description('API keys for the command line and for devices')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list keys: who has which, and when it was last used')
    .addHelpText('after', EXAMPLES)
    .action((flags: ListFlags) =>
      showList({ path: PATH, plural: 'keys', query: {}, columns: COLUMNS, none: 'no keys' }, flags, ports),
    );
  scopeOptions(changeOptions(group.command('create')))
    .description('make a key; it is shown this once')
    .argument('<name>', 'what it is for')
    .option('--scopes <permissions>', 'only these of what the role may do', several)
    .option('--expires <instant>', 'not good after: 2027-01-01T00:00:00Z')
    .option('--key-file <file>', 'write the key into a new file, for your eyes only, instead of showing it')
    .option('--database', 'make it in the database itself, when no key is left; for administrators')
    .addHelpText('after', EXAMPLES)
    .action((name: string, flags: CreateFlags, command: Command) => create(name, flags, command, ports));
  graveOptions(group.command('revoke'))
    .description('make a key worthless at once')
    .argument('<key>', 'its number')
    .addHelpText('after', EXAMPLES)
    .action((key: string, flags: GraveFlags) => revoke(key, flags, ports));
}

async function create(name: string, flags: CreateFlags, command: Command, ports: CliPorts): Promise<void> {
  const { role, exhibitor, cinemas, scopes, expires } = flags;
  if (flags.database === true && (role !== 'administrator' || scopes !== undefined || expires !== undefined))
    command.error('error: beside the database only keys of administrators are made, which then make the others');
  const keyFile = newKeyFile(flags.keyFile);
  try {
    const body = { name, ...scopeOf({ role, exhibitor, cinemas }), scopes, expiresAt: expires };
    const answer =
      flags.database === true ? await createInDatabase(name, ports) : await createByServer(body, flags, ports);
    const { secret, ...told } = answer;
    const made = `key ${text(answer, 'key.id')} "${name}" (${role})`;
    if (keyFile === null) {
      show(ports, flags, answer, () => [String(secret)]);
      ports.error(`${made} is made; it is shown this once: keep it like a password`);
    } else {
      keyFile.write(String(secret));
      show(ports, flags, { ...told, keyFile: keyFile.path }, () => [`${made} is in ${keyFile.path}`]);
    }
  } catch (cause) {
    keyFile?.discard();
    throw cause;
  }
}

function createByServer(body: object, flags: CreateFlags, ports: CliPorts): Promise<Row> {
  return withServer(ports, flags, (api) => api.post(PATH, body, flags.idempotencyKey ?? nanoid()));
}

/** For an installation whose keys are lost. */
async function createInDatabase(name: string, ports: CliPorts): Promise<Row> {
  const { createAdministratorKey } = await import('../../storage/accounts/first-administrator.ts');
  const made = await withDatabase(ports, 'accounts', (pool) => createAdministratorKey(pool, { name, who: ports.who }));
  const { secret, ...key } = made;
  return { key, secret };
}

function revoke(number: string, flags: GraveFlags, ports: CliPorts): Promise<void> {
  return graveChange(ports, flags, {
    foresee: async (api) => {
      const { rows } = await api.list(PATH, 'keys', {}, KEYS_MAX);
      const key = rows.find((row) => text(row, 'id') === number);
      if (key === undefined) throw new NoSuchThing(`there is no key ${number}: "poltrona keys list" shows them`);
      const used = instant(key, 'lastUsedAt');
      const who = `key ${number} "${text(key, 'name')}" (${text(key, 'role')}, ${used === '' ? 'never used' : `last used ${used}`})`;
      return { answer: key, lines: [`${who} would be worthless at once, for good`] };
    },
    act: (api) => api.delete(`${PATH}/${encodeURIComponent(number)}`, { why: flags.why }),
    done: () => [`key ${number} is revoked`],
  });
}
