-- The derived hours hold registers in memory between transactions; what another process lets go of must show.
alter table derived_progress add column forgotten_days bigint not null default 0;
comment on column derived_progress.forgotten_days is 'Days of registers that were let go of since the start: whoever holds registers in memory and finds another number than it knew reads them anew.';
