/** `poltrona users …`: who works here, and what they may reach. The very first one is made beside the database. */
import { type Command, Option } from 'commander';
import { rowAt, text } from './answer-fields.ts';
import { registerCreateAdministrator } from './create-administrator.ts';
import type { ApiClient, Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { numbers, positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { NoSuchThing } from './server-errors.ts';
import { type ChangeFlags, change, changeOptions, type GraveFlags, graveChange, graveOptions } from './staff-change.ts';
import type { Column } from './table.ts';

export const ROLES = ['administrator', 'partner', 'box-office', 'gate', 'kiosk', 'reports'];

interface CreateFlags extends ChangeFlags {
  readonly name: string;
  readonly role: string;
  readonly exhibitor?: number;
  readonly cinemas?: readonly number[];
}

const EXAMPLES = `
Examples:
  $ poltrona users list
  $ poltrona users create bia@example.com --name "Bia Reis" --role partner --exhibitor 7 --cinemas 77,78
  $ poltrona users disable bia@example.com --why "left the company"
  $ poltrona users enable 12 --why "is back"
  $ poltrona users create-administrator ana@example.com      the first one, beside the database

Whoever is made gets an invitation by mail and sets a password with it. Roles: ${ROLES.join(', ')}.`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'user', cell: (user) => text(user, 'id'), isNumber: true },
  { head: 'e-mail', cell: (user) => text(user, 'email'), isLong: true },
  { head: 'name', cell: (user) => text(user, 'name'), isLong: true },
  { head: 'role', cell: (user) => text(user, 'role') },
  { head: 'exhibitor', cell: (user) => text(user, 'exhibitorId'), isNumber: true },
  { head: 'cinemas', cell: (user) => text(user, 'cinemaIds'), isLong: true, isExtra: true },
  { head: 'status', cell: (user) => text(user, 'status') },
];

/** Adds `users list | create | disable | enable | create-administrator` to `program`. */
export function registerUsers(program: Command, ports: CliPorts): void {
  const group = program
    .command('users')
    .description('who works here, and what they may reach')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list the staff')
    .addHelpText('after', EXAMPLES)
    .action((flags: ListFlags) =>
      showList({ path: PATH, plural: 'users', query: {}, columns: COLUMNS, none: 'no users' }, flags, ports),
    );
  scopeOptions(changeOptions(group.command('create')))
    .description('invite somebody by mail')
    .argument('<email>', 'where the invitation goes')
    .requiredOption('--name <name>', 'what they are called')
    .addHelpText('after', EXAMPLES)
    .action((email: string, flags: CreateFlags) => {
      const body = { email, name: flags.name, ...scopeOf(flags) };
      return change(ports, flags, PATH, body, (answer) => [
        `${email} is user ${text(rowAt(answer, 'user') ?? answer, 'id')} (${flags.role}); an invitation is on its way`,
      ]);
    });
  graveOptions(group.command('disable'))
    .description('end all sessions of a user and let them in no more')
    .argument('<user>', 'number or e-mail')
    .addHelpText('after', EXAMPLES)
    .action((user: string, flags: GraveFlags) => setStatus(user, 'disabled', flags, ports));
  changeOptions(group.command('enable'))
    .description('let a disabled user in again')
    .argument('<user>', 'number or e-mail')
    .requiredOption('--why <reason>', 'the reason, for the record')
    .addHelpText('after', EXAMPLES)
    .action((user: string, flags: GraveFlags) => setStatus(user, 'active', flags, ports));
  registerCreateAdministrator(group, EXAMPLES, ports);
}

const PATH = '/api/admin/users';
/** A chain has hundreds of users; more are not looked through for an address. */
const USERS_MAX = 10_000;

/** What a user or a key may reach. */
export function scopeOptions(command: Command): Command {
  return command
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
    .option('--exhibitor <number>', 'whose cinemas; not for administrators', positive)
    .option('--cinemas <numbers>', 'only these of them: 77,78', numbers);
}

/** The same as fields of a request. */
export function scopeOf(flags: {
  readonly role: string;
  readonly exhibitor?: number | undefined;
  readonly cinemas?: readonly number[] | undefined;
}) {
  return {
    role: flags.role,
    exhibitorId: flags.exhibitor,
    cinemaIds: flags.cinemas,
  };
}

function setStatus(name: string, status: 'active' | 'disabled', flags: GraveFlags, ports: CliPorts): Promise<void> {
  let found: Row | null = null;
  return graveChange(ports, flags, {
    foresee: async (api) => {
      found = await userCalled(api, name);
      if (status === 'active') return null;
      const who = `${text(found, 'name')} (${text(found, 'email')}, ${text(found, 'role')})`;
      return { answer: found, lines: [`${who} would be signed out everywhere and let in no more`] };
    },
    act: async (api) => {
      const user = found ?? (await userCalled(api, name));
      return api.patch(`${PATH}/${encodeURIComponent(text(user, 'id'))}`, { status, why: flags.why });
    },
    done: (answer) => {
      const keys = text(answer, 'liveKeys');
      return [
        `${name} is ${status}`,
        ...(keys === '' || status === 'active'
          ? []
          : [`keys that they made are still good: ${keys}; "poltrona keys revoke" ends them`]),
      ];
    },
  });
}

async function userCalled(api: ApiClient, name: string): Promise<Row> {
  const { rows } = await api.list(PATH, 'users', {}, USERS_MAX);
  const found = rows.find(
    (user) => text(user, 'id') === name || text(user, 'email').toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) throw new NoSuchThing(`there is no user ${name}: "poltrona users list" shows them`);
  return found;
}
