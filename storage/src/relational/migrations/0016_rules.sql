-- What people set the rules to, and what they tried before.

create table rule_setting (
  rule text not null,
  version integer not null check (version > 0),
  parameters jsonb not null check (jsonb_typeof(parameters) = 'object'),
  reason text not null,
  restores integer,
  made_by uuid references app_user,
  made_at timestamptz not null,
  primary key (rule, version)
);
comment on table rule_setting is 'Rows are only added; the highest version of a rule holds. A rule without a row has its defaults (version 0).';
comment on column rule_setting.restores is 'The earlier version that this one puts back; null for a new setting.';

create table rule_preview (
  id uuid primary key,
  rule text not null,
  request jsonb not null,
  result jsonb,
  error text,
  job_id text,
  asked_by uuid references app_user,
  asked_at timestamptz not null,
  finished_at timestamptz
);
create index rule_preview_time on rule_preview (asked_at desc);
comment on table rule_preview is 'A rule run with other parameters over what is stored; kept for 30 days.';

create index anomaly_outcome on anomaly (rule, closed_at) where outcome is not null;
