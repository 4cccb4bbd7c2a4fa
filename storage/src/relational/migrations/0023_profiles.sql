-- Meter profiles of the utility's own, version by version. They go before the bundled ones of the same name; the newest
-- version counts. Agents get them with their configuration.

create table meter_profile (
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  version integer not null check (version > 0),
  profile json not null,
  made_by_login text not null,
  made_at timestamptz not null,
  reason text not null,
  primary key (name, version)
);
comment on column meter_profile.profile is 'As the domain''s MeterProfile, checked when it was kept.';
