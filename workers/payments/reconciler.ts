/**
 * Compares our books with the seats and with what the providers have, and puts right what does not agree: what webhooks missed,
 * authorisations about to lapse, money without seats, seats without money. It decides nothing by itself: what is to be done about
 * an order is the machine's (actors/payment/next-step.ts) and is carried out by the desk; the reconciler only finds whom to look at, and
 * tells what came of it. So it may run at any time, as often as anybody likes, beside everything else.
 *
 * It goes on in bites: books that are open, books that have ended since a moment, what a provider lists since then, the books of
 * providers that have no list, sold orders without books. After each bite it can be interrupted, and gone on with from the place that it answers.
 */
import type { Provider } from '../../actors/payment/payment.ts';
import { loadPayment } from '../../storage/payments/payment-books.ts';
import { ordersWithoutBooks } from '../../storage/payments/payment-finder.ts';
import {
  booksAskedSince,
  booksOf,
  type ComparedBooks,
  openBooks,
  recentBooks,
  type SuspectBooks,
  type Suspected,
  type Suspicion,
} from '../../storage/payments/reconcile-list.ts';
import { type Difference, differenceOf } from './books-difference.ts';
import type { ListedObject } from './provider-port.ts';
import { failureOf, type PutRight, type PutRightPorts, putRight, sightNow } from './put-right.ts';

/** What was found, and what became of it. */
export interface ReconcileCase extends PutRight {
  readonly order: string;
  readonly found: Suspicion | Difference | 'no-books' | 'listing-cut';
  readonly provider: Provider | null;
  /** The provider's id. */
  readonly object: string | null;
  readonly cents: number;
}

export type Stage = 'books' | 'recent' | 'listed' | 'looked' | 'unbooked';
export interface Place {
  readonly stage: Stage;
  /** The last one that was done with in this stage; '' at its beginning. */
  readonly after: string;
}

export interface ReconcileWish {
  /** Milliseconds since 1970. What is open is looked at however old it is. */
  readonly sinceMs: number;
  readonly isDryRun: boolean;
  /**
   * Also what a person has to know of already; and what a provider without a list took money for, looked at one by one: a request for
   * each.
   */
  readonly isThorough: boolean;
  /** Of what a provider lists in one go: each hundred is a request. */
  readonly listedMax: number;
}

export interface ReconcilerPorts extends PutRightPorts {
  nowMs(): number;
}

export interface Bite {
  readonly cases: readonly ReconcileCase[];
  /** How many orders were looked at. */
  readonly looked: number;
  /** Where to go on; null: that was all. */
  readonly next: Place | null;
}

export const START: Place = { stage: 'books', after: '' };
const WITHOUT_LIST: Provider = 'paypal';
export const STAGES: readonly Stage[] = ['books', 'recent', 'listed', 'looked', 'unbooked'];
const DAY_MS = 86_400_000;
/** Stripe holds seven days for us, PayPal promises three: some days before the end a person can still do something. */
export const LAPSE_MS: Readonly<Record<Provider, number>> = {
  stripe: 5 * DAY_MS,
  paypal: 2 * DAY_MS,
  sandbox: 5 * DAY_MS,
};
/** A purchase and its webhooks take less, milliseconds. */
export const QUIET_MS = 10 * 60_000;
/** Orders of one bite: each is a request or two, and somebody waits for the answer. */
export const BITE = 40;
/** Books that have ended are judged by so many in one statement, of some milliseconds, and by so many in one bite. */
const JUDGED_AT_ONCE = 200;
const JUDGED_MAX = 4_000;
/** Looked at together: buyers pay at the same time, with the same connections. */
const AT_ONCE = 4;
/** Looks of one bite that fail, until the provider is left alone: it is away. */
export const AWAY_AFTER = 5;
/** Listed objects that are compared with the books in one query. */
const COMPARED_AT_ONCE = 100;

/** Does one bite. @throws what the database throws; a provider that is away is told as a case. */
export async function reconcileBite(ports: ReconcilerPorts, wish: ReconcileWish, place: Place): Promise<Bite> {
  switch (place.stage) {
    case 'books':
      return lookAtOpen(ports, wish, place);
    case 'recent':
      return lookAtRecent(ports, wish, place);
    case 'listed':
      return compareListed(ports, wish);
    case 'looked':
      return lookAtCaptured(ports, wish, place);
    case 'unbooked':
      return findUnbooked(ports, wish, place);
  }
}

async function lookAtOpen(ports: ReconcilerPorts, wish: ReconcileWish, { stage, after }: Place): Promise<Bite> {
  const found = await openBooks(ports.pool, suspected(wish), after, BITE);
  return { cases: await lookAt(ports, wish, found), looked: found.length, next: placeAfter(stage, found) };
}

/** Goes on until something is found, or enough was looked through: nearly all of them are well. */
async function lookAtRecent(ports: ReconcilerPorts, wish: ReconcileWish, { stage, after }: Place): Promise<Bite> {
  let last = after;
  for (let looked = 0; looked < JUDGED_MAX; looked += JUDGED_AT_ONCE) {
    const { suspects, last: now } = await recentBooks(ports.pool, suspected(wish), last, JUDGED_AT_ONCE);
    if (now === null) return { cases: [], looked: 0, next: following(stage) };
    last = now;
    if (suspects.length === 0) continue;
    return { cases: await lookAt(ports, wish, suspects), looked: suspects.length, next: { stage, after: last } };
  }
  return { cases: [], looked: 0, next: { stage, after: last } };
}

