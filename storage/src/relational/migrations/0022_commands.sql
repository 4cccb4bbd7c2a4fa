-- What agents are asked to do, and what became of it; and the second person that a valve needs.

create table command (
  id uuid primary key,
  site text not null,
  agent text not null,
  kind text not null,
  content jsonb not null,
  subjects text[] not null default '{}',
  unit_id uuid references org_unit,
  state text not null check (state in ('approval', 'queued', 'sent', 'done', 'failed', 'expired', 'rejected', 'cancelled')),
  reason text not null default '',
  ordered_by uuid references app_user,
  ordered_by_login text not null,
  ordered_at timestamptz not null,
  ttl_ms integer not null check (ttl_ms > 0),
  timeout_ms integer not null check (timeout_ms > 0),
  deliver_until timestamptz not null,
  sent_at timestamptz,
  sendings integer not null default 0,
  tried_at timestamptz,
  ended_at timestamptz,
  code text,
  message text,
  took_ms integer,
  reply jsonb
);
comment on column command.unit_id is 'Unit of its meters; null: of the whole utility.';
comment on column command.deliver_until is 'Real time: an agent that cannot be reached until then is not asked any more.';
comment on column command.tried_at is 'Real time of the last sending.';
comment on column command.ordered_at is 'Business time, as sent_at and ended_at.';
create index command_open on command (site, agent) where state in ('queued', 'sent');
create index command_newest on command (ordered_at desc, id desc);
create index command_of_agent on command (site, agent, ordered_at desc);

create table approval_request (
  id uuid primary key,
  kind text not null check (kind in ('valve')),
  command_id uuid not null unique references command on delete cascade,
  state text not null default 'open' check (state in ('open', 'approved', 'rejected', 'expired')),
  asked_by uuid not null references app_user,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  is_protected boolean not null default false,
  override_reason text,
  decided_by uuid references app_user,
  decided_at timestamptz,
  decision_reason text,
  constraint four_eyes check (decided_by is null or decided_by <> asked_by),
  constraint protected_needs_a_reason check (not is_protected or override_reason is not null)
);
comment on column approval_request.expires_at is 'Real time: undecided until then, the valve is not turned.';
create index approval_open on approval_request (asked_at) where state = 'open';
