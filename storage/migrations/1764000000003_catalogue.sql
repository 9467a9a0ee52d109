-- Up Migration
-- The catalogue in full: films with their numbers, price tables, ticket types, sales windows; and how a change is noticed.

-- Rows that followers keep in memory carry the transaction that changed them last. Whoever follows asks for the rows of
-- transactions that were not finished when he asked before (storage/catalogue-changes.ts): no change is overlooked, as it
-- would be with a time or a sequence, whose order is not that of the commits.
create function note_change() returns trigger language plpgsql as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end $$;

-- Only a wake-up: what changed is read from the tables. PostgreSQL sends equal notices of a transaction once.
create function tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('poltrona_catalogue', tg_table_name);
  return null;
end $$;

alter table exhibitors add code text unique;

alter table cinemas
  add code text unique,
  add phone text,
  add changed_xid xid8 not null default pg_current_xact_id();
create index cinemas_changed on cinemas (changed_xid);

alter table auditoriums
  add code text,
  add changed_xid xid8 not null default pg_current_xact_id(),
  add unique (cinema_id, code);
create index auditoriums_changed on auditoriums (changed_xid);

-- work_number is ANCINE's: CPB ("B…") for Brazilian works, ROE ("E…") for foreign ones. Two films may have one title.
alter table films drop constraint films_title_key;
alter table films
  add code text unique,
  add work_number text unique check (work_number ~ '^[BE][0-9A-Z]{13}$'),
  add original_title text,
  add synopsis text,
  add genres text[] not null default '{}',
  add distributor_name text,
  add distributor_cnpj text,
  add audio_description boolean not null default false,
  add captions boolean not null default false,
  add sign_language boolean not null default false,
  add poster_url text,
  add release_date date,
  add status text not null default 'active' check (status in ('active', 'withdrawn')),
  add created_at timestamptz not null default now(),
  add changed_xid xid8 not null default pg_current_xact_id();
create index films_title on films (title);
create index films_changed on films (changed_xid);

-- A price table belongs to an exhibitor, or to one cinema of it, for a time. Of its rules the one with the most
-- conditions counts; of two alike, the one further down in the file.
create table price_tables (
  id bigint generated always as identity primary key,
  exhibitor_id bigint not null references exhibitors,
  -- null: for all cinemas of the exhibitor that have none of their own on that day.
  cinema_id bigint references cinemas,
  code text not null,
  name text not null,
  currency text not null default 'BRL',
  valid_from date not null default '-infinity',
  valid_until date not null default 'infinity',
  content_hash text not null,
  status text not null default 'active' check (status in ('active', 'withdrawn')),
  updated_at timestamptz not null default now(),
  unique (exhibitor_id, code)
);
create index price_tables_cinema on price_tables (cinema_id);

create table price_rules (
  price_table_id bigint not null references price_tables,
  position integer not null,
  -- Bit 0 is Monday, bit 6 Sunday.
  weekdays smallint not null default 127 check (weekdays between 1 and 127),
  -- Of the wall clock in the cinema; until is not included, '24:00' is the end of the day.
  from_time time not null default '00:00',
  until_time time not null default '24:00' check (until_time > from_time),
  -- null: any.
  projection text,
  seat_kind smallint check (seat_kind between 0 and 5),
  -- Of a full ticket.
  price_cents integer not null check (price_cents between 0 and 100000000),
  conditions smallint generated always as (
    (weekdays <> 127)::int + (from_time <> '00:00' or until_time <> '24:00')::int
    + (projection is not null)::int + (seat_kind is not null)::int) stored,
  primary key (price_table_id, position)
);

