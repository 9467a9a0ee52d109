-- Up Migration
-- The keys that sign the QR codes of tickets (docs/tickets.md). One signs at a time; those before it go on being published, so that
-- codes which were mailed or saved stay good.
create table ticket_keys (
  -- Stands in each code, in two bytes.
  id smallint generated always as identity primary key,
  -- 32 bytes, Ed25519.
  public_key bytea not null,
  -- Its other half, sealed with the installation's secret key; null once nobody needs it any more.
  private_key bytea,
  created_at timestamptz not null default now(),
  -- Published before that, so that every gate has it when the first code comes.
  signs_from timestamptz not null default now(),
  -- When the next one signs instead; null: the last one made.
  retired_at timestamptz,
  -- No code of it can be good after that, or shall be; null: of the last one.
  published_until timestamptz
);
-- Nodes that start at once make one first key.
create unique index ticket_keys_last on ticket_keys ((true)) where retired_at is null;

-- Whoever shows a ticket signs it: the API, and the letters. The private halves are sealed.
grant select, insert, update on ticket_keys to poltrona_app, poltrona_accounts;
grant select (id, public_key, created_at, signs_from, retired_at, published_until) on ticket_keys to poltrona_reader;
