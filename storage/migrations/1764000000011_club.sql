-- Up Migration
set local lock_timeout = '5s';

-- The cinema club: a monthly subscription (Stripe takes the money), for which a member has some tickets of each month at the members'
-- price. Which tickets of a month are used stands in rows of their own, one for each, so that two purchases at the same moment
-- on two screenings cannot both have the last one.

create table club_plans (
  id bigint generated always as identity primary key,
  code text not null unique check (code ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  name_en text not null,
  month_cents integer not null check (month_cents between 100 and 1000000),
  tickets_per_month smallint not null check (tickets_per_month between 1 and 31),
  -- What a member pays for one of them; never more than the full price of the seat.
  ticket_cents integer not null check (ticket_cents between 0 and 100000),
  currency text not null default 'BRL',
  -- Stripe's; null until they are made there.
  product_id text collate "C",
  price_id text collate "C",
  status text not null default 'active' check (status in ('active', 'withdrawn')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table club_members (
  id bigint generated always as identity primary key,
  plan_id bigint not null references club_plans,
  -- The random id of the account.
  buyer text collate "C" not null,
  customer_id text collate "C",
  subscription_id text collate "C" unique,
  -- Stripe's word for it: incomplete, active, past_due, canceled, unpaid, incomplete_expired…
  status text not null default 'incomplete',
  period_start timestamptz,
  period_end timestamptz,
  cancels_at_end boolean not null default false,
  -- The buyer wanted to be forgotten: ended here, and by a job at Stripe; nothing more is begun for it.
  forgotten_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- One at a time: whoever wants another plan ends the first.
create unique index club_members_one on club_members (buyer) where status not in ('canceled', 'incomplete_expired');
create index club_members_buyer on club_members (buyer);

create table club_tickets (
  member_id bigint not null references club_members,
  period_start timestamptz not null,
  slot smallint not null check (slot >= 1),
  order_id text collate "C" not null,
  reserved_at timestamptz not null default now(),
  primary key (member_id, period_start, slot)
);
create index club_tickets_order on club_tickets (order_id);

-- Never among what everybody is offered, and so not active; a member's order names it. Of the class of full tickets: buyers can
-- name no other classes but those and the half-price ones.
insert into ticket_types (code, name, name_en, engine_type, counts_in_quota, price_factor, scb_code, position, status)
  values ('club', 'Clube', 'Club', 1, false, 1, 4, 9, 'withdrawn');

grant select, insert, update on club_plans, club_members to poltrona_app;
grant select, insert, delete on club_tickets to poltrona_app;
-- The checkout, on the shards' threads.
grant select on club_plans to poltrona_shard;
-- Forgetting a buyer ends the membership.
grant select on club_members to poltrona_accounts;
grant update (status, forgotten_at, updated_at) on club_members to poltrona_accounts;
-- Locked while its tickets are counted.
grant select, update on club_members to poltrona_shard;
grant select, insert, delete on club_tickets to poltrona_shard;
grant select on club_plans, club_members, club_tickets to poltrona_reader;
