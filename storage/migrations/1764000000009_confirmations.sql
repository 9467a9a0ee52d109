-- Up Migration
-- Whoever waits for a table's lock makes everybody behind him wait, the journal included: behind a long reader this fails
-- instead, and the next start tries again.
set local lock_timeout = '5s';

-- Confirmations by e-mail (storage/order-confirmations.ts), which also tell what a category asks for.

-- When the order's confirmation was queued; null: not yet. Orders from before count as told: nobody wants a letter about
-- last year's film. A default that is a constant touches no row, and is gone again in the next line.
alter table orders add confirmation_queued_at timestamptz default '-infinity';
alter table orders alter confirmation_queued_at drop default;

-- Few at any time: sold a moment ago, and not told yet. An update of the state writes all indexes of an order anyhow
-- (orders_open asks for it), so that the sale pays for one small row here, and the sweep for taking it out.
create index orders_unconfirmed on orders (updated_at)
  where confirmation_queued_at is null and contact is not null and state in ('sold', 'captured');

-- How many wait that nobody has tried to send yet: the sweep's bound.
create index messages_untried_confirmations on messages (created_at)
  where kind = 'order-confirmed' and state = 'queued' and attempts = 0;

grant update (confirmation_queued_at) on orders to poltrona_accounts;
grant select on ticket_types to poltrona_accounts;
