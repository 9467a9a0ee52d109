/**
 * How every command changes something: what would happen is found out and said first, whoever sits there is asked, and then it
 * is done once, however often the request has to be repeated. Where nobody can be asked, --yes is needed.
 */
import type { Command } from 'commander';
import { nanoid } from 'nanoid';
import type { ApiClient, Row } from './http-client.ts';
import { idempotencyKey } from './option-values.ts';
import { type CliPorts, painter } from './ports.ts';
import { ServerRefusal } from './server-errors.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

export interface ChangeFlags extends ServerFlags {
  readonly idempotencyKey?: string;
}

export interface GraveFlags extends ChangeFlags {
  readonly why: string;
  readonly yes?: true;
  readonly dryRun?: true;
}

/** For what changes something: the options of a server, and the key of repetitions. */
export function changeOptions(command: Command): Command {
  return serverOptions(command).option(
    '--idempotency-key <text>',
    'the same for a repetition of the same command: it is done once at most',
    idempotencyKey,
  );
}

/** For what cannot be taken back. */
export function graveOptions(command: Command): Command {
  return changeOptions(
    command
      .requiredOption('--why <reason>', 'the reason, for the record')
      .option('--yes', 'do it without asking')
      .option('--dry-run', 'say what would happen, and do nothing'),
  );
}

/** POSTs something that needs no question, and shows what came of it. */
export function change(
  ports: CliPorts,
  flags: ChangeFlags,
  path: string,
  body: object,
  lines: (answer: Row) => readonly string[],
): Promise<void> {
  return withServer(ports, flags, async (api) => {
    const answer = await api.post(path, body, flags.idempotencyKey ?? nanoid());
    show(ports, flags, answer, () => lines(answer));
  });
}

export interface GraveChange {
  /** Finds out what would happen; null: nothing that anybody has to be asked about. */
  foresee(api: ApiClient): Promise<{ readonly answer: Row; readonly lines: readonly string[] } | null>;
  /** A word to be typed instead of "y", for what concerns many people. */
  readonly word?: { readonly text: string; readonly what: string };
  act(api: ApiClient, key: string): Promise<Row>;
  done(answer: Row): readonly string[];
}

/** Nothing was done, because nobody agreed to it. */
export class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed';
  /** Somebody was asked, and did not agree. */
  readonly wasAsked: boolean;

  constructor(message: string, wasAsked: boolean) {
    super(message);
    this.wasAsked = wasAsked;
  }
}

/** @throws NotConfirmed when whoever was asked said no, or nobody could be asked. */
export function graveChange(ports: CliPorts, flags: GraveFlags | ChangeFlags, wanted: GraveChange): Promise<void> {
  const { yes, dryRun } = flags as GraveFlags;
  return withServer(ports, flags, async (api) => {
    const foreseen = await foresee(api, wanted, flags.idempotencyKey !== undefined);
    if (dryRun === true) {
      show(ports, flags, foreseen?.answer ?? {}, () => foreseen?.lines ?? ['nothing would be touched']);
      return;
    }
    if (foreseen !== null) {
      for (const line of foreseen.lines) ports.error(painter(ports)('yellow', line));
      if (yes !== true) await mustAgree(ports, wanted);
    }
    const answer = await wanted.act(api, flags.idempotencyKey ?? nanoid());
    show(ports, flags, answer, () => wanted.done(answer));
  });
}

/** A repetition finds done what it is about to ask for: that is no reason to refuse it, the server knows the key. */
async function foresee(api: ApiClient, wanted: GraveChange, isRepetition: boolean): ReturnType<GraveChange['foresee']> {
  try {
    return await wanted.foresee(api);
  } catch (cause) {
    if (isRepetition && cause instanceof ServerRefusal && cause.isAboutTheThing) return null;
    throw cause;
  }
}

async function mustAgree(ports: CliPorts, { word }: GraveChange): Promise<void> {
  if (!ports.isAskable)
    throw new NotConfirmed('nothing was done: nobody can be asked here, so say --yes to do it', false);
  const question = word === undefined ? 'Go on? [y/N] ' : `Type ${word.what} (${word.text}) to go on: `;
  const answer = (await ports.ask(question)).trim();
  const agrees = word === undefined ? /^y(es)?$/i.test(answer) : answer === word.text;
  if (!agrees) throw new NotConfirmed('nothing was done', true);
}
