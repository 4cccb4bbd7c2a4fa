-- Alarms: what an operator is told of a finding, and what he did about it; planned work; the shift log.

create table alarm (
  anomaly_id uuid primary key references anomaly on delete cascade,
  acked_at timestamptz,
  acked_by uuid references app_user,
  ack_note text,
  shelved_at timestamptz,
  shelved_until timestamptz,
  shelved_by uuid references app_user,
  shelve_reason text,
  owner_id uuid references app_user,
  escalation smallint not null default 0,
  escalated_at timestamptz,
  check ((acked_at is null) = (acked_by is null)),
  check ((shelved_until is null) = (shelve_reason is null))
);
create index alarm_shelved on alarm (shelved_until) where shelved_until is not null;
comment on table alarm is 'One row a finding once somebody acted on it; without a row: not acknowledged, not shelved, nobody on it.';

create table planned_work (
  id uuid primary key,
  kind text not null check (kind in ('works', 'out_of_service')),
  subject_kind text not null check (subject_kind in ('dma', 'meter')),
  subject text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  reason text not null,
  unit_id uuid not null references org_unit,
  made_by uuid not null references app_user,
  made_at timestamptz not null,
  cancelled_at timestamptz,
  cancelled_by uuid references app_user
);
create index planned_work_subject on planned_work (subject_kind, subject, ends_at) where cancelled_at is null;
create index planned_work_time on planned_work (ends_at desc);
comment on table planned_work is 'Findings that begin while it lasts are suppressed; one that outlasts it is told then.';
create index anomaly_planned_work on anomaly (id) where no_ticket_reason = 'planned_work';

create table shift_entry (
  id uuid primary key,
  kind text not null check (kind in ('note', 'hand_over', 'accept')),
  at timestamptz not null,
  author_id uuid not null references app_user,
  unit_id uuid not null references org_unit,
  text text not null,
  anomaly_id uuid references anomaly on delete set null,
  is_carried boolean not null default false,
  settled_at timestamptz,
  settled_by uuid references app_user,
  hand_over_id uuid references shift_entry,
  facts jsonb
);
create index shift_entry_time on shift_entry (at desc, id desc);
create index shift_entry_carried on shift_entry (unit_id) where is_carried and settled_at is null;
create unique index shift_entry_accept on shift_entry (hand_over_id) where kind = 'accept';
comment on column shift_entry.is_carried is 'Stays in every hand-over until somebody settles it.';
comment on column shift_entry.facts is 'Of a hand-over: what stood open at that moment.';
