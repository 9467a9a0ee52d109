-- Up Migration
-- Whoever waits for a table's lock makes everybody behind him wait, the journal included: behind a long reader this fails
-- instead, and the next start tries again.
set local lock_timeout = '5s';

-- The books of the money. The rules are actors/payment; who writes here has seen the row's last version. No card, no name and no
-- address is kept, and nothing with which anybody could pay: `token` names a card at the provider for minutes, and goes when it was used.
create table payments (
  -- No foreign key: the journal's rows are never locked for the books.
  order_id text collate "C" primary key,
  screening bigint not null,
  provider text not null check (provider in ('stripe', 'paypal', 'sandbox')),
  phase text not null check (phase in
    ('created', 'waiting', 'approved', 'authorising', 'authorised', 'declined', 'captured', 'cancelled')),
  version integer not null default 1,
  amount_cents bigint not null check (amount_cents >= 0),
  currency text not null,
  seats integer[] not null,
  token text,
  -- Names in decline_counts under which a decline counts, until there is one or none can come: nobody can be read back from them.
  tried_as text[],
  object_id text collate "C",
  authorisation_id text collate "C",
  capture_id text collate "C",
  captured_cents bigint not null default 0 check (captured_cents >= 0),
  -- What the provider keeps for itself; null: not told yet.
  provider_fee_cents bigint,
  tries integer not null default 1,
  is_doubtful boolean not null default false,
  ending text check (ending in ('overdue', 'given-up')),
  decline_code text,
  is_disputed boolean not null default false,
  -- What a person has to know of (actors/payment/payment.ts, PAYMENT_CASES); null: nothing.
  case_kind text,
  -- Steps that failed in a row, and the last failure as a short word: the pauses grow with it.
  failures integer not null default 0,
  last_failure text,
  -- When somebody looks after it by himself; null: nothing is left to be done. This is the outbox: set in the transaction of what
  -- causes work (facts that void tickets, webhooks that came), cleared by who has done it, if nothing came meanwhile.
  due_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- When the provider was first asked, or about to be asked, to reserve the money.
  asked_at timestamptz,
  authorised_at timestamptz,
  captured_at timestamptz
)
-- A purchase changes its row four or five times within a second, and whoever claims what is due walks over the versions that are
-- dead: room for the next ones on the page, and those before cleared away soon, however large the table has become.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index payments_due on payments (due_at) where due_at is not null;
create unique index payments_object on payments (provider, object_id) where object_id is not null;
create index payments_authorisation on payments (authorisation_id) where authorisation_id is not null;
create index payments_capture on payments (capture_id) where capture_id is not null;
create index payments_open on payments (order_id) where phase not in ('captured', 'cancelled');
create index payments_case on payments (created_at, order_id) where case_kind is not null;
create index payments_captured on payments (captured_at) where captured_at is not null;
-- Cancelled after the provider was asked: where that is PayPal, it may still reserve the money.
create index payments_asked on payments (asked_at) where phase = 'cancelled' and authorisation_id is null and asked_at is not null;
create index payments_created on payments (created_at, order_id);
create index payments_screening on payments (screening);

-- Every step, with what was sent and what came of it: the history that `poltrona payments show` tells. Only added to.
create table payment_steps (
  id bigint generated always as identity primary key,
  order_id text collate "C" not null,
  at timestamptz not null default now(),
  -- 'begin', 'create', 'authorise', 'look', 'sell', 'free', 'capture', 'cancel', 'want-refund', 'refund', 'look-refund', 'webhook',
  -- 'void-tickets', 'end', 'report', 'dispute', 'note'
  step text not null,
  -- What came of it, a short word: 'authorised', 'declined', 'unknown', …
  outcome text not null,
  -- Our idempotency key, and the provider's name for the request; null where nothing was sent.
  request_key text,
  provider_request text,
  -- The provider's object that it was about.
  object_id text,
  cents bigint,
  -- Who caused it: 'checkout', 'webhook', 'sweep', 'overdue', 'reconcile', or an account's id.
  cause text not null
);
create index payment_steps_order on payment_steps (order_id, id);

