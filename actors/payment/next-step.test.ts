/** The machine's rules, over everything that the books and the seats can say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refundSeen, seen } from './evolve-payment.ts';
import { askedKey, nextStep, type PaymentStep, type RunSoFar } from './next-step.ts';
import { PAYMENT_PHASES, type Payment, type Refund, type SeatsSide, type Sight } from './payment.ts';
import { isShortOf, REFUND_FAILURES_MAX, sentBackCents } from './refund-step.ts';

const BEGUN: Payment = {
  ...{ order: 'o', screening: 1, provider: 'stripe', phase: 'created', version: 1, amountCents: 2000, currency: 'BRL' },
  ...{ seats: [0, 1], object: null, authorisation: null, capture: null, capturedCents: 0, tries: 1, isDoubtful: false },
  ...{ ending: null, declineCode: null, isDisputed: false, refunds: [] },
};
const PAYING: SeatsSide = { is: 'paying', soldCents: 0, voidedCents: 0 };
const FREE: SeatsSide = { ...PAYING, is: 'free' };
const sold = (voidedCents = 0): SeatsSide => ({ is: 'sold', soldCents: 2000, voidedCents });
const refund = (id: string, cents: number, phase: Refund['phase']): Refund => ({
  ...{ id: `o.${id}`, cents, phase, object: phase === 'wanted' ? null : `re-${id}` },
});
const taken = (...refunds: Refund[]): Payment => ({
  ...BEGUN,
  phase: 'captured',
  object: 'pi',
  capture: 'ca',
  capturedCents: 2000,
  refunds,
});
const step = (payment: Partial<Payment>, seats: SeatsSide, hasLooked = false, run: RunSoFar = {}): PaymentStep =>
  nextStep({ ...BEGUN, ...payment }, seats, hasLooked, run);

const REFUNDS: readonly (readonly Refund[])[] = [
  [],
  ...(['wanted', 'pending', 'done', 'failed'] as const).flatMap((phase) => [
    [refund('r1', 1000, phase)],
    [refund('r1', 1000, 'done'), refund('r2', 1000, phase)],
    [refund('r1', 1000, 'failed'), refund('r2', 1000, 'failed'), refund('r3', 1000, phase)],
    [refund('x1', 2000, phase)],
  ]),
];

interface Case {
  readonly payment: Payment;
  readonly seats: SeatsSide;
  readonly hasLooked: boolean;
  readonly run: RunSoFar;
  readonly step: PaymentStep;
}

/** Every combination that the books can hold: an id is missing only before it is known, money was taken only where it was. */
function* all(): Generator<Case> {
  for (const phase of PAYMENT_PHASES)
    for (const object of phase === 'created' ? [null] : phase === 'cancelled' ? [null, 'pi'] : ['pi'])
      for (const capture of phase === 'captured' ? ['ca'] : phase === 'authorised' ? [null, 'ca'] : [null])
        for (const authorisation of phase === 'authorising' ? [null, 'au'] : [null])
          for (const capturedCents of phase === 'captured' ? [1500, 2000, 2500] : [0])
            for (const refunds of phase === 'captured' ? REFUNDS : [[]])
              for (const isDoubtful of [false, true])
                for (const isDisputed of [false, true])
                  for (const written of [null, 'overdue', 'given-up'] as const)
                    for (const seats of [PAYING, FREE, sold(), sold(1000), sold(2000)])
                      for (const hasLooked of [false, true])
                        for (const ending of [null, 'overdue', 'given-up'] as const) {
                          const payment = {
                            ...BEGUN,
                            phase,
                            object,
                            capture,
                            authorisation,
                            capturedCents,
                            refunds,
                            isDoubtful,
                            isDisputed,
                            ending: written,
                          };
                          const run = { ending };
                          yield { payment, seats, hasLooked, run, step: nextStep(payment, seats, hasLooked, run) };
                        }
}

test('[PM1] a step that a run has carried out is not asked for again: then somebody is waited for', () => {
  for (const { payment, seats, hasLooked, run, step: first } of all()) {
    const asked = new Set<string>();
    let next = first;
    for (let count = 0; !isLast(next); count++) {
      assert.ok(count < 12);
      assert.ok(!asked.has(askedKey(next)));
      asked.add(askedKey(next));
      next = nextStep(payment, seats, hasLooked, { ...run, asked });
    }
  }
});

function isLast({ do: what }: PaymentStep): boolean {
  return ['wait-for-buyer', 'wait-for-provider', 'report', 'nothing'].includes(what);
}

