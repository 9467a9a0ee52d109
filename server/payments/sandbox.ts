/**
 * The sandbox payment: no money, and outcomes that the buyer names. It is refused in production unless it was
 * asked for. It remembers nothing: an authorisation is worth nothing until the seats are confirmed, so that an
 * order that was not confirmed has certainly not been paid.
 */
import type { Authorisation, PaymentProvider } from './payment-port.ts';

export const SANDBOX_METHOD = 'sandbox';

export const sandboxPayments: PaymentProvider = {
  authorise: (_order, _amountCents, detail): Promise<Authorisation> =>
    Promise.resolve(detail === 'approved' ? 'approved' : 'declined'),
  end: () => Promise.resolve('cancelled'),
};
