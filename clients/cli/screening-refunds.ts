/** `poltrona screenings refunds`: how far the money of a cancelled screening has gone back. */
import type { Command } from 'commander';
import { amount, count, money } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import type { CliPorts } from './ports.ts';
import { factsText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

/** Adds `refunds` to the group `screenings`. */
export function registerScreeningRefunds(group: Command, examples: string, ports: CliPorts): void {
  serverOptions(group.command('refunds'))
    .description('tell how far the money of a screening has gone back')
    .argument('<screening>', 'its number')
    .addHelpText('after', examples)
    .action((screening: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(`/api/admin/screenings/${encodeURIComponent(screening)}/refunds`);
        show(ports, flags, answer, () => refundsText(answer, ports));
      }),
    );
}

function refundsText(refunds: Row, ports: CliPorts): string[] {
  const failed = amount(refunds, 'failed') ?? 0;
  const live = amount(refunds, 'liveOrders') ?? 0;
  return factsText(
    [
      ['orders given back', count(refunds, 'orders')],
      ['of those refunded', count(refunds, 'refundedOrders')],
      ['owed', money(refunds, 'cents')],
      ['sent back', money(refunds, 'sentCents')],
      ['still valid', live === 0 ? '' : `${count(refunds, 'liveOrders')} orders`],
      ['refused', failed === 0 ? '' : `${failed} by the provider: "poltrona payments list --case refund-failed"`],
    ],
    ports,
  );
}
