import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../../sdk/index.ts';
import type { BuyResult, MineResult } from '../../../sdk/results.ts';
import { MemoryShelf } from './memory-shelf.ts';
import type { Purchase, PurchaseState, Trouble } from './purchase.ts';
import { PurchaseMemory } from './purchase-memory.ts';
import { PurchaseRunner } from './purchase-runner.ts';

const purchaseOf = (requestId: string): Purchase => ({
  requestId,
  screening: 42,
  hold: 18,
  lines: [{ seat: 2, type: 1, category: 1 }],
  method: 'sandbox',
  detail: 'approved',
  expectedCents: 3_000,
});
const first = purchaseOf('V1StGXR8_Z5jdHi6B-myTw');
const second = purchaseOf('V2StGXR8_Z5jdHi6B-myTw');

/** A server with one hold, and a browser with any number of tabs; each answer waits until the test lets it go. */
class World {
  readonly shelf = new MemoryShelf();
  readonly bought: string[] = [];
  readonly pauses: { readonly ms: number; call: (() => void) | null }[] = [];
  trouble: Trouble | null = null;
  /** How often the server was told who buys. */
  identified = 0;
  #turns: Promise<void> = Promise.resolve();
  hold: 'choosing' | 'paying' | null = 'choosing';
  order: string | null = null;
  #answers: ((result: BuyResult) => void)[] = [];

