-- The detectors' state of a shard in pieces: a million meters are 300 MB, too much for one row and one statement. Pieces are
-- written one after another beside those of the snapshot before, which counts until the row of the shard points to the new ones.

alter table analytics_snapshot
  add column taking uuid,
  add column pieces integer not null default 0;
comment on column analytics_snapshot.taking is 'The pieces that hold the state; null when it is whole in "state", as programs before kept it.';

create table analytics_snapshot_piece (
  shard integer not null,
  taking uuid not null,
  no integer not null,
  bytes bytea not null,
  primary key (shard, taking, no)
);
-- Counters do not get smaller; trying costs more than writing them.
alter table analytics_snapshot_piece alter column bytes set storage external;
