-- Sparkplug B at a broker of somebody else's: which ingest room is the host.
create table sparkplug_host (
  id text primary key,
  holder text not null,
  expires_at timestamptz not null
);
comment on table sparkplug_host is 'The ingest room that reads Sparkplug for a host id; the others stand by. A holder whose time is over is none.';
