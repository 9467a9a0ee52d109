-- Up Migration
-- The seat engine's tables. Everything lives in the schema `poltrona`; connections set search_path to it.
-- Roles are cluster-wide and have no login: connections take one with SET ROLE (see storage/roles.ts).

-- The catalogue, as far as the engine needs it. ------------------------------------------------------------

create table exhibitors (
  id bigint generated always as identity primary key,
  ancine_id bigint unique,
  name text not null,
  cnpj text,
  group_name text,
  status text not null default 'active',
  updated_at timestamptz not null default now()
);

create table cinemas (
  id bigint generated always as identity primary key,
  ancine_id bigint unique,
  exhibitor_id bigint references exhibitors,
  name text not null,
  address text,
  district text,
  city text,
  state text,
  postal_code text,
  time_zone text not null,
  status text not null default 'active',
  updated_at timestamptz not null default now()
);
create index cinemas_exhibitor on cinemas (exhibitor_id);

create table auditoriums (
  id bigint generated always as identity primary key,
  ancine_id bigint unique,
  cinema_id bigint not null references cinemas,
  name text not null,
  seats_declared integer,
  wheelchair_declared integer,
  reduced_mobility_declared integer,
  obese_declared integer,
  status text not null default 'active',
  seat_map_id bigint,
  updated_at timestamptz not null default now()
);
create index auditoriums_cinema on auditoriums (cinema_id);

-- A seat map never changes: a new layout is a new version. layout: {"rows":["A",…],"seats":[[row,column,kind,"A1"],…]},
-- seats in the order of their index (actors/seat-map.ts).
create table seat_maps (
  id bigint generated always as identity primary key,
  auditorium_id bigint not null references auditoriums,
  version integer not null,
  source text not null check (source in ('derived', 'imported', 'demo')),
  seat_count integer not null check (seat_count between 1 and 4096),
  layout jsonb not null,
  content_hash text not null,
  created_at timestamptz not null default now(),
  unique (auditorium_id, version)
);
alter table auditoriums add foreign key (seat_map_id) references seat_maps;

create table films (
  id bigint generated always as identity primary key,
  title text not null unique,
  minutes integer not null check (minutes > 0),
  rating text not null default 'L',
  updated_at timestamptz not null default now()
);

-- starts_at is the instant, time_zone the cinema's, starts_local the wall time there: all three are kept,
-- because zone rules change after a screening was announced.
create table screenings (
  id bigint generated always as identity primary key,
  auditorium_id bigint not null references auditoriums,
  seat_map_id bigint not null references seat_maps,
  film_id bigint not null references films,
  starts_at timestamptz not null,
  starts_local timestamp not null,
  time_zone text not null,
  projection text not null default '2D',
  language text not null default 'dub',
  price_cents integer not null check (price_cents >= 0),
  currency text not null default 'BRL',
  -- Half-price tickets inside the quota: 40 % of the seats by law; the exhibitor may go beyond it ("exceed").
  half_quota integer not null check (half_quota >= 0),
  half_policy text not null default 'limit' check (half_policy in ('limit', 'exceed')),
  created_at timestamptz not null default now(),
  unique (auditorium_id, starts_at)
);
create index screenings_starts on screenings (starts_at, id);

-- The journal. ---------------------------------------------------------------------------------------------
-- The primary key is the fence: the second owner that appends the same version is refused (promise I1).
-- Partitioned by ranges of the screening's id, which never changes for a screening, so the key still fences.
create table journal (
  screening bigint not null,
  version integer not null check (version > 0),
  epoch integer not null,
  at_ms bigint not null,
  kind smallint not null,
  request_id text,
  fingerprint bigint not null,
  body text,
  primary key (screening, version)
) partition by range (screening);

-- Nobody changes the past, not even the owner of the table. Row triggers reach the partitions by themselves;
-- the statement trigger against TRUNCATE is put on each.
create function journal_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger journal_append_only before update or delete on journal
  for each row execute function journal_is_append_only();
create trigger journal_no_truncate before truncate on journal
  for each statement execute function journal_is_append_only();

-- 65,536 screenings to a partition: about a week of a large chain. Called for every screening that is created, so
-- that a COPY never finds its partition missing. The table is made by itself and then attached: CREATE TABLE …
-- PARTITION OF would lock the journal until the import that called us commits, and the box offices with it.
create function ensure_journal_partition(first_id bigint, last_id bigint) returns void
language plpgsql security definer set search_path = poltrona, pg_temp as $$
declare
  part bigint;
  name text;
