/**
 * One run over one order: does what is to be done next, and next, until somebody else has to do something. What was read of the
 * books is all that it goes by; each step ends in a write. A step is asked for at most once in a run: what it leaves undone is
 * left to the time that the books name.
 */
import type { PaymentStep } from '../../actors/payment/next-step.ts';
import type { PaymentEnding } from '../../actors/payment/payment.ts';
import type { PaymentRecord } from '../../storage/payments/payment-record.ts';
import { DeskBusy, type DeskPorts, SeatsUnknown } from './desk-ports.ts';
import { PaymentSteps } from './payment-steps.ts';
import { ProviderCalls } from './provider-calls.ts';
import type { ProviderCircuit } from './provider-circuit.ts';
import { RefundSteps } from './refund-steps.ts';
import { RunBooks } from './run-books.ts';

type Do = PaymentStep['do'];

/** Steps that end a run: they are somebody else's to do. */
const RESTING: ReadonlySet<Do> = new Set(['nothing', 'report', 'wait-for-buyer', 'wait-for-provider']);
/** A run that does not come to rest would be a bug; the longest way that there is has about a dozen steps. */
const STEPS_MAX = 40;

export class DeskRun {
  readonly did: Do[] = [];
  readonly #books: RunBooks;
  readonly #payment: PaymentSteps;
  readonly #refunds: RefundSteps;

  constructor(ports: DeskPorts, circuit: ProviderCircuit, record: PaymentRecord, cause: string) {
    this.#books = new RunBooks(ports, record, cause);
    const calls = new ProviderCalls(this.#books, circuit);
    this.#payment = new PaymentSteps(this.#books, calls);
    this.#refunds = new RefundSteps(this.#books, calls);
  }

  get record(): PaymentRecord {
    return this.#books.record;
  }

  /** The provider is looked at before anything else, whatever the books say. */
  lookFirst(): void {
    this.#books.mustLook = this.record.payment.object !== null;
  }

  /** Ends the payment without a sale if nothing is reserved or taken, whatever else is to be done. */
  endAs(ending: PaymentEnding): void {
    this.#books.ending = ending;
  }

  /**
   * Goes on while the next step is one of `isOurs`; resolves with the one that is left.
   * @throws ProviderUnknown, SeatsUnknown, DeskBusy: then the books say when it is tried again
   */
  async go(isOurs: (step: PaymentStep, record: PaymentRecord) => boolean): Promise<PaymentStep> {
    const books = this.#books;
    while (this.did.length < STEPS_MAX) {
      const step = books.next();
      if (!isOurs(step, this.record)) return step;
      if (RESTING.has(step.do)) {
        if (isVoidedUnpaid(this.record)) {
          const { tellVoided } = books.ports;
          if (tellVoided !== undefined) await tellVoided(this.record.payment.order);
          else if (this.record.dueAtMs !== null) return step;
        }
        if (await books.rest(step)) return step;
        continue;
      }
      this.did.push(step.do);
      books.begin(step);
      await this.#do(step);
    }
    throw new DeskBusy(`order ${this.record.payment.order} does not come to rest`);
  }

  #do(step: PaymentStep): Promise<void> {
    const { payment } = this.record;
    const { seats } = this.#books.ports;
    switch (step.do) {
      case 'look':
        return this.#payment.look();
      case 'create':
        return this.#payment.create();
      case 'authorise':
        return this.#payment.authorise();
      case 'capture':
        return this.#payment.capture();
      case 'cancel':
        return this.#payment.cancel();
      case 'want-refund':
        return this.#refunds.want(step.refund);
      case 'refund':
        return this.#refunds.send(step.refund);
      case 'look-refund':
        return this.#refunds.look(step.refund);
      case 'sell':
        return this.#askSeats('sell', () => seats.sell(payment));
      case 'free':
        return this.#askSeats('free', () => seats.free(payment, step.keepHold));
      case 'void-tickets':
        return this.#voidTickets();
      case 'end':
        return this.#end(step.ending);
      default:
        throw new Error(`${step.do} is no step to be done`);
    }
  }

  /**
   * From here on nobody sells, whatever the provider may still answer to others. It is a write of its own, after a look: whoever has
   * noted before it that the money is reserved sells, and of the two versions only one can be the next.
   */
  async #end(ending: PaymentEnding): Promise<void> {
    await this.#books.write({ ending }, this.#books.note('end', ending));
  }

  async #voidTickets(): Promise<void> {
    const books = this.#books;
    // At somebody's cost: it is told before it is done.
    if (books.record.caseKind !== 'sold-unpaid') {
      const { order } = books.record.payment;
      books.ports.log.error({ order }, 'seats are sold and their money cannot be had any more; the tickets go');
      if (!(await books.write({ caseKind: 'sold-unpaid' }, books.note('report', 'sold-unpaid')))) return;
    }
    await this.#askSeats('void-tickets', () => books.ports.seats.voidTickets(books.record.payment));
  }

  /** After the actor has answered, the tables say what is true: that was committed before. */
  async #askSeats(step: 'sell' | 'free' | 'void-tickets', ask: () => Promise<string>): Promise<void> {
    const books = this.#books;
    const outcome = await ask();
    if (outcome === 'unknown') {
      await books.failed(books.note(step, outcome));
      throw new SeatsUnknown(`${step}: what the screening's actor did is not known`);
    }
    await books.ports.books.note(books.record.payment.order, books.note(step, outcome));
    await books.reload();
  }
}

/**
 * Whether the buyer is to be told. By the books alone, and before they say that nothing is left to be done: whoever voided the tickets may have
 * died before he told anybody.
 */
function isVoidedUnpaid({ caseKind, seatsSide: { is, soldCents, voidedCents } }: PaymentRecord): boolean {
  return caseKind === 'sold-unpaid' && is === 'sold' && soldCents > 0 && voidedCents >= soldCents;
}
