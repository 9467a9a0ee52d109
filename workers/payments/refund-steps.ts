/**
 * Money on its way back: written down, then sent under the same id, then followed until it has arrived. A refund whose answer was lost
 * is asked for again with the same key, and by an adapter that looks for it first; one that was refused is noted as such, and
 * what is still owed is a new one. In the same statement it is noted that the provider has to be looked at: a refusal says nothing of an
 * earlier request, and what the look finds sent back is not sent again.
 */
import { refundSeen } from '../../actors/payment/evolve-payment.ts';
import { askedKey, nextStep } from '../../actors/payment/next-step.ts';
import type { Refund } from '../../actors/payment/payment.ts';
import { dueAfter } from './desk-pace.ts';
import type { ProviderCalls } from './provider-calls.ts';
import { ProviderRefused } from './provider-port.ts';
import type { RunBooks } from './run-books.ts';

interface Exchange {
  readonly step: 'refund' | 'look-refund';
  readonly reason: string | null;
  readonly key: string | null;
  readonly request: string | null;
  readonly isDoubtful?: true;
}

export class RefundSteps {
  readonly #books: RunBooks;
  readonly #calls: ProviderCalls;
  /** Written down in this run: nobody can have asked for them before. */
  readonly #new = new Set<string>();

  constructor(books: RunBooks, calls: ProviderCalls) {
    this.#books = books;
    this.#calls = calls;
  }

  async want(refund: Refund): Promise<void> {
    const books = this.#books;
    const note = books.note('want-refund', refund.id, { cents: refund.cents });
    const isWritten = await books.keep(await books.ports.books.wantRefund(books.record, refund, note));
    if (isWritten) this.#new.add(refund.id);
  }

  async send(refund: Refund): Promise<void> {
    const { id, cents, object } = refund;
    const books = this.#books;
    const refusal = books.refused.get(askedKey({ do: 'refund', refund }));
    if (refusal !== undefined) return this.#failed(refund, refusal, null);
    // Its id for ever: under another key a request that is still on its way would be a second one.
    const wanted = { id, cents, object, isAgain: !this.#new.delete(id), key: id };
    const known = this.#calls.known;
    try {
      const answered = await this.#calls.ask('refund', id, (adapter) => adapter.refund(known, wanted));
      if (answered === null) return;
      const { result, request } = answered;
      await this.#write(refundSeen(refund, result), { step: 'refund', reason: result.reason, key: id, request });
    } catch (cause) {
      if (!(cause instanceof ProviderRefused)) throw cause;
      if (!wanted.isAgain) return this.#failed(refund, cause.code, cause.request);
      // The one before may have been heard all the same: it has failed only when a look was answered.
      await this.#calls.noteRefusal('refund', id, cause);
      if (!books.refused.has('refund')) return;
      books.refused.set(askedKey({ do: 'refund', refund }), cause.code);
      books.mayRepeat();
    }
  }

  async #failed(refund: Refund, reason: string, request: string | null): Promise<void> {
    const exchange = { step: 'refund', reason, key: refund.id, request, isDoubtful: true } as const;
    await this.#write({ ...refund, phase: 'failed' }, exchange);
    // Perhaps because somebody else has sent it back already.
    this.#books.mustLook = true;
    this.#books.refused.set('refund', reason);
  }

  async look(refund: Refund): Promise<void> {
    const { object } = refund;
    const known = this.#calls.known;
    try {
      // One that has no id of the provider's shows where the payment is looked at.
      if (object === null) throw new ProviderRefused('never answered');
      const answered = await this.#calls.ask('look-refund', null, (adapter) => adapter.lookRefund(known, object));
      if (answered === null) return;
      const { result, request } = answered;
      await this.#write(refundSeen(refund, result), { step: 'look-refund', reason: result.reason, key: null, request });
    } catch (cause) {
      if (!(cause instanceof ProviderRefused)) throw cause;
      await this.#calls.noteRefusal('look-refund', null, cause);
    }
  }

  async #write(refund: Refund, { step, reason, key, request, isDoubtful }: Exchange): Promise<void> {
    const books = this.#books;
    const { payment, seatsSide } = books.record;
    const refunds = payment.refunds.map((other) => (other.id === refund.id ? refund : other));
    const after = { ...payment, refunds, isDoubtful: isDoubtful ?? payment.isDoubtful };
    const dueInMs = dueAfter(nextStep(after, seatsSide, books.hasLooked && isDoubtful === undefined), books.ageMs);
    const { object: objectId, cents } = refund;
    const note = books.note(step, refund.phase, { requestKey: key, providerRequest: request, objectId, cents });
    const more = { reason, dueInMs, ...(isDoubtful === undefined ? {} : { isDoubtful }) };
    await books.keep(await books.ports.books.changeRefund(books.record, refund, more, note));
  }
}