function suspected({ sinceMs, isThorough }: ReconcileWish): Suspected {
  return { sinceMs, withCases: isThorough, quietMs: QUIET_MS, lapseMs: LAPSE_MS };
}

function lookAt(ports: ReconcilerPorts, wish: ReconcileWish, found: readonly SuspectBooks[]): Promise<ReconcileCase[]> {
  return together(found, async ({ order, why, provider, object, cents }) => {
    const done = await putRight(ports, wish.isDryRun, order, null);
    // Somebody who is still at his bank's page is no case.
    const isNothing = why === 'open' && done.did.every((step) => step === 'look') && done.left.startsWith('wait');
    return isNothing ? null : { order, found: why, ...done, provider, object, cents };
  });
}

/** All that the providers list, in one go: their lists cannot be gone on with in the middle. */
async function compareListed(ports: ReconcilerPorts, wish: ReconcileWish): Promise<Bite> {
  const cases: ReconcileCase[] = [];
  let looked = 0;
  for (const [provider, adapter] of ports.adapters) {
    let batch: ListedObject[] = [];
    const compare = async (): Promise<void> => {
      const listed = batch;
      batch = [];
      const books = await booksOf(ports.pool, [...new Set(listed.map(({ order }) => order))]);
      const found = await together(listed, (object) =>
        compared(ports, wish, provider, object, books.get(object.order)),
      );
      cases.push(...found);
    };
    try {
      await adapter.listSince(wish.sinceMs, async (object) => {
        if (looked >= wish.listedMax) throw new ListedEnough();
        looked++;
        batch.push(object);
        if (batch.length === COMPARED_AT_ONCE) await compare();
      });
    } catch (cause) {
      const left = cause instanceof ListedEnough ? 'older ones were not looked at' : failureOf(cause);
      cases.push({ order: '', found: 'listing-cut', did: [], left, provider, object: null, cents: 0 });
    }
    if (batch.length > 0) await compare();
  }
  return { cases, looked, next: { stage: 'looked', after: '' } };
}

class ListedEnough extends Error {}

async function compared(
  ports: ReconcilerPorts,
  wish: ReconcileWish,
  provider: Provider,
  { order, sight, amountCents, createdMs }: ListedObject,
  books: ComparedBooks | undefined,
): Promise<ReconcileCase | null> {
  // What is being paid at this moment is nobody's omission.
  if (createdMs > ports.nowMs() - QUIET_MS) return null;
  const found = differenceOf(sight, provider, books ?? null);
  if (found === null) return null;
  const about = { order, found, provider, object: sight.object, cents: amountCents };
  const isOurs = found !== 'unknown-order' && found !== 'second-object';
  if (!isOurs) return { ...about, did: [], left: 'for a person to look at' };
  return { ...about, ...(await putRight(ports, wish.isDryRun, order, sight)) };
}

/** What a provider without a list took money for, or was asked to reserve and may reserve after it was given up, is looked at one by one. */
async function lookAtCaptured(ports: ReconcilerPorts, wish: ReconcileWish, { stage, after }: Place): Promise<Bite> {
  const provider = WITHOUT_LIST;
  const adapter = ports.adapters.get(provider);
  if (adapter === undefined || !wish.isThorough) return { cases: [], looked: 0, next: following(stage) };
  const found = await booksAskedSince(ports.pool, provider, wish.sinceMs, after, BITE);
  let failed = 0;
  const cases = await together(found, async (books): Promise<ReconcileCase | null> => {
    const { order, object, capturedCents: cents } = books;
    if (failed >= AWAY_AFTER) return null;
    const record = await loadPayment(ports.pool, order);
    if (record === null) return null;
    const about = { order, provider, object, cents };
    try {
      const sight = await sightNow(record, adapter);
      const difference = sight === null ? null : differenceOf(sight, provider, books);
      if (difference === null) return null;
      return { ...about, found: difference, ...(await putRight(ports, wish.isDryRun, order, sight)) };
    } catch (cause) {
      failed++;
      return { ...about, found: 'listing-cut', did: [], left: failureOf(cause) };
    }
  });
  // The next round looks at them: it goes back for days.
  const next = failed >= AWAY_AFTER ? following(stage) : placeAfter(stage, found);
  return { cases, looked: found.length, next };
}

async function findUnbooked(ports: ReconcilerPorts, wish: ReconcileWish, { stage, after }: Place): Promise<Bite> {
  const found = await ordersWithoutBooks(ports.pool, wish.sinceMs, after, BITE);
  const cases = found.map(({ order, amountCents }): ReconcileCase => {
    const left = 'for a person to look at: there are tickets, and nobody was asked to pay';
    return { order, found: 'no-books', did: [], left, provider: null, object: null, cents: amountCents };
  });
  return { cases, looked: found.length, next: placeAfter(stage, found) };
}

function following(stage: Stage): Place | null {
  const next = STAGES[STAGES.indexOf(stage) + 1];
  return next === undefined ? null : { stage: next, after: '' };
}

function placeAfter(stage: Stage, found: readonly { readonly order: string }[]): Place | null {
  const last = found.at(-1);
  return found.length === BITE && last !== undefined ? { stage, after: last.order } : following(stage);
}

/** The results that are none are left out; in the order of `items`. */
async function together<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<ReconcileCase | null>,
): Promise<ReconcileCase[]> {
  const results: (ReconcileCase | null)[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results.filter((result) => result !== null);
}
