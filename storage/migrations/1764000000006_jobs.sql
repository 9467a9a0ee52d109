-- Up Migration
-- Background jobs. The queue itself is graphile-worker's, in the schema poltrona_jobs, which its own migrations make
-- (storage/job-schema.ts); here is what we put around it.

-- Who works at jobs just now. A runner that is killed leaves its jobs locked, and graphile-worker would wait four hours
-- before it believes that; its row here grows old within seconds (storage/job-runners.ts).
create table job_runners (
  -- The name under which it locks jobs.
  id text primary key,
  seen_at timestamptz not null default now()
);

-- The only way in for the roles that queue: they see none of the jobs, and change none. A job carries ids, not contents:
-- what is longer than 8 KB is a mistake, and a queue of such would be a second database.
create function add_job(
  task text, payload jsonb, job_key text, run_at timestamptz, max_attempts integer, priority integer
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if octet_length(payload::text) > 8192 then
    raise exception 'the payload of a job must not be longer than 8192 bytes' using errcode = 'check_violation';
  end if;
  perform poltrona_jobs.add_job(
    identifier => task, payload => payload::json, run_at => run_at, max_attempts => max_attempts,
    job_key => job_key, priority => priority);
end $$;
revoke execute on function add_job from public;
grant execute on function add_job to poltrona_app, poltrona_accounts;

-- A message says which seats it is about.
grant select on seat_maps to poltrona_accounts;
