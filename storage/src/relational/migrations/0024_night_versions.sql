-- Nights of districts are judged again when readings of their inlets or customers come late.

alter table dma_night
  add column version integer not null default 1 check (version > 0),
  add column revised_at timestamptz;
comment on column dma_night.version is 'One more with each time that late readings made another night of it.';
comment on column dma_night.revised_at is 'When they last did; null while they never did.';
