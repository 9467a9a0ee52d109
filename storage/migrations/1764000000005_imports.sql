-- Up Migration
-- Imports that the server runs: their files lie here until they are done, so that any node can run them, and another one
-- can go on when a node dies. (A file beside the node would die with it.)

alter table imports
  -- What the import was asked to be (storage/import/import-job.ts): {"partial": true, "olderOk": …, "sheet": …, "settings": {…}}.
  add options jsonb not null default '{}',
  -- Which runner has it; a new one with every claim, so that a runner that was thought dead cannot complete it too.
  add runner text,
  -- An import that ends its node each time is given up after some.
  add attempts smallint not null default 0;
create index imports_under_way on imports (id) where status in ('waiting', 'running');

create table import_files (
  import_id bigint not null references imports on delete cascade,
  part integer not null,
  bytes bytea not null,
  primary key (import_id, part)
);
-- They are spread over TOAST anyway, and most are compressed or written once: no effort is spent on compressing them.
alter table import_files alter column bytes set storage external;

grant select, insert, delete on import_files to poltrona_app;
