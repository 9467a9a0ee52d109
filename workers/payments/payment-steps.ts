/** The steps of a payment at its provider: each asks once, and writes what was seen before anything follows from it. */
import { aboutToAuthorise, seen } from '../../actors/payment/evolve-payment.ts';
import { nextStep } from '../../actors/payment/next-step.ts';
import type { Sight } from '../../actors/payment/payment.ts';
import { isShortOf, sentBackCents } from '../../actors/payment/refund-step.ts';
import { keyOf } from './desk-pace.ts';
import type { ProviderCalls, ProviderStep } from './provider-calls.ts';
import { type Answered, type KnownObject, type ProviderAdapter, ProviderRefused } from './provider-port.ts';
import type { RunBooks } from './run-books.ts';

type Call = (adapter: ProviderAdapter, known: KnownObject, key: string) => Promise<Answered<Sight>>;

export class PaymentSteps {
  readonly #books: RunBooks;
  readonly #calls: ProviderCalls;

  constructor(books: RunBooks, calls: ProviderCalls) {
    this.#books = books;
    this.#calls = calls;
  }

  look(): Promise<void> {
    this.#books.mustLook = false;
    return this.#ask('look', null, (adapter, known) => adapter.look(known));
  }

  capture(): Promise<void> {
    return this.#ask('capture', this.#key('capture'), (adapter, known, key) => adapter.capture(known, key));
  }

  async cancel(): Promise<void> {
    const { object } = this.#books.record.payment;
    if (object !== null) {
      return this.#ask('cancel', this.#key('cancel'), (adapter, known, key) => adapter.cancel(known, key));
    }
    // What may have been made there has an id that nobody knows, and nobody can pay it.
    const note = this.#books.note('cancel', 'nothing is there');
    await this.#books.write({ phase: 'cancelled', token: null }, note);
  }

  async create(): Promise<void> {
    const { payment, token } = this.#books.record;
    const { order, screening, amountCents, currency } = payment;
    const returnUrl = this.#books.ports.returnUrlOf(order);
    const wanted = { order, screening, amountCents, currency, hasToken: token !== null, returnUrl };
    try {
      await this.#ask(
        'create',
        this.#key('create'),
        (adapter, _known, key) => adapter.create({ ...wanted, key }),
        true,
      );
    } catch (cause) {
      if (!(cause instanceof ProviderRefused)) throw cause;
      // There is nothing to look at, and what was not made nobody can pay.
      const { code, request } = cause;
      const note = this.#books.note('create', `refused: ${code}`, { providerRequest: request });
      await this.#books.write({ phase: 'declined', declineCode: code, token: null }, note);
    }
  }

  async authorise(): Promise<void> {
    const books = this.#books;
    const code = books.refused.get('authorise');
    if (code !== undefined) {
      // Refused, and looked at since: nothing is reserved, and asking again would be the same.
      const note = books.note('authorise', 'declined');
      await books.write({ phase: 'declined', declineCode: code, token: null }, note);
      return;
    }
    const { payment, token } = books.record;
    // Who finds this knows that the provider may have been asked.
    if (payment.phase !== 'authorising') {
      if (!(await books.write(aboutToAuthorise, books.note('authorise', 'asking')))) return;
    }
    const returnUrl = books.ports.returnUrlOf(payment.order);
    await this.#ask('authorise', this.#key('authorise'), (adapter, known, key) =>
      adapter.authorise(known, token, returnUrl, key),
    );
    // What follows a no is a step of its own, after the look.
    if (books.refused.has('authorise')) books.mayRepeat();
  }

  #key(step: string): string {
    return keyOf(this.#books.record.payment, step);
  }

  /** `tellsRefusal`: a no is the caller's to note. */
  async #ask(step: ProviderStep, key: string | null, call: Call, tellsRefusal = false): Promise<void> {
    const known = this.#calls.known;
    try {
      const answered = await this.#calls.ask(step, key, (adapter) => call(adapter, known, key ?? ''));
      if (answered !== null) await this.#saw(step, key, answered);
    } catch (cause) {
      if (tellsRefusal || !(cause instanceof ProviderRefused)) throw cause;
      await this.#calls.noteRefusal(step, key, cause);
    }
  }

  /** `isOld`: others have changed the books since it was seen; they go only forward by it, and the provider is looked at again. */
  async #saw(step: ProviderStep, requestKey: string | null, answered: Answered<Sight>, isOld = false): Promise<void> {
    const { result: sight, request } = answered;
    const books = this.#books;
    const { payment, seatsSide, token, failures } = books.record;
    const change = seen(payment, sight, isOld);
    const foundCents = (sight.refundedCents ?? 0) - sentBackCents(payment);
    const after = { ...payment, ...change };
    books.hasLooked = !isOld;
    // About to be asked to reserve: written with what was seen, so that a purchase has one round trip less. Who comes to end it takes
    // one step after the other: to him "asked to reserve" would be a payment that can still be ended.
    const { ending, refused } = books;
    const isFree = ending === null && !refused.has('authorise');
    const isAsking = isFree && nextStep(after, seatsSide, !isOld).do === 'authorise';
    const phase = isAsking ? 'authorising' : after.phase;
    const isPayable = phase === 'created' || phase === 'approved' || phase === 'authorising';
    const isOtherAmount = phase === 'captured' && after.capturedCents !== payment.amountCents;
    const isWritten = await books.write(
      {
        ...change,
        phase,
        // Until that is in the books as well, nobody may send it once more.
        ...(foundCents > 0 ? { isDoubtful: true } : {}),
        ...(isPayable || token === null ? {} : { token: null }),
        ...(sight.feeCents === null ? {} : { feeCents: sight.feeCents }),
        ...(isOtherAmount ? { caseKind: 'amount-differs' as const } : {}),
        // A look that succeeds is no success of what was refused before it.
        ...(step === 'look' || failures === 0 ? {} : { failures: 0, lastFailure: null }),
      },
      books.note(step, sight.is, { requestKey, providerRequest: request, objectId: sight.object }),
    );
    if (!isWritten) return this.#saw(step, requestKey, answered, true);
    if (sight.refundedCents === null) return;
    // What was sent back, or was not, since that was seen is not in it.
    if (isOld) books.mustLook ||= foundCents !== 0;
    else await this.#noteRefunds(sight.refundedCents);
  }

  /** What somebody has sent back at the provider's own desk is in the books as well, so that we do not send it again. */
  async #noteRefunds(refundedCents: number): Promise<void> {
    const books = this.#books;
    const { payment, seatsSide } = books.record;
    books.isShort = isShortOf(refundedCents, payment);
    const cents = refundedCents - sentBackCents(payment);
    if (cents <= 0) return;
    const note = books.note('refund', 'found', { cents });
    const written = await books.ports.books.foundRefund(books.record, { object: null, cents }, note);
    if (!(await books.keep(written))) return;
    const livingCents = seatsSide.is === 'sold' ? seatsSide.soldCents - seatsSide.voidedCents : 0;
    if (refundedCents <= payment.capturedCents - livingCents) return;
    await books.write({ caseKind: 'refunded-elsewhere' }, books.note('report', 'refunded-elsewhere'));
  }
}
