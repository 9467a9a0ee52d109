/**
 * What the confirmation of an order says, looked up when it is written: the tickets that are valid then. Where none is (given
 * back meanwhile, screening cancelled) or the screening is over, there is no letter; what was given back has had its own.
 */
import type pg from 'pg';
import { type OrderLetterFacts, orderLetterFacts } from '../../storage/order-letter.ts';
import type { Seals } from '../../storage/sealing.ts';
import { orderLink } from './order-link.ts';
import type { Cancellation, ConfirmedOrder } from './wording.ts';

/** What the QR of a ticket says, signed (storage/tickets/ticket-qr.ts). */
export interface TicketSigning {
  sign(ticket: {
    readonly ticket: string;
    readonly screening: number;
    readonly seat: number;
    readonly startsAtMs: number;
    readonly minutes: number;
  }): Promise<string> | string;
}

export interface ConfirmationPorts {
  /** With the accounts role. */
  readonly accounts: pg.Pool;
  readonly seals: Seals;
  readonly signer: TicketSigning;
  readonly cancellation: Cancellation;
  readonly siteUrl: string;
  nowMs(): number;
}

/** The facts; or why there is nothing to say. */
export async function confirmedOrder(
  { accounts, seals, signer, cancellation, siteUrl, nowMs }: ConfirmationPorts,
  order: string,
): Promise<ConfirmedOrder | { readonly is: 'dropped' | 'dead'; readonly reason: string }> {
  const facts = await orderLetterFacts(accounts, order);
  if (facts === null) return { is: 'dead', reason: 'there is no such order' };
  if (facts.isCancelled) return { is: 'dropped', reason: 'the screening is cancelled' };
  if (facts.tickets.length === 0) return { is: 'dropped', reason: 'none of its tickets is valid any more' };
  if (endMs(facts) <= nowMs()) return { is: 'dropped', reason: 'the screening is over' };
  const { screening, startsAtMs, minutes } = facts;
  const qr: string[] = [];
  for (const { id: ticket, seat } of facts.tickets) {
    qr.push(await signer.sign({ ticket, screening, seat, startsAtMs, minutes }));
  }
  return { facts, qr, url: orderLink(seals, siteUrl, order, facts), cancellation };
}

function endMs({ startsAtMs, minutes }: OrderLetterFacts): number {
  return startsAtMs + minutes * 60_000;
}