test('[PM2] money is taken only when the seats are sold and some ticket is good; reserved, and once', () => {
  let count = 0;
  for (const { payment, seats, step } of all()) {
    if (step.do !== 'capture') continue;
    count++;
    assert.deepEqual([seats.is, payment.phase, payment.capture], ['sold', 'authorised', null]);
    assert.ok(seats.voidedCents < seats.soldCents);
  }
  assert.ok(count > 0);
});

test('[PM3] seats are sold only when the money is reserved and nobody has written an ending, or when it was taken', () => {
  let count = 0;
  for (const { payment, seats, step } of all()) {
    if (step.do !== 'sell') continue;
    count++;
    assert.equal(seats.is, 'paying');
    assert.ok(payment.phase === 'captured' || (payment.phase === 'authorised' && payment.ending === null));
    if (payment.phase === 'captured') assert.ok(payment.capturedCents - sentBackCents(payment) >= payment.amountCents);
  }
  assert.ok(count > 0);
});

test('[PM4] seats go free only when the payment is dead or declined, or its money has gone back', () => {
  for (const { payment, seats, step } of all()) {
    if (step.do !== 'free') continue;
    assert.equal(seats.is, 'paying');
    assert.ok(payment.phase === 'declined' || payment.phase === 'cancelled' || payment.phase === 'captured');
    if (payment.phase === 'captured') assert.ok(payment.capturedCents - sentBackCents(payment) < payment.amountCents);
    if (payment.phase !== 'captured') assert.equal(step.keepHold, payment.ending !== 'overdue');
  }
});

test('[PM5] nothing is cancelled whose tickets are good, nor what is being paid without an ending in the books', () => {
  for (const { payment, seats, step } of all()) {
    if (step.do !== 'cancel') continue;
    if (seats.is === 'paying') assert.notEqual(payment.ending, null);
    if (seats.is === 'sold') assert.ok(seats.voidedCents >= seats.soldCents);
    assert.notEqual(payment.phase, 'captured');
    assert.equal(payment.capture, null);
  }
});

test('[PM6] what living tickets do not cover is sent back to the cent, under the next id, and never more than was taken', () => {
  for (const { payment, seats, step } of all()) {
    if (step.do !== 'want-refund') continue;
    const living = seats.is === 'sold' ? seats.soldCents - seats.voidedCents : 0;
    assert.ok(step.refund.cents > 0);
    assert.equal(sentBackCents(payment) + step.refund.cents, payment.capturedCents - living);
    assert.ok(payment.refunds.every(({ id, phase }) => id !== step.refund.id && phase !== 'wanted'));
  }
  assert.deepEqual(step(taken(), sold(1000)), { do: 'want-refund', refund: refund('r1', 1000, 'wanted') });
  assert.deepEqual(step(taken(refund('x1', 300, 'done')), sold(1000)), {
    do: 'want-refund',
    refund: refund('r1', 700, 'wanted'),
  });
  assert.deepEqual(step(taken(), FREE), { do: 'want-refund', refund: refund('r1', 2000, 'wanted') });
  assert.deepEqual(step(taken(refund('r1', 2000, 'done')), FREE), { do: 'nothing' });
  assert.deepEqual(step(taken(refund('r1', 1000, 'pending')), sold(1000)), {
    do: 'look-refund',
    refund: refund('r1', 1000, 'pending'),
  });
});

test('[PM7] a refund that fails is tried again under a new id, later and so many times; then a person hears of it', () => {
  const failed = refund('r1', 1000, 'failed');
  assert.equal(step(taken(failed), sold(1000), false, { asked: new Set(['refund o.r1']) }).do, 'wait-for-provider');
  assert.deepEqual(step(taken(failed), sold(1000)), { do: 'want-refund', refund: refund('r2', 1000, 'wanted') });
  const all = Array.from({ length: REFUND_FAILURES_MAX }, (_, index) => refund(`r${index + 1}`, 1000, 'failed'));
  assert.deepEqual(step(taken(...all), sold(1000)), { do: 'report', what: 'refund-failed' });
  // By hand, at the provider's own desk.
  assert.deepEqual(step(taken(...all, refund('x1', 1000, 'done')), sold(1000)), { do: 'nothing' });
});