-- Declined payments in one hour, by names made with a key of ours: nobody can be read back from them. Apart from the attempts of
-- accounts, which the selling threads cannot see. Forgotten after two days.
create table decline_counts (
  name text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (name, window_start)
);

create table refunds (
  -- "<order>.r1"; "<order>.x1": sent back at the provider's own desk, and found.
  id text collate "C" primary key,
  order_id text collate "C" not null references payments,
  cents bigint not null check (cents > 0),
  phase text not null check (phase in ('wanted', 'pending', 'done', 'failed')),
  object_id text collate "C",
  reason text,
  tries integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  done_at timestamptz,
  -- Banks may refuse what was done, days later: then it has both.
  failed_at timestamptz
);
create index refunds_order on refunds (order_id);
create index refunds_object on refunds (object_id) where object_id is not null;
create index refunds_open on refunds (order_id) where phase in ('wanted', 'pending');
create index refunds_done on refunds (done_at) where done_at is not null;
create index refunds_returned on refunds (failed_at) where failed_at is not null and done_at is not null;

-- Webhooks, once each. Their bodies are not kept: they quote people, and what they say is asked for again anyhow.
create table provider_events (
  provider text not null,
  event_id text collate "C" not null,
  type text not null,
  -- What it is about; at most one of these is known at first.
  object_id text collate "C",
  order_id text collate "C",
  created_at timestamptz,
  received_at timestamptz not null default now(),
  -- Null: still to be applied. foreign: about nothing of ours.
  applied_at timestamptz,
  outcome text,
  attempts integer not null default 0,
  -- Not before this by anybody who did not take it in himself.
  try_at timestamptz not null default now(),
  primary key (provider, event_id)
);
create index provider_events_open on provider_events (try_at) where applied_at is null;
create index provider_events_object on provider_events (object_id) where object_id is not null;
create index provider_events_old on provider_events (received_at);

create table disputes (
  id text collate "C" primary key,
  provider text not null,
  order_id text collate "C" not null references payments,
  cents bigint not null,
  currency text not null,
  reason text not null,
  -- As the provider calls it.
  status text not null,
  is_open boolean not null,
  -- Whom it went to when it ended: 'won' is ours; null: open.
  outcome text check (outcome in ('won', 'lost')),
  -- Until when an answer counts; null: no longer, or not told.
  due_at timestamptz,
  opened_at timestamptz not null,
  updated_at timestamptz not null default now(),
  -- When we heard of its outcome.
  closed_at timestamptz,
  -- Lost, and won after all: when we heard of that; closed_at is of the loss.
  returned_at timestamptz
);
create index disputes_order on disputes (order_id);
create index disputes_closed on disputes (closed_at) where closed_at is not null;
create index disputes_returned on disputes (returned_at) where returned_at is not null;

-- The reconciler looks for what was sold lately and has no books. A few pages, whatever the size of the table, and nearly free
-- for those who sell.
create index orders_created on orders using brin (created_at) with (pages_per_range = 32, autosummarize = on);

grant select, insert, update on payments, refunds, provider_events, disputes to poltrona_app;
grant select, insert on payment_steps to poltrona_app;
-- Whoever writes that a card was declined counts it in the same statement; whoever begins a payment looks at the counts.
grant select, insert, update on decline_counts to poltrona_app, poltrona_shard;
grant select, delete on decline_counts to poltrona_accounts;
-- The checkout runs on the shards' threads; and facts that void tickets wake the books in their own transaction.
grant select, insert, update on payments, refunds to poltrona_shard;
grant select, insert on payment_steps to poltrona_shard;
-- All that tells of a payment, and nothing that could be used for one: no token, and not who is counted.
grant select (order_id, screening, provider, phase, version, amount_cents, currency, seats, object_id, authorisation_id, capture_id,
  captured_cents, provider_fee_cents, tries, is_doubtful, ending, decline_code, is_disputed, case_kind, failures, last_failure,
  due_at, created_at, updated_at, asked_at, authorised_at, captured_at) on payments to poltrona_reader, poltrona_accounts;
grant select on payment_steps, refunds, provider_events, disputes to poltrona_reader;
-- The daily cleaning, and letters that tell of money.
grant select, delete on provider_events to poltrona_accounts;
grant select on refunds to poltrona_accounts;
