/**
 * Everything the stand-in knows, in Maps: orders, authorisations, captures, refunds, disputes. Amounts are cents; what goes
 * over the wire is made from this by `paypal-wire.ts`. Nothing is ever removed: a stand-in lives as long as a test or a
 * benchmark (about 2 kB per paid order), and a lookup of what was done is its purpose.
 */
import { randomBytes } from 'node:crypto';

export interface Refund {
  readonly id: string;
  readonly captureId: string;
  readonly cents: number;
  readonly currency: string;
  readonly invoiceId: string | undefined;
  readonly customId: string | undefined;
  readonly note: string | undefined;
  readonly createdMs: number;
  updatedMs: number;
  status: 'COMPLETED' | 'PENDING' | 'FAILED' | 'CANCELLED';
}

export interface Capture {
  readonly id: string;
  readonly authorization: Authorization;
  readonly cents: number;
  readonly currency: string;
  readonly invoiceId: string | undefined;
  readonly customId: string | undefined;
  readonly isFinal: boolean;
  readonly createdMs: number;
  readonly refunds: Refund[];
  updatedMs: number;
  /** REVERSED is told as REFUNDED: PayPal's description of a capture knows no word for money taken back. */
  status: 'COMPLETED' | 'PENDING' | 'DECLINED' | 'PARTIALLY_REFUNDED' | 'REFUNDED' | 'REVERSED';
}

export interface Authorization {
  readonly id: string;
  readonly order: Order;
  readonly cents: number;
  readonly createdMs: number;
  readonly captures: Capture[];
  /** The authorisation this one renewed; null for the first. */
  readonly renewed: Authorization | null;
  updatedMs: number;
  expiresMs: number;
  isLapsed: boolean;
  status: 'CREATED' | 'CAPTURED' | 'PARTIALLY_CAPTURED' | 'VOIDED';
}

export interface Order {
  readonly id: string;
  readonly intent: 'AUTHORIZE' | 'CAPTURE';
  readonly cents: number;
  readonly currency: string;
  readonly referenceId: string;
  readonly customId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly returnUrl: string | undefined;
  readonly cancelUrl: string | undefined;
  /** Named a wallet when it was created: such an order waits in PAYER_ACTION_REQUIRED, others in CREATED. */
  readonly hasSource: boolean;
  readonly createdMs: number;
  updatedMs: number;
  status: 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED';
  /** What authorising will meet: the buyer's means of payment declines, or PayPal wants the buyer back once. */
  trouble: 'declines' | 'needs-action' | null;
  readonly authorizations: Authorization[];
}

export interface Dispute {
  readonly id: string;
  readonly capture: Capture;
  readonly reason: string;
  readonly cents: number;
  readonly createdMs: number;
  updatedMs: number;
  outcome: 'won' | 'lost' | null;
}

/** How the next capture or refund ends, in the order told; empty: COMPLETED. */
export interface ScriptedOutcomes {
  captures: ('COMPLETED' | 'PENDING' | 'DECLINED')[];
  refunds: ('COMPLETED' | 'PENDING' | 'FAILED')[];
}

export class PayPalState {
  readonly nowMs: () => number;
  readonly orders = new Map<string, Order>();
  readonly authorizations = new Map<string, Authorization>();
  readonly captures = new Map<string, Capture>();
  readonly refunds = new Map<string, Refund>();
  readonly disputes = new Map<string, Dispute>();
  /** Invoice numbers already used: PayPal refuses the second payment, and the second refund, of one. */
  readonly capturedInvoices = new Map<string, Capture>();
  readonly refundedInvoices = new Set<string>();
  readonly scripted: ScriptedOutcomes = { captures: [], refunds: [] };
  /** The merchant's and the buyer's account, in PayPal's alphabet. */
  readonly merchantId = 'P2LTR9NA22222';
  readonly payerId = 'BWYER22222222';

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }
}

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWX';

/** 17 letters and digits, as PayPal's ids are. Random, so that ids of two runs against one database never meet. */
export function newId(): string {
  let id = '';
  for (const byte of randomBytes(17)) id += ALPHABET[byte & 31];
  return id;
}
