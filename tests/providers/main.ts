/**
 * The stand-ins as a program, for development: `node dist/tests/providers/main.js --shop http://localhost:8080`. Prints the
 * environment a server needs to use them and stays until it is interrupted. Nothing is kept: a restart knows no payment.
 */
import { parseArgs } from 'node:util';
import { PayPalStandIn } from './paypal/paypal-stand-in.ts';
import { StripeStandIn } from './stripe/stripe-stand-in.ts';

const { values } = parseArgs({
  options: {
    'stripe-port': { type: 'string', default: '12111' },
    'paypal-port': { type: 'string', default: '12112' },
    shop: { type: 'string', default: 'http://localhost:8080' },
  },
});

const stripe = await StripeStandIn.start({
  port: Number(values['stripe-port']),
  webhookUrl: new URL('/api/webhooks/stripe', values.shop).href,
});
const paypal = await PayPalStandIn.start({
  port: Number(values['paypal-port']),
  webhookUrl: new URL('/api/webhooks/paypal', values.shop).href,
});
// The names are those of the server's configuration.
const environment: Record<string, string> = {
  STRIPE_API_URL: stripe.url,
  STRIPE_SCRIPT_URL: `${stripe.url}/endive/stripe.js`,
  STRIPE_SECRET_KEY: stripe.secretKey,
  STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
  STRIPE_WEBHOOK_SECRETS: stripe.webhooks.secrets.join(','),
  PAYPAL_API_URL: paypal.url,
  PAYPAL_SCRIPT_URL: `${paypal.url}/sdk/js`,
  PAYPAL_CLIENT_ID: paypal.clientId,
  PAYPAL_CLIENT_SECRET: paypal.clientSecret,
  PAYPAL_WEBHOOK_ID: paypal.webhookId,
};
for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.all([stripe.close(), paypal.close()]));
