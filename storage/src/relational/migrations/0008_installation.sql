-- Tells this installation from every other one, so that parts of a backup that do not belong together are found out.
create table own_installation (
  only_one boolean primary key default true check (only_one),
  id uuid not null default gen_random_uuid(),
  made_at timestamptz not null default now()
);
comment on column own_installation.id is 'The embedded time-series store carries the same.';
insert into own_installation default values;
