-- Versions of intervals. Raw readings are never changed and validated intervals are made from them again at any time; what is kept is
-- what cannot be made again: which readings came late, and what people have put in their place.

create table interval_revision (
  id uuid primary key,
  channel text not null,
  no integer not null check (no > 0),
  kind text not null check (kind in ('late', 'edit', 'undo')),
  method text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  changes jsonb not null,
  readings integer,
  undoes uuid unique references interval_revision,
  reason text not null,
  actor_id uuid references app_user,
  actor text not null,
  made_at timestamptz not null,
  unique (channel, no),
  check (to_at > from_at),
  check ((kind = 'undo') = (undoes is not null))
);
create index interval_revision_span on interval_revision (channel, to_at);
comment on table interval_revision is 'Append only: an undo is another row. The version of an interval is one more than the rows that cover it.';
comment on column interval_revision.changes is 'List of [start in ms, counts before or null, counts since or null], one for each interval.';
comment on column interval_revision.readings is 'How many readings came late.';

create table late_replay (
  shard integer not null,
  channel text not null,
  id uuid not null,
  readings integer not null,
  spans jsonb not null,
  noticed_at timestamptz not null,
  primary key (shard, channel)
);
comment on table late_replay is 'Meters whose late readings are still to be judged; a row goes with the snapshot that has seen them.';
comment on column late_replay.spans is 'List of [first, last] in ms: between them no reading came in time.';

alter table anomaly add column ended_reason jsonb;
create index anomaly_subject on anomaly (subject);
comment on column anomaly.ended_reason is 'Why a finding was withdrawn, {zh, en}.';

alter table report_run add column newer_data_at timestamptz;
comment on column report_run.newer_data_at is 'Readings or edits of its period came after it was made: revised data are available since then.';
