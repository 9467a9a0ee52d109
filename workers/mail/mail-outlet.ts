/** Where letters go: to a mail server (smtp-outlet.ts) or, where there is none, into files (file-outlet.ts). */

export interface Parcel {
  /** The message's id and kind; the address only goes to the mail server. */
  readonly id: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
}

export interface MailOutlet {
  /**
   * Resolves, with what was answered to it, when somebody else has taken the letter over.
   * @throws DeliveryFailed
   */
  deliver(parcel: Parcel, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** A letter was not taken. Its message names no address: it is kept, and shown to staff. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
  /** Whether the same letter would be refused again. */
  readonly isPermanent: boolean;

  constructor(reason: string, isPermanent: boolean, options?: ErrorOptions) {
    super(reason, options);
    this.isPermanent = isPermanent;
  }
}

/** What a server wrote, without addresses: servers like to repeat the one they refuse. At most 300 characters. */
export function withoutAddresses(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/<?[^\s<>"'(),;:]+@[^\s<>"'(),;:]+>?/gu, '(address)')
    .trim()
    .slice(0, 300);
}