-- The price of a full ticket, cents; null when no rule fits. `seat_kind` 0 is the regular seat.
create function full_price_cents(cinema bigint, local_start timestamp, projected text, kind smallint) returns integer
language sql stable as $$
  select r.price_cents
  from cinemas c
    join price_tables t on t.exhibitor_id = c.exhibitor_id and (t.cinema_id is null or t.cinema_id = c.id)
    join price_rules r on r.price_table_id = t.id
  where c.id = cinema and t.status = 'active' and local_start::date between t.valid_from and t.valid_until
    and (r.weekdays >> (extract(isodow from local_start)::int - 1)) & 1 = 1
    and local_start::time >= r.from_time and local_start::time < r.until_time
    and (r.projection is null or r.projection = projected)
    and (r.seat_kind is null or r.seat_kind = kind)
  order by (t.cinema_id is not null) desc, t.valid_from desc, t.id desc, r.conditions desc, r.position desc
  limit 1
$$;

-- Ticket types are data: cities and states add categories. engine_type is the class that the actor counts
-- (actors/seat-command.ts, TicketType), scb_code the category of ANCINE's box-office reports.
create table ticket_types (
  id smallint generated always as identity primary key,
  code text not null unique,
  name text not null,
  name_en text not null,
  -- 'BR', a state ('SP') or a city ('SP/Campinas'): where it is to be had.
  jurisdiction text not null default 'BR',
  engine_type smallint not null check (engine_type between 1 and 5),
  counts_in_quota boolean not null,
  price_factor numeric(5, 4) not null check (price_factor between 0 and 1),
  -- What the gate asks for; null: nothing.
  document text,
  document_en text,
  legal_basis text,
  scb_code smallint not null check (scb_code between 1 and 4),
  position smallint not null,
  status text not null default 'active' check (status in ('active', 'withdrawn')),
  check (counts_in_quota = (engine_type = 2))
);
insert into ticket_types (code, name, name_en, engine_type, counts_in_quota, price_factor, document, document_en, legal_basis,
  scb_code, position) values
  ('full', 'Inteira', 'Full price', 1, false, 1, null, null, null, 1, 1),
  ('half-student', 'Meia: estudante', 'Half price: student', 2, true, 0.5, 'Carteira de Identificação Estudantil (CIE)',
   'Student card (CIE)', 'Lei 12.933/2013', 2, 2),
  ('half-disability', 'Meia: pessoa com deficiência', 'Half price: person with a disability', 2, true, 0.5,
   'Cartão do BPC ou documento do INSS (LC 142/2013)', 'BPC card or INSS document', 'Lei 12.933/2013', 2, 3),
  ('half-disability-companion', 'Meia: acompanhante de pessoa com deficiência', 'Half price: companion of a person with a disability',
   2, true, 0.5, 'O documento da pessoa acompanhada', 'The document of the person accompanied', 'Lei 12.933/2013', 2, 4),
  ('half-youth', 'Meia: jovem de baixa renda', 'Half price: low-income youth, 15 to 29', 2, true, 0.5,
   'ID Jovem e documento com foto', 'ID Jovem and a document with a photograph', 'Lei 12.933/2013', 2, 5),
  ('half-senior', 'Meia: 60 anos ou mais', 'Half price: 60 or older', 3, false, 0.5, 'Documento com foto e data de nascimento',
   'A document with photograph and date of birth', 'Lei 10.741/2003', 2, 6),
  ('courtesy', 'Cortesia', 'Courtesy', 4, false, 0, null, null, null, 3, 7),
  ('promotional', 'Promocional', 'Promotional', 5, false, 1, null, null, null, 4, 8);

alter table screenings
  -- The exhibitor's own name for it, by which a file can move its start.
  add code text,
  -- Of ANCINE's reports: A regular, B pré-estreia, C mostra or festival, D private.
  add modality text not null default 'A' check (modality in ('A', 'B', 'C', 'D')),
  add status text not null default 'scheduled' check (status in ('scheduled', 'closed', 'cancelled')),
  -- null: from now on; until the rules of the server say so (some minutes after the start).
  add sales_from timestamptz,
  add sales_until timestamptz,
  -- Full prices of the seat kinds whose price is not price_cents: {"1": 8000}.
  add seat_prices jsonb,
  add price_table_id bigint references price_tables,
  -- The start that was announced, of one that a person moved since: files may go on telling it. null: starts_at.
  add announced_at timestamptz,
  add updated_at timestamptz not null default now(),
  add changed_xid xid8 not null default pg_current_xact_id(),
  add unique (auditorium_id, code),
  add check (sales_from is null or sales_until is null or sales_from < sales_until);
