/**
 * PayPal's own SDK, pointed at a stand-in. The SDK knows two addresses and takes no third, so each request is given another
 * origin on its way out; everything else (token, headers, bodies, schemas) is the SDK's doing, which is what the tests are for.
 */
import { Client, Environment, OrdersController, PaymentsController } from '@paypal/paypal-server-sdk';
import type { PayPalStandIn } from './paypal-stand-in.ts';

export interface SdkClient {
  readonly orders: OrdersController;
  readonly payments: PaymentsController;
}

/** A client with a token of its own. */
export function sdkClient({ url, clientId, clientSecret }: PayPalStandIn): SdkClient {
  // The override is called inside Client's constructor, before fields exist: `url` has to come from around it.
  class ClientOfStandIn extends Client {
    override getRequestBuilderFactory(): ReturnType<Client['getRequestBuilderFactory']> {
      const make = super.getRequestBuilderFactory();
      return (...call) => {
        const builder = make(...call);
        builder.interceptRequest((request) => ({
          ...request,
          url: url + request.url.slice(new URL(request.url).origin.length),
        }));
        return builder;
      };
    }
  }
  const client = new ClientOfStandIn({
    clientCredentialsAuthCredentials: { oAuthClientId: clientId, oAuthClientSecret: clientSecret },
    environment: Environment.Sandbox,
    timeout: 5_000,
    unstable_httpClientOptions: { proxy: false },
  });
  return { orders: new OrdersController(client), payments: new PaymentsController(client) };
}
