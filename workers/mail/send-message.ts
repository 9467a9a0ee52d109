/**
 * The task that sends one message: looks up who it goes to, writes the letter, hands it over, and notes what became of it.
 *
 * Between handing over and noting the node may die: then the letter goes out a second time, with the same Message-ID, by
 * which mail programs see that it is one. The other order would lose letters, which nobody would notice.
 */
import type pg from 'pg';
import { z } from 'zod';
import {
  findRecipient,
  linkMinutesLeft,
  markDead,
  markDropped,
  markSent,
  onlyOrderOf,
  putOff,
  type QueuedMessage,
  queuedMessage,
  type Recipient,
  refundedOrderFacts,
  screeningFacts,
} from '../../storage/message-delivery.ts';
import { linkToken, linkTokenHash } from '../../storage/message-links.ts';
import { openFarewell, SEND_MESSAGE } from '../../storage/messages.ts';
import { refundMeans } from '../../storage/payments/refund-means.ts';
import { SealBroken, type Seals } from '../../storage/sealing.ts';
import { type JobContext, type JobTask, jobTask } from '../jobs/tasks.ts';
import { confirmedOrder, type TicketSigning } from './confirmation-facts.ts';
import type { MailAddress } from './letter.ts';
import type { LetterPress } from './letter-press.ts';
import { DeliveryFailed, type MailOutlet } from './mail-outlet.ts';
import { type CheckedMessage, checkMessage, rulesOf } from './message-kinds.ts';
import { orderLink } from './order-link.ts';
import { pauseMs } from './retry-schedule.ts';
import { isMailAddress } from './smtp-url.ts';
import type { Cancellation, LetterFacts } from './wording.ts';

export interface SendMessagePorts {
  /** With the accounts role. */
  readonly accounts: pg.Pool;
  readonly seals: Seals;
  readonly press: LetterPress;
  readonly outlet: MailOutlet;
  readonly from: MailAddress;
  /** PUBLIC_URL, without a slash at the end. */
  readonly siteUrl: string;
  readonly signer: TicketSigning;
  readonly cancellation: Cancellation;
  nowMs(): number;
  /** Between 0 and 1. */
  chance(): number;
}

export function sendMessageTask(ports: SendMessagePorts): JobTask {
  return jobTask(SEND_MESSAGE, z.object({ message: z.string() }), async ({ message: id }, context) => {
    const message = await queuedMessage(ports.accounts, id);
    // Sent by another node meanwhile, dropped, or forgotten.
    if (message === null) return;
    const outcome = await send(ports, message, context);
    await note(ports, message, outcome, context);
  });
}

type Outcome =
  | { readonly is: 'sent'; readonly receipt: string }
  | { readonly is: 'dropped' | 'dead' | 'failed'; readonly reason: string };

async function send(ports: SendMessagePorts, message: QueuedMessage, { signal }: JobContext): Promise<Outcome> {
  const checked = checkMessage(message.kind, message.recipientKind, message.params);
  if (typeof checked === 'string') return { is: 'dead', reason: checked };
  const recipient = await recipientOf(ports, message, checked);
  if ('is' in recipient) return recipient;
  const facts = await factsOf(ports, message, checked);
  if ('is' in facts) return facts;
  const { id, kind } = message;
  const { from, siteUrl } = ports;
  try {
    const order = { id, facts, locale: recipient.locale, to: recipient.address, name: recipient.name, from, siteUrl };
    const bytes = await ports.press.write({ ...order, atMs: ports.nowMs() }, signal);
    const parcel = { id, kind, from: from.address, to: recipient.address, bytes };
    return { is: 'sent', receipt: await ports.outlet.deliver(parcel, signal) };
  } catch (cause) {
    // The node stops: that is no attempt.
    if (signal.aborted) throw new Error('the node stops; the message is sent by another one');
    if (cause instanceof DeliveryFailed) return { is: cause.isPermanent ? 'dead' : 'failed', reason: cause.message };
    return { is: 'failed', reason: `the letter could not be written: ${(cause as Error).name}` };
  }
}

