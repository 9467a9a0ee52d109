/**
 * Asks a provider, and sees to the books when no answer comes, or a no. "No" means that nothing was done, and that what is true is
 * now to be found out by a look; silence means that nobody knows. Neither is ever taken for the other.
 */
import type { PaymentStep } from '../../actors/payment/next-step.ts';
import type { BooksChange, StepName } from '../../storage/payments/payment-record.ts';
import { wasAnswered } from './desk-pace.ts';
import { pause } from './desk-ports.ts';
import { KEY_IN_USE, NOT_ASKED, type ProviderCircuit } from './provider-circuit.ts';
import {
  type Answered,
  type KnownObject,
  type ProviderAdapter,
  type ProviderRefused,
  ProviderUnknown,
} from './provider-port.ts';
import type { RunBooks } from './run-books.ts';

export type ProviderStep = Extract<StepName, PaymentStep['do']>;

/** Pauses for another one's request with the same key, milliseconds: together longer than a bank's usual second. */
const IN_USE_PAUSES_MS = [100, 200, 400, 800, 1_600];
const LOOKS: ReadonlySet<ProviderStep> = new Set(['look', 'look-refund']);

export class ProviderCalls {
  readonly #books: RunBooks;
  readonly #circuit: ProviderCircuit;
  #inUse = 0;

  constructor(books: RunBooks, circuit: ProviderCircuit) {
    this.#books = books;
    this.#circuit = circuit;
  }

  /** What the adapter is told of the payment. */
  get known(): KnownObject {
    const { order, object, authorisation, capture, amountCents, currency } = this.#books.record.payment;
    return { order, object: object ?? '', authorisation, capture, amountCents, currency };
  }

  /**
   * Null: it was refused, or somebody else is just asking the same; the run decides again.
   * @throws ProviderUnknown after the books were told, ProviderRefused as it is
   */
  async ask<Result>(
    step: ProviderStep,
    key: string | null,
    call: (adapter: ProviderAdapter) => Promise<Answered<Result>>,
  ): Promise<Answered<Result> | null> {
    const { provider } = this.#books.record.payment;
    const adapter = this.#books.ports.adapters.get(provider);
    try {
      if (adapter === undefined) throw new ProviderUnknown(`${provider} is off`);
      return await this.#circuit.ask(provider, () => call(adapter));
    } catch (cause) {
      if (!(cause instanceof ProviderUnknown)) throw cause;
      // Not asked, so that the time which the books name is still the right one.
      if (cause.failure === NOT_ASKED) throw cause;
      if (cause.failure === KEY_IN_USE && (await this.#waited())) {
        this.#books.mayRepeat();
        return null;
      }
      await this.#unknown(step, key, cause);
      throw cause;
    }
  }

  /** Notes a no. The next step is a look, and what was refused is not asked again in this run. */
  async noteRefusal(step: ProviderStep, key: string | null, { code, request }: ProviderRefused): Promise<void> {
    const books = this.#books;
    const note = books.note(step, `refused: ${code}`, { requestKey: key, providerRequest: request });
    if (LOOKS.has(step)) {
      // A provider that does not know its own object: nobody but a person can tell why.
      await books.failed(note);
      throw new ProviderUnknown(`refused: ${code}`, request);
    }
    const isWritten = await books.failed(note, { isDoubtful: true, tries: books.record.payment.tries + 1 });
    books.hasLooked = false;
    if (isWritten) books.refused.set(step, code);
  }

  /** False: not longer than this. */
  async #waited(): Promise<boolean> {
    const ms = IN_USE_PAUSES_MS[this.#inUse++];
    if (ms === undefined) return false;
    await pause(this.#books.ports, ms);
    await this.#books.reload();
    return true;
  }

  async #unknown(step: ProviderStep, key: string | null, cause: ProviderUnknown): Promise<void> {
    const { payment } = this.#books.record;
    const { failure, request, retryAfterMs } = cause;
    const isDoubtful = !LOOKS.has(step) && failure !== KEY_IN_USE && payment.object !== null;
    const tries = !LOOKS.has(step) && wasAnswered(cause) ? { tries: payment.tries + 1 } : {};
    const change: BooksChange = { ...tries, ...(isDoubtful ? { isDoubtful } : {}) };
    const note = this.#books.note(step, failure, { requestKey: key, providerRequest: request });
    let isWritten = await this.#books.failed(note, change, retryAfterMs);
    // Somebody was quicker, and may have come to an end with it: what we have asked may still be done after that.
    while (isDoubtful && !isWritten) isWritten = await this.#books.write({ isDoubtful }, note);
  }
}
