-- Jobs handed out by Redis, and jobs by the calendar.

-- relayed_at: when Redis said that it has this job; null: the relay still has to say it.
-- revived: how often somebody gave the dead job its tries again; part of its name in Redis.
-- schedule_key, fire_at: of a job that a schedule asked for, its schedule and the instant of the business clock.
alter table job
  add column relayed_at timestamptz,
  add column revived integer not null default 0,
  add column schedule_key text,
  add column fire_at timestamptz;
create index job_unrelayed on job (id) where relayed_at is null and state in ('waiting', 'running');
create index job_relayed on job (id) where relayed_at is not null and state in ('waiting', 'running');
create index job_of_schedule on job (queue, schedule_key) where schedule_key is not null and state = 'waiting';

-- next_fire_at is an instant of the business clock; null with a fault says that the expression cannot be read any more.
create table job_schedule (
  queue text not null,
  key text not null,
  cron text not null,
  time_zone text not null,
  payload jsonb not null,
  max_attempts integer not null,
  missed text not null check (missed in ('latest', 'each')),
  next_fire_at timestamptz,
  last_fire_at timestamptz,
  fault text,
  primary key (queue, key),
  check ((next_fire_at is null) = (fault is not null))
);
create index job_schedule_due on job_schedule (next_fire_at);
