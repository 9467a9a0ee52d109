-- Up Migration
-- The outbox: which facts are still to be published to the event stream. Every batch of the journal adds one row in its
-- own transaction, so that a fact that is committed is also told, and one that is refused is not. The relay
-- (workers/cluster/event-relay.ts) reads the rows in the order of their ids and deletes what it has published.
--
-- `spans` names the facts in the order of their decisions, "screening.version" or "screening.first-last" with commas between;
-- the facts themselves stay in the journal. As one text and not as arrays, and not compressed, because every sale pays for
-- it: a batch of 1,000 cost 1.4 ms more with compressed arrays, 0.2 ms like this. The ids respect the order within a
-- screening: whoever writes version n + 1 has seen n committed, and draws its id after that. Between screenings they come as
-- they come, and a lower id may appear after a higher one: that is why rows are deleted one by one, and nobody keeps a mark
-- up to which all is done.
create table outbox (
  id bigint generated always as identity primary key,
  committed_at timestamptz not null default now(),
  facts integer not null,
  spans text not null
);
alter table outbox alter spans set storage external;

-- Rows live for a fraction of a second: the dead ones are to go soon, or the search for the lowest id walks over them.
-- Giving the empty end of the file back to the disk would lock the sales out for a moment, again and again.
alter table outbox set (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 100000,
  vacuum_truncate = false
);

-- The relay has the role of the shards, who write here anyway: it needs the journal to read and these rows to delete, and a
-- role of its own would be one more that the database user of an installation must be allowed to create.
grant select, insert, delete on outbox to poltrona_shard;
grant select on outbox to poltrona_reader;
