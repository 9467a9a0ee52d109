/**
 * `poltrona watch`: a screening as it is being sold, over the WebSocket. On a terminal the room is drawn in place; elsewhere each
 * change is a line; with --json each line is JSON. It says how its line to the server is, and reconnects by itself.
 */
import type { Command } from 'commander';
import { positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { type ServerFlags, serverOptions, withServer } from './with-server.ts';

export interface WatchFlags extends ServerFlags {
  readonly for?: number;
  readonly untilSold?: true;
  readonly lines?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona watch 4711
  $ poltrona watch 4711 --lines
  $ poltrona watch 4711 --json --for 60 | jq -c 'select(.is == "changed")'
  $ poltrona watch 4711 --until-sold && say "sold out"

With --json one object to a line: snapshot, changed, connection, end.`;

/** Adds `watch` to `program`. */
export function registerWatch(program: Command, ports: CliPorts): void {
  serverOptions(program.command('watch'))
    .description('watch a screening being sold: its seats and sums as they change, until Ctrl-C')
    .argument('<screening>', 'its number', positive)
    .option('--for <seconds>', 'end after so many seconds', positive)
    .option('--until-sold', 'end when the last seat is sold')
    .option('--lines', 'a line for each change, also on a terminal')
    .addHelpText('after', EXAMPLES)
    .action(async (screening: number, flags: WatchFlags) => {
      const { watch } = await import('./watch-session.ts');
      await withServer(ports, flags, (api, signal) => watch(screening, flags, api, signal, ports));
    });
}
