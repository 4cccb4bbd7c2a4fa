-- What the balance of a district is worked out from, and the balance of each night. All optional: what is not known is not told.

alter table dma
  add column mean_pressure_m double precision check (mean_pressure_m >= 0),
  add column service_pipe_km double precision check (service_pipe_km >= 0),
  add column population integer check (population >= 0),
  add column night_use_lph double precision check (night_use_lph >= 0),
  add column exceptional_night_m3h double precision check (exceptional_night_m3h >= 0),
  add column night_day_hours double precision check (night_day_hours between 12 and 36),
  add column unbilled_percent double precision check (unbilled_percent between 0 and 100),
  add column apparent_percent double precision check (apparent_percent between 0 and 100),
  add column cjj92_correction_percent double precision check (cjj92_correction_percent between 0 and 100);
comment on column dma.mean_pressure_m is 'Average zone pressure, metres of water.';
comment on column dma.service_pipe_km is 'Length of the service pipes between the property line and the meters, km (Lp of UARL).';
comment on column dma.night_use_lph is 'Legitimate night use of a connection, L/h, where it is better known than by the default.';
comment on column dma.exceptional_night_m3h is 'Night use of large customers who are not metered remotely, m3/h.';
comment on column dma.night_day_hours is 'Hours by which a night''s leakage becomes a day''s (night-day factor).';
comment on column dma.unbilled_percent is 'Authorised use that nobody pays for (flushing, fire fighting), percent of the inflow.';
comment on column dma.apparent_percent is 'Apparent losses (under-registration, theft), percent of customers'' use.';
comment on column dma.cjj92_correction_percent is 'Rn = R1 + R2 + R3 + R4 of CJJ 92, percent.';

alter table dma_night
  add column customers_night_m3h double precision,
  add column customers_completeness double precision,
  add column loss_m3h double precision,
  add column loss_expected_m3h double precision,
  add column loss_band_high_m3h double precision,
  add column no_balance text check (no_balance in ('no_customers', 'inflow_incomplete', 'customers_incomplete', 'waiting'));
comment on column dma_night.loss_m3h is 'Mean inflow of 02 to 05 less what customers used in the same hours; null where no_balance says why.';
