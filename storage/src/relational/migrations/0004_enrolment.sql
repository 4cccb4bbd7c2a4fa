-- How edge agents join, stay and leave. Times follow real time, as certificates do.

-- Each row that brokers have to know of carries the number of its last change, taken from this counter under its row
-- lock, so that changes become visible in order and who follows them misses none.
insert into counter (name, value) values ('enrolment', 0);

create table enrolment_source (
  id uuid primary key default gen_random_uuid(),
  is_only boolean not null unique default true check (is_only)
);
comment on table enrolment_source is 'Tells this database from another: a broker that has followed another one begins anew.';
insert into enrolment_source default values;

create table enrolment_token (
  id uuid primary key,
  hash bytea not null unique,
  site text not null,
  agent text,
  note text not null default '',
  max_uses integer not null check (max_uses between 1 and 10000),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  withdrawn_at timestamptz,
  withdrawn_by text,
  check (agent is null or max_uses = 1)
);
comment on column enrolment_token.hash is 'SHA-256; the token itself is shown once and kept nowhere.';
comment on column enrolment_token.agent is 'The only agent that it is for, which it replaces; null: new agents of the site.';

create table enrolment_token_use (
  token_id uuid not null references enrolment_token on delete cascade,
  key_hash text not null,
  site text not null,
  agent text not null,
  used_at timestamptz not null default now(),
  primary key (token_id, key_hash)
);

create table enrolled_agent (
  site text not null,
  agent text not null,
  how text not null check (how in ('token', 'approval', 'chain', 'none')),
  joined_at timestamptz not null default now(),
  joined_by text not null,
  revoked_at timestamptz,
  revoked_by text,
  revoked_reason text,
  change_no bigint not null,
  primary key (site, agent)
);
comment on column enrolled_agent.how is 'none: was never enrolled (an agent with a password) and is here because it was revoked.';
create index enrolled_agent_change on enrolled_agent (change_no);

create table agent_certificate (
  serial text primary key,
  fingerprint text not null unique,
  key_hash text not null,
  site text not null,
  agent text not null,
  pem text not null,
  why text not null check (why in ('token', 'approval', 'renewal')),
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text,
  revoked_reason text,
  change_no bigint not null
);
create index agent_certificate_change on agent_certificate (change_no);
create index agent_certificate_agent on agent_certificate (site, agent, issued_at desc);

create table enrolment_request (
  id uuid primary key,
  site text not null,
  agent text not null,
  proof text not null,
  request text,
  poll_hash bytea,
  issuer text,
  remote_address text,
  requested_at timestamptz not null default now(),
  asked_at timestamptz not null default now(),
  verdict text check (verdict in ('approved', 'rejected')),
  decided_at timestamptz,
  decided_by text,
  reason text,
  certificate_serial text references agent_certificate,
  change_no bigint not null,
  unique (site, agent, proof),
  check ((verdict is null) = (decided_at is null))
);
comment on column enrolment_request.proof is 'SHA-256 of the request''s public key, or of the certificate that another authority has signed.';
create index enrolment_request_waiting on enrolment_request (requested_at) where verdict is null;
create index enrolment_request_change on enrolment_request (change_no);
