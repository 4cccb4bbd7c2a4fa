-- What each agent should read, version by version. The newest version of an agent is the one that is desired; going back is a
-- new version with the content of an older one. What the agent made of it stands in agent.config_report.

create table agent_config (
  site text not null,
  agent text not null,
  version integer not null check (version > 0),
  payload text not null,
  hash text not null,
  made_by uuid references app_user,
  made_by_login text not null,
  made_at timestamptz not null,
  reason text not null,
  back_to integer,
  changes jsonb not null,
  primary key (site, agent, version)
);
comment on column agent_config.payload is 'Exactly the bytes that are published; hash is their SHA-256.';
comment on column agent_config.back_to is 'The version whose content this is, where somebody went back.';
comment on column agent_config.changes is 'What is different from the version before: buses and channels.';
