/**
 * What a message says, before it becomes text and HTML (letter-layout.ts): plain sentences, no markup. The words are in
 * wording-pt.ts and wording-en.ts, which answer the same facts.
 */
import type { ScreeningFacts } from '../../storage/message-delivery.ts';
import type { OrderLetterFacts } from '../../storage/order-letter.ts';
import type { RefundMeans } from '../../storage/payments/refund-means.ts';

/** What happened, with all that the words need. */
export type LetterFacts =
  | { readonly kind: 'confirm-email'; readonly link: Link; readonly isCpfTaken: boolean }
  | { readonly kind: 'reset-password' | 'staff-invitation'; readonly link: Link }
  | { readonly kind: 'already-registered' | 'password-changed' | 'account-erased' }
  | {
      readonly kind: 'screening-cancelled';
      readonly screening: ScreeningFacts;
      /** Null: not known here, or nothing was paid. */
      readonly refund: Money | null;
    }
  | {
      readonly kind: 'screening-rescheduled';
      readonly screening: ScreeningFacts;
      readonly from: string;
      readonly to: string;
      /** Where the tickets are to be seen: of his one order with the right to see it, else of all of them. */
      readonly url: string;
    }
  | {
      readonly kind: 'order-refunded';
      readonly screening: ScreeningFacts;
      readonly refund: Money;
      readonly means: RefundMeans;
    }
  | { readonly kind: 'tickets-voided'; readonly screening: ScreeningFacts }
  | { readonly kind: 'order-confirmed'; readonly order: ConfirmedOrder };

export interface ConfirmedOrder {
  readonly facts: OrderLetterFacts;
  /** What the QR of each ticket says, in the order of `facts.tickets`. */
  readonly qr: readonly string[];
  /** Where the tickets are to be seen, with the right to see them. */
  readonly url: string;
  readonly cancellation: Cancellation;
}

/** Until when a buyer may cancel by himself: so many days after the purchase, and so long before the start. */
export interface Cancellation {
  readonly days: number;
  readonly minutesBefore: number;
}

export interface Link {
  readonly url: string;
  /** How long it can still be used, from the sending on. */
  readonly minutesLeft: number;
}

export interface Money {
  readonly cents: number;
  readonly currency: string;
}

export interface Wording {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  /** "Filme: …", one below the other. */
  readonly details: readonly (readonly [label: string, value: string])[];
  /** One block each, with its picture. */
  readonly tickets: readonly TicketWording[];
  readonly button: { readonly label: string; readonly url: string } | null;
  /** After the button, smaller. */
  readonly notes: readonly string[];
  readonly goodbye: string;
}

export interface TicketWording {
  /** "Lugar F12" */
  readonly heading: string;
  /** As it is read aloud at the door. */
  readonly code: string;
  readonly lines: readonly string[];
  /** What its QR says. */
  readonly qr: string;
  /** Instead of the QR, for who cannot see it. */
  readonly alt: string;
}

/** What the words of one kind of message are made of; what is left out is empty. */
export type LetterBody = Pick<Wording, 'subject' | 'paragraphs'> &
  Partial<Pick<Wording, 'details' | 'tickets' | 'button' | 'notes'>>;

/** `name`: safe to greet by (greetingName), or null. `siteUrl`: where the shop is. */
export type Words = (facts: LetterFacts, name: string | null, siteUrl: string) => Wording;

/**
 * The first name, when it is one. Anybody can sign up with another person's address and a "name" of his choice, which this
 * person then reads in a mail of ours: so no links, no sentences, nothing but letters.
 */
export function greetingName(name: string | null): string | null {
  const [first = ''] = (name ?? '').trim().split(/\s+/u);
  return /^\p{L}[\p{L}\p{M}'’-]{0,29}$/u.test(first) ? first : null;
}
