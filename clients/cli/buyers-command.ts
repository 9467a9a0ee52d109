/**
 * `poltrona buyers forget`: the right to be forgotten. A CPF or an address is typed in, never an argument: those are seen by
 * every user of the machine, and stay in the history of the shell.
 */
import type { Command } from 'commander';
import { amount, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type CliPorts, counted } from './ports.ts';
import { type GraveFlags, graveChange, graveOptions } from './staff-change.ts';

const EXAMPLES = `
Examples:
  $ poltrona buyers forget --why "asked for it by letter"        asks for the CPF or e-mail
  $ poltrona buyers forget b_4kW2x9 --why "asked for it by letter"
  $ echo ana@example.com | poltrona buyers forget --why "asked for it" --yes

Name, address, CPF and password are erased. What was bought stays in the journal, under an id that means nobody any more;
tickets for screenings to come stay good.`;

/** Adds `buyers forget` to `program`. */
export function registerBuyers(program: Command, ports: CliPorts): void {
  const group = program.command('buyers').description('what people may ask of us').addHelpText('after', EXAMPLES);
  graveOptions(group.command('forget'))
    .description('erase who a buyer is; this cannot be undone')
    .argument('[buyer]', "the buyer's id; without it, CPF or e-mail is asked for")
    .addHelpText('after', EXAMPLES)
    .action((buyer: string | undefined, flags: GraveFlags) => forget(buyer, flags, ports));
}

const PATH = '/api/admin/buyers/forget';

async function forget(buyer: string | undefined, flags: GraveFlags, ports: CliPorts): Promise<void> {
  const whom =
    buyer === undefined ? personOf(await ports.ask(ports.isAskable ? 'CPF or e-mail of the buyer: ' : '')) : { buyer };
  const body = { ...whom, why: flags.why };
  return graveChange(ports, flags, {
    foresee: async (api) => {
      const answer = await api.look(PATH, { ...body, dryRun: true });
      return { answer, lines: [`the buyer ${text(answer, 'buyer')} would be forgotten for good${held(answer)}`] };
    },
    word: { text: 'forget', what: 'the word' },
    act: (api, key) => api.post(PATH, body, key),
    done: (answer) => [`the buyer ${text(answer, 'buyer')} is forgotten${held(answer)}`],
  });
}

function personOf(typed: string): { email: string } | { cpf: string } {
  const written = typed.trim();
  if (written.includes('@')) return { email: written };
  if (/^[\d.\-/ ]{11,18}$/.test(written)) return { cpf: written };
  throw new Error('that is neither a CPF nor an e-mail address');
}

function held(answer: Row): string {
  const [future, past] = [amount(answer, 'tickets.future'), amount(answer, 'tickets.past')];
  if (future === null && past === null) return '';
  return `; ${counted(future ?? 0, 'ticket', 'tickets')} to come, ${counted(past ?? 0, 'ticket', 'tickets')} of the past`;
}
