-- Rooms that run alone: which analytics process holds which shard of the meters.
create table analytics_plan (
  id boolean primary key default true check (id),
  shards integer not null check (shards between 1 and 256)
);
comment on table analytics_plan is 'Into how many shards the meters are split; the snapshots are of this number.';
insert into analytics_plan (shards) values (1);

create table analytics_lease (
  shard integer primary key,
  epoch bigint not null,
  holder text not null,
  expires_at timestamptz not null
);
comment on column analytics_lease.epoch is 'Rises with every holder: a write of an earlier holder finds another epoch and is refused.';

create table analytics_runner (
  name text primary key,
  seen_until timestamptz not null
);
comment on table analytics_runner is 'Analytics processes that live, so that each takes its part of the shards.';
