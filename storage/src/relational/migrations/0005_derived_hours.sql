-- Derived hourly series on a fixed grid of UTC hours, for dashboards. Volumes are whole millilitres, so that sums taken apart and
-- put together again are exact. The views in the schema `grafana` are what a dashboard may read.

create table derived_progress (
  id boolean primary key default true check (id),
  cursor bigint not null default 0,
  newest_read_ms bigint not null default 0,
  ticked_hour timestamptz,
  set_aside_seen jsonb not null default '{}',
  beat_at timestamptz
);
comment on column derived_progress.beat_at is 'Real time at which the series last stood at the end of the feed: a dead-man signal of the whole head-end.';
insert into derived_progress default values;

create table derived_meter (
  channel text primary key,
  state bytea not null,
  kept_from_day integer not null default 0,
  is_stale boolean not null default false
) with (fillfactor = 50);
comment on table derived_meter is 'Each register on its way to hours. Stale: commits were forgotten, its next reading replays it from the store.';
comment on column derived_meter.kept_from_day is 'First day since 1970 (UTC) whose hours can still be corrected.';

create table derived_meter_day (
  channel text not null,
  utc_day integer not null,
  hours bytea not null,
  counted_in jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (channel, utc_day)
) with (fillfactor = 50);
create index derived_meter_day_day on derived_meter_day (utc_day);
-- Rows are rewritten with every reading: half-empty pages and no index on what changes keep the rewrites in place.
comment on table derived_meter_day is 'What one register adds to each hour of a day, and to which sums: a late reading takes the old share out and puts the new one in.';

create table derived_subject (
  kind text not null check (kind in ('district', 'account', 'agent')),
  subject text not null,
  name_zh text not null,
  name_en text not null,
  zone text not null,
  commodity text not null,
  primary key (kind, subject)
);

create table district_hour (
  dma_id text not null,
  hour timestamptz not null,
  input_ml bigint not null default 0,
  input_good_s bigint not null default 0,
  input_estimated_s bigint not null default 0,
  input_due_s bigint not null default 0,
  used_ml bigint not null default 0,
  used_good_s bigint not null default 0,
  used_estimated_s bigint not null default 0,
  used_due_s bigint not null default 0,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (dma_id, hour)
);
create index district_hour_at on district_hour (hour);
comment on table district_hour is 'What came into a district and what its customers used in [hour, hour + 1 h). Seconds: register-seconds with a good or estimated volume, and due.';

create table account_hour (
  account_id uuid not null,
  hour timestamptz not null,
  used_ml bigint not null default 0,
  used_good_s bigint not null default 0,
  used_estimated_s bigint not null default 0,
  used_due_s bigint not null default 0,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (account_id, hour)
);
create index account_hour_at on account_hour (hour);
comment on table account_hour is 'What a key account used in [hour, hour + 1 h).';

create table collection_hour (
  agent text not null,
  hour timestamptz not null,
  expected double precision not null default 0,
  arrived bigint not null default 0,
  late bigint not null default 0,
  missing bigint not null default 0,
  dead_letters bigint not null default 0,
  quarantined bigint not null default 0,
  conflicts bigint not null default 0,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (agent, hour)
);
create index collection_hour_at on collection_hour (hour);
comment on table collection_hour is 'Readings of an agent''s registers by the device''s hour: periods expected, arrived (late ones among them), reported missing; set aside by the hour of receipt.';

create schema grafana;

create view grafana.subject as
  select kind, subject, name_zh, name_en, name_zh || ' · ' || name_en as name, zone, commodity from derived_subject;

create view grafana.district_hour as
  select h.dma_id, coalesce(s.name_zh || ' · ' || s.name_en, h.dma_id) as name, h.hour,
         case when h.input_good_s + h.input_estimated_s > 0 then h.input_ml / 1e6 end as input_m3,
         case when h.used_good_s + h.used_estimated_s > 0 then h.used_ml / 1e6 end as used_m3,
         case when q.input_share >= 0.9 and q.used_share >= 0.9 then (h.input_ml - h.used_ml) / 1e6 end as loss_m3,
         case when q.local_hour in (2, 3, 4) and q.input_share >= 0.9 then h.input_ml / 1e6 end as night_flow_m3h,
         100 * least(1, q.good_share) as completeness_percent, h.version, h.updated_at
  from district_hour h
  left join derived_subject s on s.kind = 'district' and s.subject = h.dma_id
  cross join lateral (
    select (h.input_good_s + h.input_estimated_s)::float8 / nullif(h.input_due_s, 0) as input_share,
           (h.used_good_s + h.used_estimated_s)::float8 / nullif(h.used_due_s, 0) as used_share,
           (h.input_good_s + h.used_good_s)::float8 / nullif(h.input_due_s + h.used_due_s, 0) as good_share,
           extract(hour from h.hour at time zone coalesce(s.zone, 'UTC'))::int as local_hour) q;
comment on view grafana.district_hour is 'A loss is known where at least nine tenths of the registers on both sides have a volume; the night is 02 to 05 by the district''s clock.';

create view grafana.district_night as
  select n.dma_id, coalesce(s.name_zh || ' · ' || s.name_en, n.dma_id) as name,
         (n.night + time '02:00') at time zone coalesce(s.zone, 'UTC') as at, n.mnf_m3h, n.expected_m3h, n.band_low_m3h,
         n.band_high_m3h, n.completeness,
         case when n.mnf_m3h is null or n.expected_m3h is null then null
              when n.mnf_m3h <= n.band_high_m3h then 0
              else greatest(0, n.mnf_m3h - n.expected_m3h) end as night_loss_m3h
  from dma_night n left join derived_subject s on s.kind = 'district' and s.subject = n.dma_id;

create view grafana.account_hour as
  select h.account_id::text as account, coalesce(s.name_en, h.account_id::text) as name, h.hour,
         case when h.used_good_s + h.used_estimated_s > 0 then h.used_ml / 1e6 end as used_m3,
         (select avg(b.used_ml) / 1e6 from generate_series(1, 4) as week
            join account_hour b on b.account_id = h.account_id
             and b.hour = (h.hour at time zone coalesce(s.zone, 'UTC') - week * interval '7 days') at time zone coalesce(s.zone, 'UTC')
           where b.used_good_s + b.used_estimated_s >= 0.9 * b.used_due_s having count(*) >= 2) as expected_m3,
         100 * least(1, h.used_good_s::float8 / nullif(h.used_due_s, 0)) as completeness_percent, h.version, h.updated_at
  from account_hour h left join derived_subject s on s.kind = 'account' and s.subject = h.account_id::text;
comment on view grafana.account_hour is 'Expected: mean of the same local hour and weekday of the four weeks before; null with fewer than two of them.';

create view grafana.collection_hour as
  select agent, hour, expected, arrived, late, missing, dead_letters, quarantined, conflicts,
         dead_letters + quarantined + conflicts as set_aside,
         100 * least(1, arrived / nullif(expected, 0)) as arrived_percent, version, updated_at
  from collection_hour;

create view grafana.head_end as
  select beat_at, extract(epoch from clock_timestamp() - beat_at)::float8 as silent_s,
         to_timestamp(nullif(newest_read_ms, 0) / 1000.0) as newest_read_at
  from derived_progress;
