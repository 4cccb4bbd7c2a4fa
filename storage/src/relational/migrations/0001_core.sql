-- Times are timestamptz and follow the business clock; session and job times follow real time.

create table counter (
  name text primary key,
  value bigint not null
);
comment on table counter is 'Numbers taken under a row lock until commit, so that they become visible in order.';
insert into counter (name, value) values ('live_event', 0), ('audit', 0), ('feed_commit', 0), ('ticket', 0);

-- Organisation, people, rights ---------------------------------------------------------------------------------------
create table org_unit (
  id uuid primary key,
  code text not null unique,
  parent_id uuid references org_unit,
  kind text not null check (kind in ('group', 'company', 'branch', 'region', 'station', 'crew')),
  name_zh text not null,
  name_en text not null,
  path text not null unique,
  zone text,
  currency text,
  created_at timestamptz not null default now()
);
comment on column org_unit.path is 'Codes from the root, each followed by a slash: town/north/. Scope is a prefix of it.';

create table app_user (
  id uuid primary key,
  login text not null unique,
  password_hash text,
  display_name text not null,
  role text not null check (role in ('admin', 'collector', 'control', 'manager', 'desk', 'auditor')),
  unit_id uuid not null references org_unit,
  language text check (language in ('zh', 'en')),
  is_disabled boolean not null default false,
  created_at timestamptz not null default now()
);

create table session (
  token_hash bytea primary key,
  user_id uuid not null references app_user on delete cascade,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  remote_address text
);
create index session_by_user on session (user_id);

-- What is metered -----------------------------------------------------------------------------------------------------
create table tariff (
  id uuid primary key,
  code text not null unique,
  name_zh text not null,
  name_en text not null,
  commodity text not null check (commodity in ('water', 'gas')),
  currency text not null,
  price_per_m3 numeric not null check (price_per_m3 >= 0),
  valid_from date not null,
  unit_id uuid not null references org_unit
);
comment on column tariff.price_per_m3 is 'Price of the marginal m3, all components together.';

create table customer (
  id uuid primary key,
  no text not null unique,
  name text not null,
  kind text not null check (kind in ('person', 'org')),
  service_class text not null default 'normal' check (service_class in ('vip', 'normal', 'restricted')),
  phone text,
  unit_id uuid not null references org_unit
);

create table account (
  id uuid primary key,
  no text not null unique,
  customer_id uuid not null references customer,
  category text not null,
  tariff_id uuid references tariff,
  is_key_account boolean not null default false,
  manager_id uuid references app_user,
  status text not null default 'active' check (status in ('active', 'suspended', 'closed')),
  unit_id uuid not null references org_unit
);
create index account_manager on account (manager_id) where manager_id is not null;

create table dma (
  id text primary key,
  name_zh text not null,
  name_en text not null,
  parent_id text references dma,
  status text not null default 'WORK' check (status in ('WORK', 'PAUSE', 'RETIRE')),
  mains_km numeric,
  connections integer,
  unit_id uuid not null references org_unit
);

create table service_point (
  id uuid primary key,
  no text not null unique,
  account_id uuid references account,
  commodity text not null check (commodity in ('water', 'gas')),
  dma_id text references dma,
  address text not null default '',
  latitude double precision,
  longitude double precision,
  is_protected boolean not null default false,
  status text not null default 'active' check (status in ('active', 'suspended', 'closed')),
  unit_id uuid not null references org_unit
);
create index service_point_dma on service_point (dma_id);
create index service_point_account on service_point (account_id);

create table meter (
  id text primary key,
  serial text,
  maker text,
  model text not null default '',
  purpose text not null check (purpose in ('customer', 'dma', 'station')),
  commodity text not null check (commodity in ('water', 'gas')),
  dn integer,
  q3_m3h numeric,
  q4_m3h numeric,
  capacity_m3 numeric,
  period_s integer not null check (period_s > 0),
  service_point_id uuid references service_point,
  state text not null default 'installed',
  unit_id uuid not null references org_unit,
  created_at timestamptz not null default now()
);
comment on column meter.capacity_m3 is 'Volume at which the register rolls over to zero; null when unknown.';
create index meter_service_point on meter (service_point_id);
create index meter_unit on meter (unit_id);

create table dma_meter (
  dma_id text not null references dma,
  meter_id text not null references meter,
  sign smallint not null check (sign in (-1, 1)),
  primary key (dma_id, meter_id)
);

