/** `poltrona login`, `logout`, `whoami`: which server commands talk to, and as whom. */
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { text } from './answer-fields.ts';
import { credentialsFile, forgetKeys, keepKey, readCredentials } from './credentials.ts';
import type { Row } from './http-client.ts';
import { untilInterrupted } from './interruption.ts';
import type { CliPorts } from './ports.ts';
import { serverAddress } from './server-address.ts';
import { factsText, tableText } from './table.ts';
import { clientFor, type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface LoginFlags {
  readonly keyFile?: string;
  readonly use?: true;
  readonly json?: true;
}

interface LogoutFlags {
  readonly all?: true;
  readonly json?: true;
}

const LOGIN_HELP = `
Examples:
  $ poltrona login https://cinema.example                       asks for the API key
  $ poltrona login https://cinema.example --key-file key.txt
  $ pass cinema/key | poltrona login https://cinema.example
  $ poltrona login https://other.example --use                  logged in before: make it the current one

The key is asked for, read from stdin, from a file, or from POLTRONA_KEY: never an argument, which other users of this
machine could see. It is kept in \${XDG_CONFIG_HOME:-~/.config}/poltrona/credentials.json, for your eyes only. Scripts do without:
POLTRONA_SERVER and POLTRONA_KEY. The first key is made beside the database: "poltrona users create-administrator".`;

/** A key is some tens of characters; whoever names another file by mistake should hear so. */
const KEY_BYTES_MAX = 1_024;

/** Adds `login`, `logout` and `whoami` to `program`. */
export function registerLogin(program: Command, ports: CliPorts): void {
  program
    .command('login')
    .description('log in to a server with an API key; it becomes the current one')
    .argument('<address>', 'https://cinema.example')
    .option('--key-file <file>', 'read the key from this file')
    .option('--use', 'with the key that is kept already')
    .option('--json', 'print one line of JSON, and nothing else')
    .addHelpText('after', LOGIN_HELP)
    .action((address: string, flags: LoginFlags) => login(address, flags, ports));
  program
    .command('logout')
    .description('forget the key of a server; to make it worthless, revoke it')
    .argument('[address]', 'the current one unless named')
    .option('--all', 'forget all of them')
    .option('--json', 'print one line of JSON, and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  $ poltrona logout\n  $ poltrona logout https://other.example\n  $ poltrona logout --all',
    )
    .action((address: string | undefined, flags: LogoutFlags) => logout(address, flags, ports));
  serverOptions(program.command('whoami'))
    .description('show which server is the current one, who we are there, and what we may do')
    .addHelpText('after', '\nExamples:\n  $ poltrona whoami\n  $ poltrona whoami --json | jq .permissions')
    .action((flags: ServerFlags) => whoami(flags, ports));
}

async function login(address: string, flags: LoginFlags, ports: CliPorts): Promise<void> {
  const server = serverAddress(address);
  const key = flags.use === true ? keptKey(server, ports) : await keyFor(server, flags, ports);
  const self = await untilInterrupted((signal) =>
    clientFor({ address: server, key }, ports, signal).get('/api/admin/whoami'),
  );
  const who = text(self, 'who');
  keepKey(ports.environment, server, key, who);
  show(ports, flags, { server, ...self }, () => [`logged in to ${server} as ${who} (${text(self, 'role')})`]);
}

function keptKey(server: string, ports: CliPorts): string {
  const key = readCredentials(ports.environment).servers[server]?.key;
  if (key === undefined) throw new Error(`there is no key for ${server}: leave --use out`);
  return key;
}

async function keyFor(server: string, { keyFile }: LoginFlags, ports: CliPorts): Promise<string> {
  const given = ports.environment['POLTRONA_KEY']?.trim() ?? '';
  const raw =
    keyFile !== undefined ? keyIn(keyFile) : given !== '' ? given : await ports.askSecret(`API key for ${server}: `);
  const key = raw.trim();
  if (key === '') throw new Error('there was no key');
  // What is pasted may be more than a key, and would not fit into a header.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new Error('that is no API key: it has blanks or other signs in it');
  return key;
}

function keyIn(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`there is no file ${file}`);
  if (stat.size > KEY_BYTES_MAX) throw new Error(`${file} is too large to be a key`);
  return readFileSync(file, 'utf8');
}

function logout(address: string | undefined, flags: LogoutFlags, ports: CliPorts): void {
  const { current, servers } = readCredentials(ports.environment);
  const server = address === undefined ? current : serverAddress(address);
  const named = server !== null && servers[server] !== undefined ? [server] : [];
  const left = flags.all === true ? Object.keys(servers) : named;
  if (left.length > 0) forgetKeys(ports.environment, left);
  const next = left.length > 0 ? readCredentials(ports.environment).current : current;
  show(ports, flags, { loggedOut: left, current: next }, () =>
    left.length === 0
      ? [server === null ? 'nobody was logged in' : `nobody was logged in to ${server}`]
      : [
          `logged out of ${left.join(', ')}; the key itself is still good, until "poltrona keys revoke"`,
          ...(next === null ? [] : [`the current server is now ${next}`]),
        ],
  );
}

async function whoami(flags: ServerFlags, ports: CliPorts): Promise<void> {
  await withServer(ports, flags, async (api) => {
    const self = await api.get('/api/admin/whoami');
    const { current, servers } = readCredentials(ports.environment);
    const others = Object.entries(servers)
      .filter(([address]) => address !== api.address)
      .map(([address, { who }]) => ({ address, who, current: address === current }));
    show(ports, flags, { server: api.address, ...self, otherServers: others }, () =>
      selfText(api.address, self, others, ports),
    );
  });
}

function selfText(
  server: string,
  self: Row,
  others: readonly { address: string; who: string }[],
  ports: CliPorts,
): string[] {
  return [
    ...factsText(
      [
        ['server', server],
        ['who', text(self, 'who')],
        ['role', text(self, 'role')],
        ['exhibitor', text(self, 'exhibitor.name', 'exhibitorId') || 'all'],
        ['cinemas', text(self, 'cinemaIds') || 'all'],
        ['may', text(self, 'permissions')],
        [
          'key in',
          ports.environment['POLTRONA_KEY'] === undefined ? (credentialsFile(ports.environment) ?? '') : 'POLTRONA_KEY',
        ],
      ],
      ports,
    ),
    ...(others.length === 0
      ? []
      : [
          '',
          ...tableText(
            others,
            [
              { head: 'also logged in to', cell: ({ address }) => address },
              { head: 'as', cell: ({ who }) => who },
            ],
            ports,
          ),
        ]),
  ];
}
