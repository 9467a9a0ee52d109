/**
 * The desk: carries out what actors/payment decides about the money of an order. Everybody who has to do with money comes here, with
 * nothing but an order's id: the checkout, webhooks, overdue holds, the sweep, the reconciler, a person with a terminal. Whoever
 * it is, whenever, however often, on however many nodes at once: the books are read, the next step is done, the books are
 * written, and a crash between any two of these is found by the next one.
 *
 * A purchase waits for three round trips to PostgreSQL beside the provider's two answers and the journal's commits: the books are begun; the
 * provider's id is written together with "about to be asked to reserve"; the reservation is written. (With a bank's challenge, or at PayPal,
 * two more: begun again, and what was seen.) The capture, with a read and a write, comes after the buyer was answered. Nothing
 * on that way waits for a timer.
 *
 * Why is a reservation written before the seats are sold, and not beside it? Because the end of a payment is decided by a write as well,
 * after a look that found nothing reserved (actors/payment, step `end`): of the two writes one comes first, and who comes second knows. Without
 * it one might sell while another cancels.
 */
import type { PaymentStep } from '../../actors/payment/next-step.ts';
import type { PaymentEnding } from '../../actors/payment/payment.ts';
import type { NewPayment, PaymentRecord } from '../../storage/payments/payment-record.ts';
import type { DeskPorts, PayAnswer, RunResult } from './desk-ports.ts';
import { DeskRun } from './desk-run.ts';
import { KeptActions } from './kept-actions.ts';
import { OrderLines, ROOM_TO_FOLLOW } from './order-lines.ts';
import { ProviderCircuit } from './provider-circuit.ts';
import { type BuyerAction, ProviderUnknown } from './provider-port.ts';

export interface RunOptions {
  /** Ask the provider first, whatever the books say: something has happened there. */
  readonly look?: boolean;
  /** The payment is to end without a sale, if it can. */
  readonly ending?: PaymentEnding;
}

/**
 * How old a purchase is that nobody waits for any more, milliseconds: its page has given up by then, and its buyer may have bought again.
 * What is asked of his card later than that would be a second purchase.
 */
export const LEFT_AFTER_MS = 180_000;

/** Steps that a buyer waits for. */
const BEFORE_THE_SEATS: ReadonlySet<PaymentStep['do']> = new Set([
  'create',
  'authorise',
  'look',
  'cancel',
  'wait-for-buyer',
  'wait-for-provider',
]);

export class PaymentDesk {
  readonly #ports: DeskPorts;
  readonly #lines: OrderLines;
  readonly #circuit: ProviderCircuit;
  readonly #actions: KeptActions;

  constructor(ports: DeskPorts, lines: OrderLines = new OrderLines()) {
    this.#ports = ports;
    this.#lines = lines;
    this.#circuit = new ProviderCircuit(() => ports.nowMs());
    this.#actions = new KeptActions(() => ports.nowMs());
  }

  /**
   * Pays as far as to the sale, which is the checkout's. Said again it goes on from where it is; said by many at once, one does it for all.
   * @throws ProviderUnknown, DeskBusy: nobody knows, or nobody has begun; said again later it goes on
   */
  pay(wanted: NewPayment, cause: string): Promise<PayAnswer> {
    return this.#lines.shared(
      'pay',
      wanted.order,
      async () => {
        const record = await this.#ports.books.begin(wanted, cause);
        const run = new DeskRun(this.#ports, this.#circuit, record, cause);
        const left = await run.go((step, { seatsSide }) => seatsSide.is === 'paying' && BEFORE_THE_SEATS.has(step.do));
        return answerOf(left, run.record);
      },
      ROOM_TO_FOLLOW,
    );
  }

  /**
   * Does all that is to be done now. Null as `record`: no payment of such an order ever began, and nothing was done.
   * @throws ProviderUnknown, SeatsUnknown, DeskBusy: the books know when it is tried again
   */
  run(order: string, cause: string, { look = false, ending }: RunOptions = {}): Promise<RunResult> {
    const work = async (): Promise<RunResult> => {
      const record = await this.#ports.books.load(order);
      if (record === null) return { did: [], left: { do: 'nothing' }, record };
      const run = new DeskRun(this.#ports, this.#circuit, record, cause);
      if (look) run.lookFirst();
      const nowMs = this.#ports.nowMs();
      if (ending === 'overdue' && isPutOff(record, nowMs))
        return { did: [], left: { do: 'wait-for-provider' }, record };
      if (ending !== undefined) run.endAs(ending);
      else if (isLeft(record, nowMs)) run.endAs('given-up');
      const left = await run.go(() => true);
      return { did: run.did, left, record: run.record };
    };
    // An order ends once: the actor says so every few seconds, and a buyer as often as he presses the button.
    return ending === undefined ? this.#lines.inLine(order, work) : this.#lines.shared(ending, order, work);
  }

  /** What the buyer's page needs to go on by itself, as of some seconds ago; null: he has nothing to do. @throws ProviderUnknown, ProviderRefused */
  async action(order: string): Promise<BuyerAction | null> {
    const record = await this.#ports.books.load(order);
    if (record === null || record.seatsSide.is !== 'paying') return null;
    const { payment } = record;
    const { provider, phase, object, authorisation, capture, amountCents, currency, ending } = payment;
    if (object === null || ending !== null || phase !== 'waiting') return null;
    const adapter = this.#ports.adapters.get(provider);
    if (adapter === undefined) throw new ProviderUnknown(`${provider} is off`);
    const known = { order, object, authorisation, capture, amountCents, currency };
    return this.#actions.of(object, () => this.#circuit.askQuietly(provider, () => adapter.buyerAction(known)));
  }

  /** How a payment stands by the books alone, for who waits while another one pays; null: it never began. */
  async standing(order: string): Promise<PayAnswer | null> {
    const record = await this.#ports.books.load(order);
    if (record === null) return null;
    const { payment, seatsSide } = record;
    if (seatsSide.is === 'sold') return 'approved';
    const isOver = payment.phase === 'declined' || payment.phase === 'cancelled' || seatsSide.is === 'free';
    return isOver ? 'declined' : 'authentication-needed';
  }

  get underWay(): number {
    return this.#lines.underWay;
  }

  /** Takes nothing more; resolves when what is under way has ended. What is cut off instead is found by its time in the books. */
  close(): Promise<void> {
    return this.#lines.close();
  }
}

function answerOf(left: PaymentStep, { seatsSide }: PaymentRecord): PayAnswer {
  if (seatsSide.is === 'sold' || (seatsSide.is === 'paying' && left.do === 'sell')) return 'approved';
  if (seatsSide.is === 'free' || left.do === 'free') return 'declined';
  if (left.do === 'wait-for-buyer') return 'authentication-needed';
  throw new ProviderUnknown('processing');
}

/** What has failed is tried again when the books say so, and the provider may have asked for that pause; the actor says every few seconds that the time is over. */
function isPutOff({ failures, dueAtMs }: PaymentRecord, nowMs: number): boolean {
  return failures > 0 && dueAtMs !== null && dueAtMs > nowMs;
}

/** Whether nothing is reserved as far as we know, and nobody waits for it any more. A buyer who is still with his bank, or at PayPal, has longer. */
function isLeft({ payment: { phase }, seatsSide, createdMs }: PaymentRecord, nowMs: number): boolean {
  const isUnasked = phase === 'created' || phase === 'authorising';
  return isUnasked && seatsSide.is === 'paying' && nowMs - createdMs > LEFT_AFTER_MS;
}
