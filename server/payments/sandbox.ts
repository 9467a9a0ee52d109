/**
 * The sandbox payment: no money, and outcomes that the buyer names. It is refused in production unless it was
 * asked for. It remembers no authorisation: that is worth nothing until the seats are confirmed, so that an
 * order that was not confirmed has certainly not been paid. What it is told of a challenge is kept, since a purchase may be
 * said again on any node.
 */
import type { ChallengeOutcome } from '../../storage/sandbox-challenges.ts';
import type { Authorisation, PaymentProvider } from './payment-port.ts';

export const SANDBOX_METHOD = 'sandbox';

/** How long a 'slow' payment takes, milliseconds: long enough to lose the network meanwhile, shorter than a client's patience. */
export const SLOW_MS = 5_000;

export interface SandboxPorts {
  /** How the buyer's challenge of an order went; null: not yet. Rejects when nobody knows. */
  challengeOf(order: string): Promise<ChallengeOutcome | null>;
  delay(ms: number): Promise<unknown>;
}

/** `detail`: 'approved', 'slow' (approved in the end), 'authenticate' (after a challenge); everything else is declined. */
export function sandboxPayments({ challengeOf, delay }: SandboxPorts): PaymentProvider {
  return {
    async authorise(order, _amountCents, detail): Promise<Authorisation> {
      switch (detail) {
        case 'approved':
          return 'approved';
        case 'slow':
          await delay(SLOW_MS);
          return 'approved';
        case 'authenticate': {
          const outcome = await challengeOf(order);
          if (outcome === null) return 'authentication-needed';
          return outcome === 'passed' ? 'approved' : 'declined';
        }
        default:
          return 'declined';
      }
    },
    end: () => Promise.resolve('cancelled'),
  };
}

/** For where there is no page on which to be challenged: whoever should be is asked for ever. */
export const unchallengedPayments: PaymentProvider = sandboxPayments({
  challengeOf: () => Promise.resolve(null),
  delay: () => Promise.resolve(),
});
