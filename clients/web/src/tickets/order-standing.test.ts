import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOrder, exampleTicket } from './example-order.ts';
import { bestStanding, orderStanding, shownSeats, sortedOrders, ticketStanding } from './order-standing.ts';

const NOW = Date.parse('2026-12-24T12:00:00Z');
const order = exampleOrder();
const calledOff = exampleOrder({}, { status: 'cancelled' });

test('[WT3] a ticket admits only with its QR code; a cancelled screening comes before the refund that follows from it', () => {
  assert.equal(ticketStanding(exampleTicket(), order), 'admits');
  assert.equal(ticketStanding(exampleTicket({ qr: null }), order), 'void');
  assert.equal(ticketStanding(exampleTicket({ qr: null }), calledOff), 'called-off');
  assert.equal(ticketStanding(exampleTicket(), calledOff), 'called-off');
  assert.equal(ticketStanding(exampleTicket({ state: 'refunded', qr: null }), calledOff), 'called-off');
  assert.equal(ticketStanding(exampleTicket({ state: 'used', qr: null }), calledOff), 'used');
  assert.equal(ticketStanding(exampleTicket({ state: 'cancelled', qr: 'X' }), order), 'cancelled');
  assert.equal(ticketStanding(exampleTicket({ state: 'refunded', qr: 'X' }), order), 'refunded');
});

test('[WT3] of an order with tickets, or without, it is said whether it is paid for', () => {
  assert.equal(orderStanding(order), 'tickets');
  assert.equal(orderStanding({ state: 'cancelled', tickets: order.tickets }), 'tickets');
  for (const state of ['created', 'authorised', 'sold'] as const)
    assert.equal(orderStanding({ state, tickets: [] }), 'paying');
  for (const state of ['refused', 'expired', 'cancelled'] as const)
    assert.equal(orderStanding({ state, tickets: [] }), 'nothing');
});

test('[WT4] what is ahead comes first and the soonest on top; what is over, or admits nobody, is below with the latest on top', () => {
  const at = (id: string, startsAt: string, more = {}) => exampleOrder({ id, ...more }, { startsAt });
  const { ahead, past } = sortedOrders(
    [
      at('tomorrow', '2026-12-25T20:00:00Z'),
      at('running', '2026-12-24T10:15:00Z'),
      at('over', '2026-12-24T08:00:00Z'),
      at('long over', '2026-11-24T08:00:00Z'),
      at('given back', '2026-12-26T20:00:00Z', { tickets: [exampleTicket({ state: 'refunded', qr: null })] }),
      at('paying', '2026-12-24T14:00:00Z', { state: 'created', tickets: [] }),
      at('refused', '2026-12-24T15:00:00Z', { state: 'refused', tickets: [] }),
    ],
    NOW,
  );
  assert.deepEqual(
    ahead.map(({ id }) => id),
    ['running', 'paying', 'tomorrow'],
  );
  assert.deepEqual(
    past.map(({ id }) => id),
    ['given back', 'refused', 'over', 'long over'],
  );
});

test('[WT4] a cancelled screening stays among those ahead until it would be over', () => {
  assert.equal(sortedOrders([calledOff], NOW).ahead.length, 1);
  assert.equal(sortedOrders([calledOff], Date.parse('2026-12-25T03:00:00Z')).past.length, 1);
});

test('[WT3] an order is as good as its best ticket, and names the seats that still count', () => {
  const mixed = exampleOrder({
    tickets: [exampleTicket({ state: 'cancelled', qr: null }), exampleTicket({ id: 't2', seat: 'F13' })],
  });
  assert.equal(bestStanding(mixed), 'admits');
  assert.deepEqual(shownSeats(mixed), ['F13']);
  const none = exampleOrder({ tickets: [exampleTicket({ state: 'cancelled', qr: null })] });
  assert.equal(bestStanding(none), 'cancelled');
  assert.deepEqual(shownSeats(none), ['F12']);
});
