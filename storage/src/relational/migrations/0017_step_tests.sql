-- Step tests: which sub-zone of a district was closed when; the inflow tells what each took.

create table step_test (
  id uuid primary key,
  dma_id text not null references dma,
  note text not null default '',
  unit_id uuid not null references org_unit,
  made_by uuid not null references app_user,
  made_at timestamptz not null
);
create index step_test_dma on step_test (dma_id, made_at desc);

create table step_test_step (
  id uuid primary key,
  test_id uuid not null references step_test on delete cascade,
  sub_zone text not null,
  closed_at timestamptz not null,
  opened_at timestamptz check (opened_at > closed_at),
  made_by uuid not null references app_user,
  made_at timestamptz not null,
  unique (test_id, closed_at)
);
comment on table step_test_step is 'A valve that was turned: the drop of the inflow after it is worked out when it is looked at.';