begin
  for part in select generate_series(first_id / 65536, last_id / 65536) loop
    name := format('journal_%s', part);
    continue when to_regclass('poltrona.' || name) is not null;
    -- Two imports at once must not both create it; the second waits for the first's commit, and looks again, in the
    -- table itself: to_regclass may still answer from what this session had read before it waited.
    perform pg_advisory_xact_lock(hashtext('poltrona.journal_partition'));
    continue when exists (
      select from pg_class where relname = name and relnamespace = 'poltrona'::regnamespace);
    execute format('create table %I (like journal including all)', name);
    execute format('create trigger journal_no_truncate before truncate on %I
      for each statement execute function journal_is_append_only()', name);
    execute format('revoke insert, update, delete, truncate on %I from current_user', name);
    execute format('alter table journal attach partition %I for values from (%s) to (%s)',
      name, part * 65536, (part + 1) * 65536);
  end loop;
end $$;
revoke execute on function ensure_journal_partition from public;

create function screenings_ensure_partition() returns trigger
language plpgsql security definer set search_path = poltrona, pg_temp as $$
begin
  perform ensure_journal_partition(min(id), max(id)) from added having count(*) > 0;
  return null;
end $$;
create trigger screenings_partition after insert on screenings
  referencing new table as added for each statement execute function screenings_ensure_partition();
select ensure_journal_partition(1, 1);

-- A snapshot only shortens the replay; it can be deleted at any time.
create table snapshots (
  screening bigint primary key,
  version integer not null,
  epoch integer not null,
  at_ms bigint not null,
  state text not null
);

-- Epochs are allocated here and never by the bus: its acknowledgements can be lost in a power cut.
create table shards (
  shard integer primary key,
  epoch integer not null default 0
);
insert into shards (shard) select generate_series(0, 255);

-- Projections, written in the same transaction as the facts they come from. ---------------------------------

-- Ids are compared byte by byte, whatever the language of the database: quicker, and no index depends on a collation.
create table orders (
  id text collate "C" primary key,
  screening bigint not null,
  buyer text collate "C" not null,
  state text not null check (state in
    ('created', 'authorised', 'sold', 'captured', 'expired', 'refused', 'cancelled', 'refunded')),
  amount_cents bigint not null check (amount_cents >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index orders_screening on orders (screening);
create index orders_buyer on orders (buyer);
-- Few at any time: those whose payment is under way.
create index orders_open on orders (screening) where state in ('created', 'authorised');

create table tickets (
  id text collate "C" primary key,
  code text collate "C" not null,
  screening bigint not null,
  seat integer not null,
  order_id text collate "C" not null references orders,
  buyer text collate "C" not null,
  type smallint not null,
  price_cents integer not null check (price_cents >= 0),
  state text not null check (state in ('live', 'used', 'cancelled', 'refunded')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index tickets_code on tickets (code);
-- The second guard of promise I1, should the fence ever fail.
create unique index tickets_live_seat on tickets (screening, seat) where state in ('live', 'used');
create index tickets_order on tickets (order_id);
create index tickets_buyer on tickets (buyer);

-- Secrets and marks of this installation (the key that signs session tokens, the demo's mark).
create table settings (
  name text primary key,
  value text not null
);

-- Who did what by hand or by import. --------------------------------------------------------------------------

create table imports (
  id bigint generated always as identity primary key,
  kind text not null,
  file_name text not null,
  file_hash text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  skipped integer not null default 0,
  who text not null
);

-- Rights. -------------------------------------------------------------------------------------------------------
grant usage on schema poltrona to poltrona_shard, poltrona_app, poltrona_reader;
grant select on all tables in schema poltrona to poltrona_shard, poltrona_app;
grant select on journal, snapshots, shards, orders, tickets, screenings, seat_maps, auditoriums, cinemas, films, exhibitors
  to poltrona_reader;
-- Only the shard role appends, not even the owner. (An owner could grant it back to itself; a slip it cannot.)
revoke insert, update, delete, truncate on journal from current_user;
grant insert on journal to poltrona_shard;
grant insert, update on orders, tickets, snapshots to poltrona_shard;
grant delete on snapshots to poltrona_shard;
grant update on shards to poltrona_shard;
grant insert, update on settings to poltrona_app;
grant insert, update, delete on exhibitors, cinemas, auditoriums, films, screenings, imports to poltrona_app;
grant insert on seat_maps to poltrona_app;
-- Partitions made later belong to the function's owner and are reached through their parent.
