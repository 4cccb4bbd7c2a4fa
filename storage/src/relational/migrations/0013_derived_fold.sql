-- The derived hours hold registers in memory between transactions; what another process lets go of must show.
alter table derived_progress add column forgotten_days bigint not null default 0;
comment on column derived_progress.forgotten_days is 'Days of registers that were let go of since the start: whoever holds registers in memory and finds another number than it knew reads them anew.';

-- How agents joined is a small part of the audit trail and is listed by itself: of a million entries 0.04 ms instead of 4, for one agent 13 instead of 211.
create index audit_entry_enrolment on audit_entry (no) where starts_with(action, 'enrolment.');

-- Jobs that are not done are few among those that are, and counted every ten seconds: of a million 0.7 ms instead of 119.
create index job_open on job (queue, state, run_at) where state <> 'done';
