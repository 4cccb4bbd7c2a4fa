-- What a night of a district was before late readings made another one of it.

create table dma_night_version (
  dma_id text not null,
  night date not null,
  version integer not null check (version > 0),
  mnf_m3h double precision,
  expected_m3h double precision,
  loss_m3h double precision,
  completeness double precision not null,
  replaced_at timestamptz not null,
  primary key (dma_id, night, version),
  foreign key (dma_id, night) references dma_night on delete cascade
);
comment on table dma_night_version is 'Former versions of dma_night: what people saw before late readings came, and until when.';
