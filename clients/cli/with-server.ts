/**
 * The server for the time of one command. Which one: --server, or POLTRONA_SERVER, or the current one of "poltrona login". A
 * key goes to the server it was given for and to no other.
 */
import type { Command } from 'commander';
import { readCredentials } from './credentials.ts';
import { ApiClient } from './http-client.ts';
import { untilInterrupted } from './interruption.ts';
import type { CliPorts } from './ports.ts';
import { serverAddress } from './server-address.ts';

export interface ServerFlags {
  readonly server?: string;
  readonly json?: true;
}

export interface ServerChoice {
  readonly address: string;
  readonly key: string;
}

/** What every command of a server has: --server and --json. */
export function serverOptions(command: Command): Command {
  return command
    .option('--server <address>', 'another server than the current one')
    .option('--json', 'print one line of JSON, and nothing else');
}

/** Null when no server was named and nobody is logged in. @throws when there is a server and no key for it. */
export function chosenServer(ports: CliPorts, flags: ServerFlags): ServerChoice | null {
  const environment = ports.environment;
  const configured = environment['POLTRONA_SERVER']?.trim() ?? '';
  const own = environment['POLTRONA_KEY']?.trim() ?? '';
  const { current, servers } = readCredentials(environment, ports.error);
  const named = flags.server ?? (configured === '' ? null : configured);
  const address = named === null ? current : (knownAs(named, Object.keys(servers)) ?? serverAddress(named));
  if (address === null) return null;
  const isForIt = configured === '' || serverAddress(configured) === address;
  const key = own !== '' && isForIt ? own : servers[address]?.key;
  if (key === undefined) throw new Error(`there is no key for ${address}: "poltrona login ${address}"`);
  return { address, key };
}

/** "cinema.example" for the one address with that host. */
function knownAs(name: string, addresses: readonly string[]): string | null {
  const same = addresses.filter((address) => address === name || new URL(address).host === name);
  return same.length === 1 ? (same[0] ?? null) : null;
}

/** @throws when there is none. */
export function withServer<Result>(
  ports: CliPorts,
  flags: ServerFlags,
  work: (api: ApiClient, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const chosen = chosenServer(ports, flags);
  if (chosen === null)
    throw new Error(
      'this is done by a server: "poltrona login https://…" first, or set POLTRONA_SERVER and POLTRONA_KEY',
    );
  return untilInterrupted((signal) => work(clientFor(chosen, ports, signal), signal));
}

/** A client of this server; `signal` ends whatever it has under way. */
export function clientFor({ address, key }: ServerChoice, ports: CliPorts, signal?: AbortSignal): ApiClient {
  return new ApiClient({
    address,
    key,
    pause: ports.pause,
    waiting: ports.error,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The whole answer as JSON, or what a person wants to see of it. */
export function show(ports: CliPorts, flags: ServerFlags, answer: object, lines: () => readonly string[]): void {
  if (flags.json === true) ports.out(JSON.stringify(answer));
  else for (const line of lines()) ports.out(line);
}