  tab(): { readonly runner: PurchaseRunner; readonly states: string[] } {
    const states: string[] = [];
    const runner = new PurchaseRunner({
      identify: () => {
        this.identified++;
        return Promise.resolve(this.trouble);
      },
      alone: (_screening, run) => {
        this.#turns = this.#turns.then(run);
        return this.#turns;
      },
      visitor: () => Promise.resolve('ana'),
      mine: () => Promise.resolve(this.#mine()),
      buy: (purchase) => {
        // What is sent has to be written down before.
        assert.notEqual(this.shelf.length, 0);
        this.bought.push(purchase.requestId);
        return new Promise((resolve) => this.#answers.push(resolve));
      },
      after: (ms, call) => {
        const pause: { ms: number; call: (() => void) | null } = { ms, call };
        this.pauses.push(pause);
        return () => {
          pause.call = null;
        };
      },
      memory: new PurchaseMemory(this.shelf, () => 1_000),
      tell: (state: PurchaseState) => states.push(state.is),
    });
    return { runner, states };
  }

  async answer(result: object): Promise<void> {
    const resolve = this.#answers.shift();
    assert.ok(resolve !== undefined, 'nothing was asked');
    resolve({ requestId: '', version: 1, seats: [], tickets: [], order: '', ...result } as unknown as BuyResult);
    await settled();
  }

  async sell(order: string): Promise<void> {
    this.hold = null;
    this.order = order;
    await this.answer({ is: 'accepted', order });
  }

  async pass(): Promise<void> {
    for (const pause of this.pauses.splice(0)) pause.call?.();
    await settled();
  }

  #mine(): MineResult {
    const holds =
      this.hold === null ? [] : [{ hold: 18, seats: [2], msLeft: 1, endsAtMs: 1, paying: this.hold === 'paying' }];
    const ticket = { ticket: 't', code: 'ABCDEFGHJK', seat: 2, type: 1, priceCents: 3_000 };
    return { is: 'accepted', holds, orders: this.order === null ? [] : [{ order: this.order, tickets: [ticket] }] };
  }
}

/** Everything that waits for promises only has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('[WC1] a double tap buys once', async () => {
  const world = new World();
  const { runner, states } = world.tab();
  runner.begin(first);
  runner.begin(second);
  await settled();
  runner.begin(second);
  assert.deepEqual(world.bought, [first.requestId]);
  await world.sell('order-1');
  assert.deepEqual(states, ['identifying', 'paying', 'sold']);
  assert.equal(world.shelf.length, 0, 'nothing is kept of what has ended');
});

test('[WC2] the request id is written down before the purchase is sent; without a person nothing is sent', async () => {
  const world = new World();
  const { runner, states } = world.tab();
  world.trouble = 'email';
  runner.begin(first);
  await settled();
  assert.deepEqual(states, ['identifying', 'filling']);
  assert.deepEqual(world.bought, []);
  assert.equal(world.shelf.length, 0);
  world.trouble = null;
  runner.begin(second);
  await settled();
  assert.deepEqual(world.bought, [second.requestId]);
});

test('[WC3] a reload in the middle asks the same again and ends with the same order', async () => {
  const world = new World();
  const before = world.tab();
  before.runner.begin(first);
  await settled();
  before.runner.stop();
  const after = world.tab();
  assert.equal(await after.runner.resume(42), true);
  assert.deepEqual(world.bought, [first.requestId, first.requestId]);
  await world.answer({ is: 'failed', reason: 'closed', mayHaveHappened: true });
  assert.equal(before.states.at(-1), 'paying', 'a page that is gone hears nothing');
  await world.sell('order-1');
  assert.deepEqual(after.runner.state, { is: 'sold', order: 'order-1' });
  const third = world.tab();
  assert.equal(await third.runner.resume(42), false);
});

test('[WC4] a broken line: the same is asked after growing pauses until there is an answer', async () => {
  const world = new World();
  const { runner } = world.tab();
  runner.begin(first);
  await settled();
  const pauses: number[] = [];
  for (let round = 0; round < 3; round++) {
    await world.answer({ is: 'failed', reason: 'deadline', mayHaveHappened: true });
    assert.equal(runner.state.is, 'unknown');
    pauses.push(world.pauses.at(-1)?.ms ?? 0);
    await world.pass();
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000]);
  await world.sell('order-1');
  assert.deepEqual(new Set(world.bought), new Set([first.requestId]));
  assert.equal(runner.state.is, 'sold');
});

test('[WC5] a sale whose answer was lost is found when its echo is a refusal', async () => {
  const world = new World();
  const { runner } = world.tab();
  runner.begin(first);
  await settled();
  world.hold = null;
  world.order = 'order-1';
  await world.answer({ is: 'refused', code: OutcomeCode.holdUnknown });
  assert.deepEqual(runner.state, { is: 'sold', order: 'order-1' });
});

test('[WC9] two tabs pay for the same seats: both follow one purchase', async () => {
  const world = new World();
  const one = world.tab();
  const two = world.tab();
  one.runner.begin(first);
  await settled();
  // The other tab's button, before it has heard of it.
  two.runner.begin(second);
  await settled();
  assert.deepEqual(world.bought, [first.requestId, first.requestId]);
  await world.sell('order-1');
  await world.answer({ is: 'accepted', order: 'order-1' });
  assert.deepEqual(one.runner.state, { is: 'sold', order: 'order-1' });
  assert.deepEqual(two.runner.state, one.runner.state);
});

test('[WC9] without a memory the second tab waits for the payment of the first', async () => {
  const world = new World();
  world.hold = 'paying';
  const { runner } = world.tab();
  runner.begin(second);
  await settled();
  assert.equal(runner.state.is, 'checking');
  await world.pass();
  assert.equal(runner.state.is, 'checking');
  world.hold = null;
  world.order = 'order-1';
  await world.pass();
  assert.deepEqual(runner.state, { is: 'sold', order: 'order-1' });
  assert.deepEqual(world.bought, []);
});

test('[WC7] the bank’s question is there again after a reload', async () => {
  const world = new World();
  const before = world.tab();
  before.runner.begin(first);
  await settled();
  await world.answer({ is: 'refused', code: OutcomeCode.authenticationNeeded, order: 'order-1' });
  before.runner.stop();
  const after = world.tab();
  await after.runner.resume(42);
  await world.answer({ is: 'refused', code: OutcomeCode.authenticationNeeded, order: 'order-1' });
  assert.equal(after.runner.state.is, 'authenticating');
  after.runner.challenged();
  assert.deepEqual(world.bought, [first.requestId, first.requestId, first.requestId]);
  await world.sell('order-1');
  assert.equal(after.runner.state.is, 'sold');
});

test('[WC16] two tabs at the same moment tell the server once who buys', async () => {
  const world = new World();
  const one = world.tab();
  const other = world.tab();
  one.runner.begin(first);
  other.runner.begin(second);
  await settled();
  assert.equal(world.identified, 1, 'a second guest would own the order instead of the first');
  assert.deepEqual(world.bought, [first.requestId, first.requestId]);
});

test('[WC17] seats in a payment of which nothing is remembered: the page waits for its end, and buys nothing', async () => {
  const world = new World();
  world.hold = 'paying';
  const { runner, states } = world.tab();
  runner.inPayment(purchaseOf(''));
  await settled();
  await world.pass();
  world.hold = null;
  world.order = 'order-1';
  await world.pass();
  assert.deepEqual(new Set(states), new Set(['checking', 'sold']));
  assert.deepEqual(world.bought, []);
});

test('[WC17] what is found in the memory meanwhile goes before waiting', async () => {
  const world = new World();
  world.hold = 'paying';
  const { runner } = world.tab();
  runner.inPayment(purchaseOf(''));
  await settled();
  new PurchaseMemory(world.shelf, () => 1_000).keep(first, 'ana');
  await runner.resume(42);
  assert.equal(runner.state.is, 'paying');
  assert.deepEqual(world.bought, [first.requestId]);
});
