-- Up Migration
-- Buyers, staff, keys, sessions, messages. The role poltrona_accounts alone reaches them: neither the shards nor the reports
-- nor the imports ever see a name, an address or a CPF (promise I8).

-- The one table that knows a CPF: encrypted, and as a keyed HMAC to find it again. A payer is a random id: what the actors
-- count the ten tickets by. One CPF is one payer, whether it buys as a guest or with an account.
create table payers (
  id text collate "C" primary key,
  cpf_hmac bytea not null unique,
  -- null once the person asked to be forgotten; the HMAC goes as well when the last screening is over.
  cpf_encrypted bytea,
  created_at timestamptz not null default now(),
  erase_after timestamptz
);
create index payers_erase on payers (erase_after) where erase_after is not null;

-- `id` is the random buyer id that actor and journal know. Everything else of the row can be erased.
create table buyers (
  id text collate "C" primary key,
  kind text not null check (kind in ('account', 'guest')),
  payer_id text collate "C" references payers,
  name text,
  email text,
  -- Lower case, for finding; unique among accounts.
  email_key text,
  email_confirmed_at timestamptz,
  -- null for guests.
  password_hash text,
  birth_date date,
  locale text not null default 'pt-BR' check (locale in ('pt-BR', 'en')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  erased_at timestamptz
);
create unique index buyers_account_email on buyers (email_key) where kind = 'account' and erased_at is null;
create unique index buyers_account_payer on buyers (payer_id) where kind = 'account' and erased_at is null;
create index buyers_payer on buyers (payer_id);

create table staff_users (
  id bigint generated always as identity primary key,
  email text not null,
  email_key text not null unique,
  name text not null,
  password_hash text,
  role text not null check (role in ('administrator', 'partner', 'box-office', 'gate', 'kiosk', 'reports')),
  -- null for administrators: everything. Else the exhibitor, and of it these cinemas (null: all of it).
  exhibitor_id bigint references exhibitors,
  cinema_ids bigint[],
  status text not null default 'active' check (status in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (role = 'administrator' or exhibitor_id is not null)
);

-- For the command line and for devices. The key itself is shown once and never stored.
create table api_keys (
  id bigint generated always as identity primary key,
  -- The first characters of the key, to recognise it in a list.
  prefix text not null unique,
  key_hash bytea not null unique,
  name text not null,
  role text not null check (role in ('administrator', 'partner', 'box-office', 'gate', 'kiosk', 'reports')),
  exhibitor_id bigint references exhibitors,
  cinema_ids bigint[],
  -- null: all that the role may; else only these permissions.
  scopes text[],
  created_by text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  check (role = 'administrator' or exhibitor_id is not null)
);

create table sessions (
  -- Of the cookie's session id only the SHA-256 is kept.
  id_hash bytea primary key,
  subject_kind text not null check (subject_kind in ('buyer', 'staff')),
  subject text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index sessions_subject on sessions (subject_kind, subject);
create index sessions_expiry on sessions (expires_at);
-- Read at every start of a node.
create index sessions_ended on sessions (ended_at) where ended_at is not null;

-- Links in messages: confirm an address, set a new password, a colleague's first sign-in. Used once.
create table account_tokens (
  token_hash bytea primary key,
  purpose text not null check (purpose in ('confirm-email', 'reset-password', 'staff-invitation')),
  subject text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index account_tokens_subject on account_tokens (purpose, subject);

-- Attempts to sign in and the like, counted per name and per address in windows of time.
create table attempt_counts (
  name text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (name, window_start)
);

-- Messages to people. What one says is made of `kind` and `params` when it is sent; the address is looked up then, so that
-- this table has nothing to erase.
create table messages (
  id text collate "C" primary key,
  kind text not null,
  recipient_kind text not null check (recipient_kind in ('buyer', 'staff')),
  recipient text not null,
  params jsonb not null default '{}',
  state text not null default 'queued' check (state in ('queued', 'sent', 'dead', 'dropped')),
  attempts integer not null default 0,
  last_error text,
  -- What the mail server answered to it.
  receipt text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sent_at timestamptz
);
create index messages_state on messages (state, created_at);
create index messages_recipient on messages (recipient_kind, recipient);

-- Answers to requests with an Idempotency-Key. The row is written in the transaction of what the request did: either both
-- are there or neither.
create table idempotency_keys (
  -- Who asked ('user:12', 'key:3', 'buyer:…', 'visitor:<address>'), and the key.
  scope text not null,
  key text not null,
  -- Keyed hash (HMAC) of method, path, query and body: a plain one could be tried out, and a body may hold a CPF.
  content_hash bytea not null,
  status smallint not null,
  headers jsonb not null,
  -- Encrypted: an answer may hold a new API key.
  body bytea not null,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

grant select, insert, update, delete on payers, buyers, staff_users, api_keys, sessions, account_tokens, attempt_counts, messages
  to poltrona_accounts;
grant select, insert, delete on idempotency_keys to poltrona_app, poltrona_accounts;
grant select on settings, staff_actions to poltrona_accounts;
grant select on orders, tickets, screenings, auditoriums, cinemas, films, exhibitors to poltrona_accounts;
-- A message is queued in the transaction of what causes it; who it goes to is for the accounts role to look up.
grant insert on messages to poltrona_app;
grant select (id, kind, state, attempts, last_error, created_at, sent_at) on messages to poltrona_app;
