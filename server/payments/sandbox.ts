/** A checkout's payments without any books, for where there is no database: measurements beside other systems, a gateway's tests. */
import type { CheckoutPayments } from './payment-port.ts';

/** As the sandbox, but with no page on which to be challenged: whoever should be is asked for ever. Nothing is slow. */
export const unchallengedPayments: CheckoutPayments = {
  pay({ detail }) {
    if (detail === 'authenticate') return Promise.resolve('authentication-needed');
    return Promise.resolve(detail === 'approved' || detail === 'slow' ? 'approved' : 'declined');
  },
  standing: () => Promise.resolve(null),
  settle: () => {},
  end: () => Promise.resolve('unknown'),
};