async function note(
  { accounts, ...ports }: SendMessagePorts,
  { id, kind, attempts }: QueuedMessage,
  outcome: Outcome,
  { log }: JobContext,
): Promise<void> {
  switch (outcome.is) {
    case 'sent':
      return markSent(accounts, id, outcome.receipt);
    case 'dropped':
      log.info({ message: id, kind, reason: outcome.reason }, 'a message was not sent, because it need not be');
      return markDropped(accounts, id, outcome.reason);
    case 'dead':
      log.error(
        { message: id, kind, reason: outcome.reason },
        'a message cannot be sent; see the list of dead messages',
      );
      return markDead(accounts, id, outcome.reason);
    case 'failed': {
      const failures = attempts + 1;
      const pause = pauseMs(failures, ports.chance());
      if (pause === null) {
        log.error(
          { message: id, kind, failures, reason: outcome.reason },
          'a message was given up; see the list of dead messages',
        );
        return markDead(accounts, id, outcome.reason);
      }
      log.warn(
        { message: id, kind, failures, reason: outcome.reason, pauseMs: pause },
        'a message was not sent; it is tried again',
      );
      return putOff(accounts, id, outcome.reason, pause);
    }
  }
}

type Addressee = Recipient & { readonly address: string };

async function recipientOf(
  { accounts, seals }: SendMessagePorts,
  { id, recipientKind, recipient }: QueuedMessage,
  checked: CheckedMessage,
): Promise<Addressee | Outcome> {
  const found =
    checked.kind === 'account-erased'
      ? farewellTo(seals, id, checked.params.sealed)
      : await findRecipient(accounts, recipientKind, recipient);
  if (found === null) return { is: 'dropped', reason: `there is no such ${recipientKind}` };
  if (found.isGone) return { is: 'dropped', reason: `the ${recipientKind} is not with us any more` };
  if (found.isOneOfSeveral)
    return { is: 'dropped', reason: 'several have this CPF, and which of them is meant is not known' };
  if (rulesOf(checked.kind).needsConfirmed && !found.isConfirmed) {
    return { is: 'dropped', reason: 'the address was never confirmed' };
  }
  const { address } = found;
  if (address === null || !isMailAddress(address))
    return { is: 'dropped', reason: 'there is no address that can be used' };
  return { ...found, address };
}

function farewellTo(seals: Seals, id: string, sealed: string): Recipient | null {
  try {
    const { email, locale } = openFarewell(seals, id, sealed);
    return { address: email, name: null, locale, isConfirmed: true, isGone: false, isOneOfSeveral: false };
  } catch (cause) {
    if (cause instanceof SealBroken) return null;
    throw cause;
  }
}

async function factsOf(
  ports: SendMessagePorts,
  { id, recipient }: QueuedMessage,
  checked: CheckedMessage,
): Promise<LetterFacts | Outcome> {
  const { accounts, seals, siteUrl } = ports;
  const { kind, params } = checked;
  switch (kind) {
    case 'confirm-email':
    case 'reset-password':
    case 'staff-invitation': {
      const token = linkToken(seals, id);
      const minutesLeft = await linkMinutesLeft(accounts, linkTokenHash(token));
      if (minutesLeft < 1) return { is: 'dropped', reason: 'its link has expired or was used' };
      const link = { url: `${siteUrl}${rulesOf(kind).linkPath}#token=${token}`, minutesLeft };
      return kind === 'confirm-email' ? { kind, link, isCpfTaken: params.cpfTaken === true } : { kind, link };
    }
    case 'already-registered':
    case 'password-changed':
    case 'account-erased':
      return { kind };
    case 'screening-cancelled':
    case 'screening-rescheduled': {
      const screening = await screeningFacts(accounts, params.screening, recipient, id);
      if (screening === null) return { is: 'dead', reason: `there is no screening ${params.screening}` };
      if (kind === 'screening-rescheduled') {
        const only = await onlyOrderOf(accounts, params.screening, recipient);
        const url = only === null ? `${siteUrl}/tickets` : orderLink(seals, siteUrl, only.order, only);
        return { kind, screening, from: params.from, to: params.to, url };
      }
      const { refundCents, currency } = params;
      const isKnown = refundCents !== undefined && refundCents > 0 && currency !== undefined;
      return { kind, screening, refund: isKnown ? { cents: refundCents, currency } : null };
    }
    case 'order-refunded': {
      const screening = await refundedOrderFacts(accounts, params.order, params.tickets ?? null);
      if (screening === null) return { is: 'dead', reason: 'there is no such order' };
      const means = await refundMeans(accounts, params.order);
      return { kind, screening, refund: { cents: params.refundCents, currency: params.currency }, means };
    }
    case 'tickets-voided': {
      const screening = await refundedOrderFacts(accounts, params.order, null);
      return screening === null ? { is: 'dead', reason: 'there is no such order' } : { kind, screening };
    }
    case 'order-confirmed': {
      const order = await confirmedOrder(ports, params.order);
      return 'is' in order ? order : { kind, order };
    }
  }
}
