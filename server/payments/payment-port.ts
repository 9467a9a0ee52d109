/**
 * What a checkout asks of a payment provider. The sandbox is the only adapter so far; Stripe and PayPal come
 * behind the same port, with their captures and webhooks.
 */
export type Authorisation = 'approved' | 'declined';

export interface PaymentProvider {
  /** Reserves the money of an order, once: asked again for the same order it answers the same. Rejects when nobody knows. */
  authorise(order: string, amountCents: number, detail: string): Promise<Authorisation>;
  /**
   * Makes sure that an order will not be paid any more. 'paid' when it is too late for that: then the seats are
   * to be sold. Rejects when nobody knows: then nothing may happen to the seats.
   */
  end(order: string): Promise<'cancelled' | 'paid'>;
}
