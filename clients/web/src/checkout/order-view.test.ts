import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderState } from '../../../sdk/api/tickets-api.ts';
import { askAgainMs, mayGiveBack, type OrderView, viewOfOrder } from './order-view.ts';

test('[WC15] each state of an order is drawn as what it is', () => {
  const views: Record<OrderState, OrderView> = {
    ...{ created: 'waiting', authorised: 'waiting', sold: 'sold', captured: 'sold', refused: 'refused' },
    ...{ expired: 'expired', cancelled: 'cancelled', refunded: 'refunded' },
  };
  for (const [state, view] of Object.entries(views)) assert.equal(viewOfOrder(state as OrderState), view);
});

test('[WC15] an order that may still change is followed, ever more calmly; an end is an end', () => {
  for (const view of ['sold', 'refused', 'expired', 'cancelled', 'refunded', 'missing'] as const) {
    assert.equal(askAgainMs(view, 1), null, view);
  }
  for (const view of ['loading', 'issuing', 'waiting'] as const) {
    assert.ok((askAgainMs(view, 2) ?? 0) > (askAgainMs(view, 1) ?? 0));
    assert.equal(askAgainMs(view, 1_000), askAgainMs(view, 100));
  }
});

test('[WC28] where money may go back, the page asks what became of it', () => {
  const views = ['refused', 'expired', 'cancelled', 'refunded', 'sold', 'waiting', 'missing'] as const;
  assert.deepEqual(views.map(mayGiveBack), [true, true, true, true, false, false, false]);
});