test('[PM8] while a dispute stands nothing is sent back', () => {
  for (const { payment, step } of all()) {
    if (payment.isDisputed) assert.ok(step.do !== 'want-refund' && step.do !== 'refund');
  }
  assert.deepEqual(step({ ...taken(), isDisputed: true }, sold(1000)), { do: 'report', what: 'disputed' });
  assert.deepEqual(step({ ...taken(refund('r1', 1000, 'wanted')), isDisputed: true }, sold(1000)), {
    do: 'report',
    what: 'disputed',
  });
  assert.deepEqual(step({ ...taken(), isDisputed: true }, sold()), { do: 'nothing' });
});

const SIGHTS = ['open', 'action', 'approved', 'processing', 'authorised', 'captured', 'declined', 'cancelled'] as const;
const sight = (is: Sight['is']): Sight => ({
  ...{ object: 'pi', is, authorisation: null, capture: null, capturedCents: is === 'captured' ? 2000 : 0 },
  ...{ declineCode: null, feeCents: null, refundedCents: null },
});

test('[PM9] an end stays an end whatever is seen afterwards, and what is reserved stays so until it is taken, dead or declined', () => {
  for (const is of SIGHTS) {
    const after = (phase: Payment['phase']) => seen({ ...BEGUN, phase, object: 'pi' }, sight(is));
    assert.equal(after('captured').phase, 'captured');
    assert.equal(after('cancelled').phase, is === 'captured' ? 'captured' : 'cancelled');
    assert.equal(after('cancelled').isDoubtful, is === 'authorised');
    const ends = is === 'captured' || is === 'declined' || is === 'cancelled';
    assert.equal(after('authorised').phase, ends ? is : 'authorised');
    assert.ok(
      ['authorising', 'waiting', 'authorised', 'captured', 'declined', 'cancelled'].includes(
        after('authorising').phase ?? '',
      ),
    );
  }
  assert.equal(
    seen({ ...BEGUN, phase: 'captured', object: 'pi', capturedCents: 2000 }, sight('open')).capturedCents,
    2000,
  );
  assert.deepEqual(seen({ ...BEGUN, phase: 'waiting', object: 'other' }, sight('captured')), {}, 'of another object');
  // Reserved by a request that overtook the cancelling: looked at, and let go.
  const late: Payment = { ...BEGUN, phase: 'cancelled', object: 'pi', isDoubtful: true };
  assert.deepEqual([step(late, FREE).do, step(late, FREE, true).do], ['look', 'cancel']);
});

test('[PM9] a refund that is done or has failed is not on its way again; banks may refuse what was done', () => {
  const after = (phase: Refund['phase'], is: 'pending' | 'done' | 'failed') =>
    refundSeen(refund('r1', 1000, phase), { object: 're-r1', is, reason: null }).phase;
  assert.deepEqual(
    [after('done', 'pending'), after('done', 'failed'), after('failed', 'pending'), after('failed', 'done')],
    ['done', 'failed', 'failed', 'failed'],
  );
  assert.deepEqual(
    [after('wanted', 'pending'), after('pending', 'done'), after('pending', 'failed')],
    ['pending', 'done', 'failed'],
  );
});

test('[PM10] an ending is written only after a look, never once the money is reserved; and before anything is cancelled', () => {
  for (const { payment, seats, hasLooked, run, step } of all()) {
    if (step.do !== 'end') continue;
    assert.equal(seats.is, 'paying');
    assert.deepEqual([payment.ending, step.ending], [null, run.ending]);
    assert.ok(['created', 'waiting', 'approved', 'authorising'].includes(payment.phase));
    assert.ok(hasLooked || payment.phase === 'created' || payment.phase === 'approved');
  }
  const waiting: Partial<Payment> = { phase: 'waiting', object: 'pi' };
  const overdue: RunSoFar = { ending: 'overdue' };
  assert.equal(step(waiting, PAYING, false, overdue).do, 'look');
  assert.deepEqual(step(waiting, PAYING, true, overdue), { do: 'end', ending: 'overdue' });
  assert.deepEqual(step({ ...waiting, ending: 'overdue' }, PAYING, true, overdue), { do: 'cancel' });
  // He has said yes at PayPal, and never came back to the page.
  assert.deepEqual(step({ ...waiting, phase: 'approved' }, PAYING, true, overdue), { do: 'authorise' });
  // It came a moment before the hold's end, at it, or later.
  assert.deepEqual(step({ ...waiting, phase: 'authorised' }, PAYING, true, overdue), { do: 'sell' });
});

