/**
 * PayPal behind the port: Orders v2 with the intent to authorise, Payments v2, disputes and webhooks. Nothing is decided here; see
 * paypal-payments.ts for the order of calls and paypal-sight.ts for what they mean.
 */
import { type ProviderDesk, ProviderRefused } from '../provider-port.ts';
import { type PaypalAccount, PaypalCalls } from './paypal-calls.ts';
import { PaypalCertificates } from './paypal-certificates.ts';
import { disputeSightOf, isDisputeId } from './paypal-dispute.ts';
import { listDisputes } from './paypal-dispute-list.ts';
import { PaypalPayments } from './paypal-payments.ts';
import { PaypalRefunds } from './paypal-refunds.ts';
import { verifiedEvent } from './paypal-webhook.ts';

/** A webhook waits for its certificate; PayPal's patience with us is longer than this, milliseconds. */
const CERTIFICATE_DEADLINE_MS = 5_000;

/** Asks nothing before it is asked. One for a thread: each has its own connections and its own token. */
export function payPalDesk(account: PaypalAccount): ProviderDesk {
  const { webhookId, environment, apiUrl, nowMs = Date.now, deadlineMs = CERTIFICATE_DEADLINE_MS } = account;
  const calls = new PaypalCalls(account);
  const payments = new PaypalPayments(calls);
  const refunds = new PaypalRefunds(calls, payments);
  const certificates = new PaypalCertificates({ environment, apiUrl, nowMs, deadlineMs });
  return {
    provider: 'paypal',
    create: (wanted) => payments.create(wanted),
    // The buyer's agreement lies at PayPal: no token comes with it, and he has been there already.
    authorise: (known, _token, _returnUrl, key) => payments.authorise(known, key),
    look: (known) => payments.look(known),
    capture: (known, key) => payments.capture(known, key),
    cancel: (known, key) => payments.cancel(known, key),
    refund: (known, wanted) => refunds.refund(known, wanted),
    lookRefund: (_known, object) => refunds.look(object),
    buyerAction: (known) => payments.buyerAction(known),
    verifyWebhook: (header, body) => verifiedEvent(header, body, { webhookId, certificates, nowMs }),
    lookDispute: async (id) => {
      if (!isDisputeId(id)) throw new ProviderRefused('INVALID_RESOURCE_ID');
      return disputeSightOf((await calls.get(`/v1/customer/disputes/${id}`)).result);
    },
    listDisputesSince: (sinceMs, each) => listDisputes(calls, sinceMs, each),
    // Orders v2 has no list. PayPal's transaction search has one, hours behind and without what was only reserved.
    listSince: () => Promise.resolve(null),
  };
}
