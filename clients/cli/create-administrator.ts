/**
 * `poltrona users create-administrator`: the first administrator and the first API key, made in the database itself, since there
 * is nobody yet who could ask the server.
 */
import type { Command } from 'commander';
import { newKeyFile } from './key-file.ts';
import type { CliPorts } from './ports.ts';
import { secretKeyOptions } from './secret-key-options.ts';
import { withDatabaseOf } from './with-database.ts';
import { show } from './with-server.ts';

interface AdministratorFlags {
  readonly name?: string;
  readonly keyFile?: string;
  readonly json?: true;
}

/** Somebody has this address already. */
export class AddressTaken extends Error {
  override readonly name = 'AddressTaken';
}

/** Adds `create-administrator` to the group `users`. */
export function registerCreateAdministrator(group: Command, examples: string, ports: CliPorts): void {
  group
    .command('create-administrator')
    .description('make an administrator and an API key in the database itself: how everything begins')
    .argument('<email>', 'where the invitation goes')
    .option('--name <name>', 'what they are called; by the address unless given')
    .option('--key-file <file>', 'write the key into a new file, for your eyes only, instead of showing it')
    .option('--json', 'print one line of JSON, and nothing else')
    .addHelpText('after', examples)
    .action((email: string, flags: AdministratorFlags) => create(email, flags, ports));
}

async function create(email: string, flags: AdministratorFlags, ports: CliPorts): Promise<void> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new Error(`"${email}" is no e-mail address`);
  const name = flags.name ?? email.slice(0, email.indexOf('@'));
  const keyFile = newKeyFile(flags.keyFile);
  try {
    const { createAdministrator } = await import('../../storage/accounts/first-administrator.ts');
    const { installationSeals } = await import('../../storage/secret-key.ts');
    const made = await withDatabaseOf(ports, async ({ poolOf }) => {
      const seals = await installationSeals(poolOf('app'), secretKeyOptions(ports));
      return createAdministrator(poolOf('accounts'), seals, { email, name, who: ports.who });
    });
    if (made.is === 'email-taken')
      throw new AddressTaken(
        `${email} is a user already; a new key for the command line: "poltrona keys create NAME --role administrator --database"`,
      );
    const { secret, ...key } = made.key;
    keyFile?.write(secret);
    const shown = keyFile === null ? { ...key, secret } : { ...key, keyFile: keyFile.path };
    show(ports, flags, { user: made.user, email, key: shown, invitation: made.invitation }, () => [
      `${email} is user ${made.user}, an administrator; the invitation to set a password is on its way by mail`,
      keyFile === null ? `API key, shown this once: ${secret}` : `the API key is in ${keyFile.path}`,
      `log in with it: poltrona login https://…${keyFile === null ? '' : ` --key-file ${keyFile.path}`}`,
    ]);
  } catch (cause) {
    keyFile?.discard();
    throw cause;
  }
}