test('[PM11] what is doubtful is looked at first, and nothing is asked of an object whose id is not known', () => {
  for (const { payment, hasLooked, step } of all()) {
    if (payment.isDoubtful && payment.object !== null && !hasLooked) assert.equal(step.do, 'look');
    if (payment.object === null)
      assert.ok(!['look', 'authorise', 'capture', 'sell', 'refund', 'look-refund', 'want-refund'].includes(step.do));
  }
});

test('[PM12] what the provider still thinks about is neither asked for again nor taken back', () => {
  const pending: Partial<Payment> = { phase: 'authorised', object: 'pi', capture: 'ca' };
  for (const seats of [sold(), sold(2000), FREE]) {
    assert.equal(step(pending, seats).do, 'look');
    assert.equal(step(pending, seats, true).do, 'wait-for-provider');
  }
  const review: Partial<Payment> = { phase: 'authorising', object: 'pi', authorisation: 'au' };
  assert.deepEqual([step(review, PAYING).do, step(review, PAYING, true).do], ['look', 'wait-for-provider']);
});

test('[PM13] seats that are sold and cannot be paid any more lose their tickets; what cannot be put right is told', () => {
  const lapsed: Partial<Payment> = { phase: 'cancelled', object: 'pi' };
  assert.deepEqual([step(lapsed, sold()).do, step(lapsed, sold(), true).do], ['look', 'void-tickets']);
  // Somebody was let in already.
  const asked = new Set(['look', 'void-tickets']);
  assert.deepEqual(step(lapsed, sold(1000), true, { asked }), { do: 'report', what: 'sold-unpaid' });
  assert.deepEqual(step(lapsed, sold(2000), true), { do: 'nothing' });
  assert.deepEqual(step({ phase: 'waiting', object: 'pi' }, sold(), true), { do: 'report', what: 'sold-unpaid' });
  assert.deepEqual(step({ ...taken(), capturedCents: 1500 }, sold()), { do: 'report', what: 'amount-differs' });
  assert.deepEqual(step(taken(refund('x1', 500, 'done')), sold()), { do: 'report', what: 'refunded-elsewhere' });
});

test('[PM15] a capture that was thought over and refused is asked for again with another key; by what is old nothing is taken back', () => {
  const thinking: Payment = {
    ...BEGUN,
    phase: 'authorised',
    object: 'pi',
    authorisation: 'au',
    capture: 'ca',
    tries: 2,
  };
  const reserved: Sight = {
    ...{ object: 'pi', is: 'authorised', authorisation: 'au', capture: null, capturedCents: 0 },
    ...{ declineCode: null, feeCents: null, refundedCents: 0 },
  };
  const after = { ...thinking, ...seen(thinking, reserved) };
  assert.deepEqual([after.capture, after.tries, nextStep(after, sold(), true).do], [null, 3, 'capture']);
  assert.deepEqual(nextStep(after, sold(2000), true), { do: 'cancel' });
  const old = { ...thinking, isDoubtful: true };
  const stale = { ...old, ...seen(old, reserved, true) };
  assert.deepEqual([stale.capture, stale.tries, stale.isDoubtful], ['ca', 2, true]);
  const done = taken();
  assert.deepEqual([seen(done, reserved).capture, seen(done, reserved).phase], ['ca', 'captured']);
  // PayPal thinks about what we have given up.
  const given: Payment = { ...BEGUN, phase: 'cancelled', object: 'pi' };
  assert.equal(seen(given, { ...reserved, is: 'processing' }).isDoubtful, true);
  assert.equal(seen(given, { ...reserved, is: 'processing', authorisation: null }).isDoubtful, false);
});

test('[PM16] where less was sent back than the books say, each refund that was done is looked at once', () => {
  const payment = taken(refund('r1', 1000, 'done'), refund('r2', 1000, 'failed'), refund('r3', 1000, 'done'));
  assert.deepEqual(
    [2000, 1999].map((cents) => isShortOf(cents, payment)),
    [false, true],
  );
  assert.equal(isShortOf(0, taken(refund('r1', 1000, 'wanted'))), false);
  const asked = new Set<string>();
  const looked: string[] = [];
  for (let next = step(payment, sold(2000), true, { asked, isShort: true }); next.do === 'look-refund'; ) {
    looked.push(next.refund.id);
    asked.add(askedKey(next));
    next = step(payment, sold(2000), true, { asked, isShort: true });
  }
  assert.deepEqual(looked, ['o.r1', 'o.r3']);
  assert.equal(step(payment, sold(2000), true).do, 'nothing');
  assert.equal(refundSeen(refund('r1', 1000, 'done'), { object: 're-r1', is: 'failed', reason: null }).phase, 'failed');
});
