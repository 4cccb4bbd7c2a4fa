-- What becomes of readings that were set aside, and how devices that are not our agents map to channels.

alter table set_aside
  add column outcome text,
  add column settled_at timestamptz,
  add column decision text;
comment on column set_aside.outcome is 'Null while the entry waits for a decision.';
create index set_aside_open on set_aside (list, channel, id desc) where outcome is null;

create table set_aside_decision (
  id uuid primary key,
  kind text not null check (kind in ('replay', 'discard', 'approve', 'reject', 'undo_reject', 'keep_first')),
  list text not null check (list in ('dead_letter', 'quarantine', 'conflict')),
  filter jsonb not null,
  repair jsonb,
  channel text,
  reason text not null,
  decided_at timestamptz not null,
  actor_id uuid references app_user,
  actor text not null,
  job_id uuid,
  outcomes jsonb not null default '{}',
  done_at timestamptz
);
create index set_aside_decision_time on set_aside_decision (decided_at desc);
comment on table set_aside_decision is 'Written by the API with a job; ingest does the job, which is idempotent.';

create table channel_alias (
  alias text primary key,
  channel text not null references channel on delete cascade,
  unit text,
  created_at timestamptz not null default now()
);
comment on table channel_alias is 'A name that a device or agent uses for a channel known by another one; unit of what a device sends.';

create table channel_rejection (
  channel text primary key,
  reason text not null,
  rejected_at timestamptz not null,
  actor text not null,
  later_count bigint not null default 0,
  last_heard_at timestamptz
);
comment on column channel_rejection.later_count is 'Readings that came after the rejection: counted, not listed.';

create table device_profile (
  source text primary key,
  profile jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null
);
comment on column device_profile.source is 'dev/{site}/{device}, or spb/{group}/{edge node} with /{device} behind it where there is one.';
