-- What districts and gas are judged by besides their readings: festivals, the weather, parent meters, pressure limits of a zone.

create table holiday (
  id text primary key,
  unit_id uuid not null references org_unit,
  first_day date not null,
  last_day date not null,
  name_zh text not null,
  name_en text not null,
  check (last_day >= first_day and last_day < first_day + 60)
);
create index holiday_unit on holiday (unit_id, first_day);
comment on table holiday is 'Days on which people use water and gas otherwise than usual; they hold for the unit and everything below it.';

alter table channel add column is_outdoor boolean not null default false;
comment on column channel.is_outdoor is 'A temperature of the outdoor air; it holds for the unit of its meter and everything below it.';

alter table meter
  add column parent_id text references meter check (parent_id <> id),
  add column error_percent double precision check (error_percent > 0 and error_percent <= 20);
create index meter_parent on meter (parent_id) where parent_id is not null;
comment on column meter.parent_id is 'The meter through which all of its flow has gone before (总表); children never count for a district by it.';
comment on column meter.error_percent is 'Largest error by its accuracy class in the upper flow zone, percent; where it is not known 2 for water, 1.5 for gas.';

alter table dma
  add column pressure_low_kpa double precision check (pressure_low_kpa >= 0 and pressure_low_kpa <= 2500),
  add column pressure_high_kpa double precision check (pressure_high_kpa > 0 and pressure_high_kpa <= 2500),
  add column night_use_months text check (night_use_months ~ '^[0-9.]+(;[0-9.]+){11}$'),
  add check (pressure_low_kpa < pressure_high_kpa);
comment on column dma.pressure_low_kpa is 'Least pressure of its gauges in place of the rule''s limit; null: the rule''s.';
comment on column dma.night_use_months is 'Legitimate night use of each month as a factor of the year''s, twelve from January separated by ;.';
