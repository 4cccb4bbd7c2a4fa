-- Which process is writing the points of a note, and until when nobody else may take it for abandoned.
alter table feed_intent add column owner uuid, add column held_until timestamptz;
comment on column feed_intent.held_until is 'While this is ahead the note''s owner is at work; afterwards whoever brings its readings again takes them over.';

-- Hours whose roll-up in InfluxDB is older than their readings, as bits of a channel's day: added in the transaction of
-- the commit, gone when the roll-up has been written and no commit has touched the hour meanwhile.
create table influx_dirty_day (
  channel text not null,
  day_ms bigint not null,
  hours integer not null,
  taken integer not null default 0,
  primary key (channel, day_ms)
);
create index influx_dirty_day_by_day on influx_dirty_day (day_ms, channel);
comment on column influx_dirty_day.hours is 'Bit n: the hour n of this UTC day.';
comment on column influx_dirty_day.taken is 'Hours that are being rebuilt; a commit that brings another reading of one takes its bit out.';

create table influx_roll_up (
  id boolean primary key default true check (id),
  bucket text,
  run bigint not null default 0,
  held_until timestamptz
);
comment on column influx_roll_up.bucket is 'Bucket in which every hour that is not dirty is rolled up; null while there is none.';
comment on column influx_roll_up.run is 'Rises with each rebuilding; the last one alone may mark hours as done.';
insert into influx_roll_up default values;

-- What every process says of itself every few seconds. Times are this server's own: the machines' clocks may differ.
create table process_report (
  process text primary key,
  part text not null,
  site text not null,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  every_s double precision not null check (every_s > 0),
  has_ended boolean not null default false,
  is_ready boolean not null,
  report jsonb not null
);
create index process_report_part on process_report (part, seen_at);
comment on column process_report.has_ended is 'It said good-bye: its silence is no alarm.';

create table operations_event (
  id uuid primary key,
  kind text not null check (kind in ('head_end_silent')),
  subject text not null,
  opened_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz,
  closed_at timestamptz
);
create unique index operations_event_open on operations_event (kind, subject) where closed_at is null;
create index operations_event_newest on operations_event (opened_at desc);
comment on table operations_event is 'What happened to the platform itself, one open event for each subject.';
