/** How somebody pays, as the page offers it: what the server takes, and in the sandbox a card for each way in which a payment can go. */
import type { PaymentMethod } from '../../../sdk/api/payment-api.ts';

export const TEST_CARDS = ['approved', 'declined', 'slow', 'authenticate'] as const;
export type TestCard = (typeof TEST_CARDS)[number];
export type Way = 'stripe' | 'paypal' | TestCard;

export type MethodOf<Name extends PaymentMethod['method']> = PaymentMethod & { readonly method: Name };

/** In the order of the server's answer; the first one is chosen until somebody chooses. */
export function waysOf(methods: readonly PaymentMethod[]): readonly Way[] {
  return methods.flatMap(({ method }): readonly Way[] => (method === 'sandbox' ? TEST_CARDS : [method]));
}

/** Null: it is not taken here. */
export function methodOf<Name extends PaymentMethod['method']>(
  methods: readonly PaymentMethod[],
  name: Name,
): MethodOf<Name> | null {
  return (methods.find(({ method }) => method === name) as MethodOf<Name> | undefined) ?? null;
}

export function isTestCard(way: Way): way is TestCard {
  return way !== 'stripe' && way !== 'paypal';
}

/** What PayPal's script is asked for: its button only, and nothing that it would ask the buyer besides. `language`: "pt-BR". */
export function payPalAddress({ script, clientId, currency }: MethodOf<'paypal'>, language: string): string {
  const url = new URL(script);
  const question = {
    'client-id': clientId,
    currency,
    intent: 'authorize',
    components: 'buttons',
    commit: 'true',
    'disable-funding': 'card,credit,paylater,venmo',
    locale: language === 'en' ? 'en_US' : 'pt_BR',
  };
  for (const [name, value] of Object.entries(question)) url.searchParams.set(name, value);
  return url.href;
}
