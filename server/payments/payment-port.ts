/**
 * What a checkout asks of a payment provider. The sandbox is the only adapter so far; Stripe and PayPal come
 * behind the same port, with their captures and webhooks.
 */

/** 'authentication-needed': the buyer's bank wants to hear from him first (3-D Secure); asked again afterwards, it is one of the others. */
export type Authorisation = 'approved' | 'declined' | 'authentication-needed';

export interface PaymentProvider {
  /**
   * Reserves the money of an order, once: asked again for the same order it answers the same, 'authentication-needed' apart.
   * Rejects when nobody knows.
   */
  authorise(order: string, amountCents: number, detail: string): Promise<Authorisation>;
  /**
   * Makes sure that an order will not be paid any more. 'paid' when it is too late for that: then the seats are
   * to be sold. Rejects when nobody knows: then nothing may happen to the seats.
   */
  end(order: string): Promise<'cancelled' | 'paid'>;
}
