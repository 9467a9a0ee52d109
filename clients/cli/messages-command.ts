/** `poltrona messages …`: what is mailed to people: what waits, what went, what could not be delivered. */
import type { Command } from 'commander';
import { amount, count, instant, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { type CliPorts, counted } from './ports.ts';
import { type ChangeFlags, change, changeOptions } from './staff-change.ts';
import type { Column } from './table.ts';

interface MessagesFlags extends ListFlags {
  readonly state?: string;
  readonly dead?: true;
}

interface ResendFlags extends ChangeFlags {
  readonly dead?: true;
  readonly why?: string;
}

const EXAMPLES = `
Examples:
  $ poltrona messages list --dead
  $ poltrona messages resend m_5Xq0a --why "mailbox was full"
  $ poltrona messages resend --dead --why "the mail server is back"`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'message', cell: (message) => text(message, 'id') },
  { head: 'kind', cell: (message) => text(message, 'kind') },
  { head: 'to', cell: (message) => text(message, 'recipient'), isLong: true, isExtra: true },
  { head: 'state', cell: (message) => text(message, 'state') },
  { head: 'tries', cell: (message) => count(message, 'attempts'), isNumber: true },
  { head: 'made', cell: (message) => instant(message, 'createdAt') },
  { head: 'sent', cell: (message) => instant(message, 'sentAt'), isExtra: true },
  { head: 'last error', cell: (message) => text(message, 'lastError'), isLong: true },
];

/** Adds `messages list` and `messages resend` to `program`. */
export function registerMessages(program: Command, ports: CliPorts): void {
  const group = program.command('messages').description('what is mailed to people').addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list messages, the newest first')
    .option('--dead', 'only those that were given up')
    .option('--state <state>', 'only queued, sent, dead or dropped ones')
    .addHelpText('after', EXAMPLES)
    .action((flags: MessagesFlags) => {
      const query = { state: flags.dead === true ? 'dead' : flags.state };
      return showList(
        { path: '/api/admin/messages', plural: 'messages', query, columns: COLUMNS, none: 'no messages' },
        flags,
        ports,
      );
    });
  changeOptions(group.command('resend'))
    .description('try again to deliver a message that was given up, or all of them')
    .argument('[message]', 'its id')
    .option('--dead', 'all that were given up')
    .option('--why <reason>', 'the reason, for the record; needed for --dead')
    .addHelpText('after', EXAMPLES)
    .action((message: string | undefined, flags: ResendFlags, command: Command) => {
      if ((message === undefined) === (flags.dead !== true)) command.error('error: name one message, or say --dead');
      if (message === undefined && flags.why === undefined) command.error('error: say --why');
      const path =
        message === undefined
          ? '/api/admin/messages/resend'
          : `/api/admin/messages/${encodeURIComponent(message)}/resend`;
      const body = message === undefined ? { state: 'dead', why: flags.why } : { why: flags.why };
      return change(ports, flags, path, body, (answer) => [
        message === undefined
          ? `${counted(amount(answer, 'resent', 'messages', 'count') ?? 0, 'message is', 'messages are')} on the way again`
          : `message ${message} is on its way again`,
      ]);
    });
}
