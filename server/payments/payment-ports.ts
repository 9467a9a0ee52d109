/** What the endpoints of payments work with; of the desk as much as they use. */
import type { PaymentStep } from '../../actors/payment/next-step.ts';
import type { PaymentEnding } from '../../actors/payment/payment.ts';
import type { NewPayment } from '../../storage/payments/payment-record.ts';
import type { BuyerAction } from '../../workers/payments/provider-port.ts';
import type { OrderPorts } from '../tickets/order-ports.ts';
import type { PaymentMethod } from './payment-methods.ts';

/** workers/payments/payment-desk.ts */
export interface DeskPort {
  /** For who waits for it: stops where the seats are to be sold. @throws when nobody knows. */
  pay(wanted: NewPayment, cause: string): Promise<'approved' | 'declined' | 'authentication-needed'>;
  /** Does what is to be done now, as far as it goes. */
  run(
    order: string,
    cause: string,
    options?: { readonly look?: boolean; readonly ending?: PaymentEnding },
  ): Promise<{ readonly did: readonly PaymentStep['do'][]; readonly left: PaymentStep }>;
  /** Null: the buyer has nothing to do. @throws ProviderUnknown */
  action(order: string): Promise<BuyerAction | null>;
}

export interface PaymentPorts extends OrderPorts {
  readonly desk: DeskPort;
  readonly methods: readonly PaymentMethod[];
  /** How long a payment may take, milliseconds. */
  readonly paymentTtlMs: number;
}
