/**
 * Commands: what somebody wants of a screening, in the imperative. They carry everything that a decision
 * needs, the time and every new id included, so that `decide` has neither clock nor chance.
 *
 * `requestId` is chosen by the asker and makes the command idempotent (promise I4). `buyer` is the random
 * buyer id of promise I8 (for staff and system commands: the id of the account, or "system").
 */
import type { SeatMap } from './seat-map.ts';

interface CommandBase {
  readonly requestId: string;
  readonly buyer: string;
  /** The owner's clock when the command reached it, milliseconds since 1970. */
  readonly atMs: number;
}

/** The asker of the system's own commands; no buyer id looks like this. */
export const SYSTEM = 'system';

/**
 * Take these seats for a while: all of them or none. With `hold`, they join that hold and its deadline stays. `seatMap`: id
 * of the map on which the seats were chosen; on another one they would be other chairs.
 */
export interface HoldCommand extends CommandBase {
  readonly kind: 'hold';
  readonly seats: readonly number[];
  readonly hold?: number;
  readonly seatMap?: number;
}

/** Choose `count` good seats side by side and hold them. `accessible`: only wheelchair and companion seats. */
export interface BestAvailableCommand extends CommandBase {
  readonly kind: 'best-available';
  readonly count: number;
  readonly accessible: boolean;
}

/** Give seats of a hold back; without `seats`, all of them. Not possible once its payment began. */
export interface ReleaseCommand extends CommandBase {
  readonly kind: 'release';
  readonly hold: number;
  readonly seats?: readonly number[];
}

/** More time for a hold, once. */
export interface ExtendCommand extends CommandBase {
  readonly kind: 'extend';
  readonly hold: number;
}

/** One seat of an order: what kind of ticket, at what price. The server computes the prices; a client never sets one. */
export interface TicketLine {
  readonly seat: number;
  readonly type: TicketType;
  /** Price in cents of the screening's currency. */
  readonly priceCents: number;
  /** The ticket type that was chosen (ticket_types.id), for the books and the gate: the actor counts by `type` alone. Absent: not told. */
  readonly category?: number;
  /** Service fee in cents, on top of the price. Absent: none. */
  readonly feeCents?: number;
}

/**
 * A payment begins: from now on the hold cannot expire under it. `payer` is the buyer whose ten-ticket limit counts, `contact`
 * the account or guest to whom the order belongs, for the books alone. `seatMap`: the map by which the prices were computed,
 * since they depend on the kinds of the seats. `expectedCents`: the total that the buyer was shown; a new order at another one
 * is refused. `onlyAgain`: what is asked for is not to be had; only an order that is there already is answered.
 */
export interface BeginPaymentCommand extends CommandBase {
  readonly kind: 'begin-payment';
  readonly hold: number;
  readonly order: string;
  readonly payer: string;
  readonly lines: readonly TicketLine[];
  readonly seatMap?: number;
  readonly contact?: string;
  readonly expectedCents?: number;
  readonly onlyAgain?: true;
}

export interface NewTicket {
  readonly seat: number;
  readonly ticket: string;
  /** Short, spoken, unambiguous, not sequential. */
  readonly code: string;
}

/** The payment is authorised: sell. `tickets` names one new ticket for each seat of the order. */
export interface ConfirmCommand extends CommandBase {
  readonly kind: 'confirm';
  readonly order: string;
  readonly tickets: readonly NewTicket[];
}

/** The payment is certainly dead. `keepHold`: back to choosing with fresh time (a declined card); else the seats go free. */
export interface CancelPaymentCommand extends CommandBase {
  readonly kind: 'cancel-payment';
  readonly order: string;
  readonly keepHold: boolean;
}

/**
 * Kill tickets of a sold order and free their seats; without `tickets`, all that are not void. The kind tells a
 * cancellation from a refund in the books. Only for the order's own buyers, unless the gateway knows that staff asks.
 */
export interface VoidTicketsCommand extends CommandBase {
  readonly kind: 'cancel' | 'refund';
  readonly order: string;
  readonly tickets?: readonly string[];
  readonly byStaff?: boolean;
}

/** The gate lets a ticket in, once. `gate` names the device. */
export interface CheckInCommand extends CommandBase {
  readonly kind: 'check-in';
  readonly ticket: string;
  readonly gate: string;
}

/** Staff: take seats off sale (broken, reserved), or put them back. `seatMap` as for a hold. */
export interface BlockCommand extends CommandBase {
  readonly kind: 'block' | 'unblock';
  readonly seats: readonly number[];
  readonly reason: string;
  readonly seatMap?: number;
}

/** Staff: another layout of the auditorium, for a screening that has sold nothing. `halfQuota`: half-price tickets that it then has. */
export interface ChangeMapCommand extends CommandBase {
  readonly kind: 'change-map';
  /** Id of the layout. */
  readonly seatMap: number;
  readonly halfQuota: number;
  /** The layout itself, which the owner's runtime brings along; null on the way there. */
  readonly map: SeatMap | null;
}

export interface SalesCommand extends CommandBase {
  readonly kind: 'open-sales' | 'close-sales';
}

/** System: free every choosing hold whose deadline has come. */
export interface ExpireCommand extends CommandBase {
  readonly kind: 'expire';
}

/** System: this owner takes over with its epoch; the first thing it does on a screening (DESIGN section 5). */
export interface ClaimCommand extends CommandBase {
  readonly kind: 'claim';
  readonly epoch: number;
}

export type Command =
  | HoldCommand
  | BestAvailableCommand
  | ReleaseCommand
  | ExtendCommand
  | BeginPaymentCommand
  | ConfirmCommand
  | CancelPaymentCommand
  | VoidTicketsCommand
  | CheckInCommand
  | BlockCommand
  | ChangeMapCommand
  | SalesCommand
  | ExpireCommand
  | ClaimCommand;

/** Ticket types. The numbers are on the wire and in the database. */
export const TicketType = {
  /** inteira */
  full: 1,
  /** meia-entrada inside the 40 % quota: students, ID Jovem, people with disabilities and a companion */
  halfInQuota: 2,
  /** meia-entrada outside the quota: 60+ */
  halfOutsideQuota: 3,
  /** cortesia */
  courtesy: 4,
  /** promocional */
  promotional: 5,
} as const;
export type TicketType = (typeof TicketType)[keyof typeof TicketType];
