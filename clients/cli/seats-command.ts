/** `poltrona seats block | unblock`: seats off sale and back. All of them or none; what is held or sold is not touched. */
import type { Command } from 'commander';
import { text } from './answer-fields.ts';
import type { CliPorts } from './ports.ts';
import { type ChangeFlags, change, changeOptions } from './staff-change.ts';

interface SeatsFlags extends ChangeFlags {
  readonly why: string;
}

const EXAMPLES = `
Examples:
  $ poltrona seats block 4711 F12 F13 --why "broken armrest"
  $ poltrona seats unblock 4711 F12 --why "repaired"

Seats are named by what is written on them; "poltrona screenings show 4711" draws them. A seat in somebody's hold or a sold one
is not blocked: the command is refused as a whole and names it.`;

/** Adds `seats block` and `seats unblock` to `program`. */
export function registerSeats(program: Command, ports: CliPorts): void {
  const group = program.command('seats').description('take seats off sale, and back').addHelpText('after', EXAMPLES);
  for (const [name, done, description] of [
    ['block', 'blocked', 'take seats of a screening off sale'],
    ['unblock', 'unblocked', 'put blocked seats back on sale'],
  ] as const) {
    changeOptions(group.command(name))
      .description(description)
      .argument('<screening>', 'its number')
      .argument('<seats...>', 'F12 F13 …')
      .requiredOption('--why <reason>', 'the reason, for the record')
      .addHelpText('after', EXAMPLES)
      .action((screening: string, seats: string[], flags: SeatsFlags) => {
        const path = `/api/admin/screenings/${encodeURIComponent(screening)}/seats/${name}`;
        return change(ports, flags, path, { seats, why: flags.why }, (answer) => [
          `${done} in screening ${screening}: ${text(answer, done) || seats.join(', ')}`,
        ]);
      });
  }
}
