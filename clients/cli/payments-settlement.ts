/** `poltrona payments settlement`: the days' money as a file for accountants. The server writes it; this only brings it. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { date } from './option-values.ts';
import { type CliPorts, counted } from './ports.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface SettlementFlags extends ServerFlags {
  readonly from: string;
  readonly until: string;
  readonly out?: string;
  readonly decimal: string;
  readonly bom?: true;
}

/** A year of a large chain is read once. */
const TIMEOUT_MS = 120_000;

/** Adds `settlement` to the group `payments`. */
export function registerSettlement(group: Command, examples: string, ports: CliPorts): void {
  const command = serverOptions(group.command('settlement'))
    .description('what was taken and sent back, by day, cinema and provider, as CSV with totals')
    .requiredOption('--from <date>', 'the first day', date)
    .requiredOption('--until <date>', 'the last day, itself included', date)
    .option('--out <file>', 'write it there; to stdout unless given')
    .option('--bom', 'begin with the mark by which some spreadsheets know UTF-8')
    .addHelpText('after', examples);
  command.addOption(
    command
      .createOption('--decimal <kind>', 'point: 1234.56 with commas between; comma: 1234,56 with semicolons between')
      .choices(['point', 'comma'])
      .default('point'),
  );
  command.action((flags: SettlementFlags) => settle(flags, ports));
}

function settle({ from, until, out, decimal, bom, ...flags }: SettlementFlags, ports: CliPorts): Promise<void> {
  return withServer(ports, flags, async (api) => {
    const query = { from, until, decimal, bom: bom === true ? 'yes' : 'no' };
    const path = '/api/admin/payments/settlement.csv';
    const text = await api.text(path, query, TIMEOUT_MS);
    // Head and totals apart: that is what a person wants to know of a file that he has not opened yet.
    const lines = text.split('\r\n').filter((line) => line !== '');
    const isTotal = (line: string): boolean => /^total[,;]/.test(line);
    const rows = lines.slice(1).filter((line) => !isTotal(line)).length;
    if (out !== undefined) writeFileSync(out, text);
    show(ports, flags, { from, until, rows, ...(out === undefined ? { csv: text } : { file: out }) }, () =>
      out === undefined
        ? [text.replace(/\r\n$/, '')]
        : [`${counted(rows, 'line', 'lines')} written to ${out}`, ...lines.filter(isTotal)],
    );
  });
}
