-- What is agreed with key accounts, when they work, and whether a repair has held.

create table account_terms (
  account_id uuid not null references account on delete cascade,
  version integer not null check (version > 0),
  thresholds jsonb not null check (jsonb_typeof(thresholds) = 'object'),
  shifts jsonb not null check (jsonb_typeof(shifts) = 'array'),
  reason text not null,
  made_by uuid references app_user,
  made_at timestamptz not null,
  primary key (account_id, version)
);
comment on table account_terms is 'Rows are only added; the highest version of an account holds. An account without a row is judged as the rules are set.';
comment on column account_terms.shifts is 'When people work, by weekday and minute of the local day; empty where nobody has said.';

create table account_day (
  id uuid primary key,
  account_id uuid not null references account on delete cascade,
  from_date date not null,
  to_date date not null check (to_date >= from_date),
  kind text not null check (kind in ('shutdown', 'working')),
  note text not null default '',
  source text not null check (source in ('person', 'csv', 'ics')),
  uid text,
  made_by uuid references app_user,
  made_at timestamptz not null,
  removed_at timestamptz,
  removed_by uuid references app_user,
  check (removed_by is null or removed_at is not null)
);
create index account_day_span on account_day (account_id, from_date) where removed_at is null;
create unique index account_day_uid on account_day (account_id, uid) where uid is not null and removed_at is null;
comment on table account_day is 'Days of a customer''s calendar that are not like every week''s, both ends included; they do not overlap.';
comment on column account_day.uid is 'Of an imported event: the same file read twice changes nothing.';

create table repair_check (
  id uuid primary key,
  ticket_id uuid not null references ticket on delete cascade,
  anomaly_id uuid not null references anomaly on delete cascade,
  repaired_at timestamptz not null,
  limit_m3h double precision not null,
  before_m3h double precision not null,
  nights jsonb not null default '[]',
  state text not null check (state in ('watching', 'held', 'not_solved', 'not_measured', 'given_up')),
  judged_at timestamptz,
  unique (ticket_id, repaired_at)
);
create index repair_check_watching on repair_check (repaired_at) where state = 'watching';
comment on table repair_check is 'The night flow of three nights after a ticket was resolved, against what it was while the leak ran.';
