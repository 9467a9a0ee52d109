/**
 * What a message says, before it becomes text and HTML (letter-layout.ts): plain sentences, no markup. The words are in
 * wording-pt.ts and wording-en.ts, which answer the same facts.
 */
import type { ScreeningFacts } from '../../storage/message-delivery.ts';

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
    }
  | { readonly kind: 'order-refunded'; readonly screening: ScreeningFacts; readonly refund: Money };

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
  readonly button: { readonly label: string; readonly url: string } | null;
  /** After the button, smaller. */
  readonly notes: readonly string[];
  readonly goodbye: string;
}

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