create table installation (
  id uuid primary key,
  meter_id text not null references meter,
  service_point_id uuid not null references service_point,
  valid_from timestamptz not null,
  valid_to timestamptz,
  read_in numeric,
  read_out numeric
);

create table channel (
  id text primary key,
  meter_id text not null references meter,
  quantity text not null,
  unit text not null,
  resolution double precision,
  agent text,
  created_at timestamptz not null default now()
);
create index channel_meter on channel (meter_id);
comment on column channel.agent is 'site/agent that is expected to read it; null for imported files.';

create table agent (
  site text not null,
  id text not null,
  is_online boolean not null default false,
  status jsonb,
  status_at timestamptz,
  config_report jsonb,
  primary key (site, id)
);

-- Findings and tickets ------------------------------------------------------------------------------------------------
create table ticket (
  id uuid primary key,
  no text not null unique,
  key text,
  kind text not null check (kind in ('enquiry', 'fault', 'complaint', 'anomaly', 'contact')),
  priority text not null check (priority in ('P1', 'P2', 'P3', 'P4')),
  source text not null,
  state text not null,
  title_zh text not null,
  title_en text not null,
  subject_kind text not null,
  subject text not null,
  cause_group text,
  account_id uuid references account,
  assignee_id uuid references app_user,
  unit_id uuid not null references org_unit,
  opened_at timestamptz not null,
  respond_by timestamptz,
  resolve_by timestamptz,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  cause text,
  result text,
  follow_up_result text,
  follow_up_exemption text,
  version integer not null default 1
);
create unique index ticket_open_key on ticket (key)
  where key is not null and state not in ('closed', 'cancelled', 'duplicate');
create index ticket_state on ticket (state, resolve_by);

create table ticket_step (
  id uuid primary key,
  ticket_id uuid not null references ticket,
  at timestamptz not null,
  actor_id uuid references app_user,
  actor text not null,
  from_state text,
  to_state text,
  note text,
  data jsonb
);
create index ticket_step_ticket on ticket_step (ticket_id, at);
comment on table ticket_step is 'Every step with actor and time. Append only.';

create table anomaly (
  id uuid primary key,
  rule text not null,
  subject_kind text not null check (subject_kind in ('meter', 'dma', 'agent', 'account')),
  subject text not null,
  cause_group text not null,
  direction text not null check (direction in ('up', 'down')),
  state text not null,
  commodity text not null check (commodity in ('water', 'gas')),
  starts_at timestamptz not null,
  opened_at timestamptz not null,
  last_seen_at timestamptz not null,
  closed_at timestamptz,
  evidence jsonb not null,
  rate_m3h double precision,
  lost_m3 double precision,
  money_per_day double precision not null default 0,
  currency text not null,
  confidence double precision not null check (confidence between 0 and 1),
  rank double precision not null default 0,
  no_ticket_reason text,
  outcome text,
  confirmed_cause text,
  ticket_id uuid references ticket,
  dma_id text references dma,
  account_id uuid references account,
  unit_id uuid not null references org_unit,
  updated_at timestamptz not null default now()
);
create unique index anomaly_live_key on anomaly (rule, subject_kind, subject)
  where state in ('candidate', 'open', 'investigating', 'field_work', 'monitoring', 'past');
create unique index anomaly_episode on anomaly (rule, subject_kind, subject, starts_at);
create index anomaly_rank on anomaly (state, rank desc);
create index anomaly_ticket on anomaly (ticket_id);
comment on column anomaly.opened_at is 'Instant of the reading that made it knowable.';

-- Reports and files ---------------------------------------------------------------------------------------------------
create table stored_file (
  hash text primary key,
  media_type text not null,
  bytes bigint not null,
  created_at timestamptz not null default now()
);

create table report_run (
  id uuid primary key,
  kind text not null check (kind in ('usage_curve')),
  account_id uuid not null references account,
  period_from date not null,
  period_to date not null,
  language text not null check (language in ('zh', 'en')),
  state text not null check (state in ('ordered', 'running', 'done', 'failed')),
  version integer not null default 1,
  is_revised boolean not null default false,
  completeness double precision,
  total_m3 numeric,
  data_cutoff_at timestamptz,
  html_hash text references stored_file,
  csv_hash text references stored_file,
  error text,
  requested_by uuid references app_user,
  requested_at timestamptz not null,
  finished_at timestamptz,
  unit_id uuid not null references org_unit
);
comment on column report_run.period_to is 'First day after the period, in the zone of the company.';
create index report_run_account on report_run (account_id, period_from);

