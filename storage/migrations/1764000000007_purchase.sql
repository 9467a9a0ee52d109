-- Up Migration
-- Whoever waits for a table's lock makes everybody behind him wait, the journal included: behind a long reader this fails
-- instead, and the next start tries again.
set local lock_timeout = '5s';

-- What a shop sells beside the seat: whose order it is, which ticket type each seat got, and the exhibitor's service fee.

-- `buyer` stays the payer, whose ten tickets count. contact: the random id of the account or guest to whom the order
-- belongs and is mailed; null for a visitor who told no name.
alter table orders add contact text collate "C";
create index orders_contact on orders (contact, created_at) where contact is not null;

-- category: ticket_types.id; null where only the class was told. No foreign key: the journal has the last word, and a fact
-- about a type that is gone must still be written.
alter table tickets
  add category smallint,
  -- On top of price_cents.
  add fee_cents integer not null default 0;
-- Not validated, now or later: the tickets of before have the default, and looking at them all would stop sales meanwhile.
alter table tickets add constraint tickets_fee_cents_check check (fee_cents >= 0) not valid;

-- For each ticket that costs something: a part of its price in hundredths of a per cent, and a fixed sum.
alter table exhibitors
  add service_fee_bps integer not null default 0 check (service_fee_bps between 0 and 10000),
  add service_fee_cents integer not null default 0 check (service_fee_cents between 0 and 100000);

-- The sandbox's stand-in for a bank: how the buyer's challenge of an order went. Its first outcome stands.
create table sandbox_challenges (
  order_id text collate "C" primary key,
  outcome text not null check (outcome in ('passed', 'failed')),
  created_at timestamptz not null default now()
);
grant select, insert on sandbox_challenges to poltrona_app;
-- The checkout asks from the shard's thread.
grant select on sandbox_challenges to poltrona_shard;
-- The daily cleaning.
grant select, delete on sandbox_challenges to poltrona_accounts;