create index screenings_changed on screenings (changed_xid);
create index screenings_film on screenings (film_id);
create index screenings_announced on screenings (auditorium_id, announced_at) where announced_at is not null;
-- A cancelled screening gives its time free.
alter table screenings drop constraint screenings_auditorium_id_starts_at_key;
create unique index screenings_auditorium_starts on screenings (auditorium_id, starts_at) where status <> 'cancelled';

create trigger cinemas_note before update on cinemas for each row execute function note_change();
create trigger auditoriums_note before update on auditoriums for each row execute function note_change();
create trigger films_note before update on films for each row execute function note_change();
create trigger screenings_note before update on screenings for each row execute function note_change();
create trigger cinemas_tell after insert or update on cinemas for each statement execute function tell_change();
create trigger auditoriums_tell after insert or update on auditoriums for each statement execute function tell_change();
create trigger films_tell after insert or update on films for each statement execute function tell_change();
create trigger screenings_tell after insert or update on screenings for each statement execute function tell_change();

-- New layouts of auditoriums that have screenings: what became of each. A screening's map is changed by its actor alone
-- (command change-map), so that an import only asks for it here; a job of the server carries it out.
create table seat_map_changes (
  screening bigint not null references screenings,
  seat_map_id bigint not null references seat_maps,
  state text not null default 'wanted' check (state in ('wanted', 'done', 'conflict', 'superseded')),
  -- Of a conflict: the outcome's name ('screeningHasSales').
  reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (screening, seat_map_id)
);
create index seat_map_changes_wanted on seat_map_changes (created_at) where state = 'wanted';

-- Imports: the history, and the jobs under way.
alter table imports
  add status text not null default 'done' check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  add partial boolean not null default false,
  add dry_run boolean not null default false,
  -- When the file says it was exported, or its own time of change.
  add exported_at timestamptz,
  add bytes bigint,
  add rejected integer not null default 0,
  -- Whose import it is, when a partner did it; null: an administrator's.
  add exhibitor_id bigint references exhibitors,
  add phase text,
  -- 0…1
  add progress real not null default 0,
  add error text,
  -- Rejected rows and warnings, the first ten thousand of each (storage/import/import-report.ts).
  add report jsonb,
  add heartbeat_at timestamptz;
create index imports_kind on imports (kind, id);

-- Who did what by hand, and why. Written in the transaction of what was done.
create table staff_actions (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- 'user:12', 'key:3', or the operating-system user of a command run beside the database.
  who text not null,
  action text not null,
  -- 'screening:77', 'user:12', …
  target text not null,
  why text,
  details jsonb,
  exhibitor_id bigint
);
create index staff_actions_target on staff_actions (target, id);

-- Rights.
grant usage on schema poltrona to poltrona_accounts;
grant update (seat_map_id, half_quota) on screenings to poltrona_shard;
grant insert, update, delete on price_tables, price_rules, ticket_types to poltrona_app;
grant select on price_tables, price_rules, ticket_types, seat_map_changes, imports, staff_actions to poltrona_app, poltrona_reader;
grant select on price_tables, price_rules, ticket_types, seat_map_changes to poltrona_shard;
grant insert, update on seat_map_changes, imports to poltrona_app;
-- Nobody rewrites the record of what was done.
grant insert on staff_actions to poltrona_app, poltrona_accounts;
grant select on cinemas, exhibitors to poltrona_accounts;