-- Jobs, live events, audit --------------------------------------------------------------------------------------------
create table job (
  id uuid primary key,
  queue text not null,
  dedupe_key text,
  payload jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'dead')),
  attempts integer not null default 0,
  max_attempts integer not null default 8,
  run_at timestamptz not null default now(),
  locked_by text,
  locked_until timestamptz,
  progress double precision,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index job_dedupe on job (queue, dedupe_key) where dedupe_key is not null;
create index job_due on job (queue, run_at) where state = 'waiting';
create index job_running on job (locked_until) where state = 'running';

create table live_event (
  id bigint primary key,
  kind text not null check (kind in ('anomaly', 'ticket', 'report', 'collection')),
  subject text not null,
  at timestamptz not null,
  unit_path text not null
);

create table audit_entry (
  no bigint primary key,
  at timestamptz not null,
  actor_id uuid,
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  reason text,
  remote_address text,
  hash bytea not null
);
comment on column audit_entry.hash is 'SHA-256 over the entry and the hash before it: a chain that shows a removed or changed entry.';

-- Analytics -----------------------------------------------------------------------------------------------------------
create table analytics_snapshot (
  shard integer primary key,
  cursor bigint not null,
  state bytea not null,
  taken_at timestamptz not null
);

create table dma_night (
  dma_id text not null references dma,
  night date not null,
  mnf_m3h double precision,
  expected_m3h double precision,
  band_low_m3h double precision,
  band_high_m3h double precision,
  inflow_m3 double precision,
  customers_m3 double precision,
  completeness double precision not null,
  primary key (dma_id, night)
);
comment on table dma_night is 'Minimum night flow of a district by local date, with the band that was expected of it; inflow and customers are of the whole day before.';

-- Time series on InfluxDB: what must be in a transaction ---------------------------------------------------------------
create table feed_commit (
  no bigint primary key,
  received_at timestamptz not null,
  stored_at timestamptz not null default clock_timestamp(),
  rows integer not null,
  readings bytea not null
);
comment on column feed_commit.readings is 'The accepted readings, compressed, until every consumer has passed them.';

create table feed_intent (
  id bigint generated always as identity primary key,
  started_at timestamptz not null default clock_timestamp(),
  readings bytea not null
);
comment on table feed_intent is 'Readings whose points may be in InfluxDB although their commit has not been made; gone with the commit that makes them stored.';

create table agent_mark (
  agent text not null,
  epoch text not null,
  seq bigint not null,
  above jsonb not null default '[]',
  updated_at timestamptz not null default now(),
  primary key (agent, epoch)
);

create table set_aside (
  id bigint generated always as identity primary key,
  list text not null check (list in ('dead_letter', 'quarantine', 'conflict')),
  received_at timestamptz not null,
  agent text not null,
  epoch text,
  seq bigint,
  origin text not null,
  channel text,
  read_at_ms bigint,
  raw text not null,
  reason_code text not null,
  reason text not null
);
create index set_aside_list on set_aside (list, id desc);

create table feed_consumer (
  name text primary key,
  cursor bigint not null,
  updated_at timestamptz not null default now()
);

create table feed_totals (
  id boolean primary key default true check (id),
  stored bigint not null default 0,
  repeats bigint not null default 0,
  dead_letters bigint not null default 0,
  quarantined bigint not null default 0,
  conflicts bigint not null default 0,
  forgotten_to bigint not null default 0
);
comment on column feed_totals.forgotten_to is 'Highest number of a feed_commit row that has been deleted.';
insert into feed_totals default values;

create table channel_newest (
  channel text primary key,
  read_at_ms bigint not null,
  quality smallint not null,
  counts bigint,
  gauge double precision,
  flags bigint not null,
  value_at_ms bigint
);
comment on table channel_newest is 'Newest reading of every channel by the time of the device; value_at_ms is that of the newest that is not missing.';

create table known_channel (
  id text primary key,
  meter text not null,
  quantity text not null,
  unit text not null,
  resolution double precision,
  capacity_counts double precision,
  max_counts_per_hour double precision
);
comment on table known_channel is 'The channel registry as ingest was last given it; the embedded store keeps the same in its own file.';
