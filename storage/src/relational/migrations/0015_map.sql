-- The utility's map: outlines of districts, and what lies behind them. GeoJSON geometries in WGS 84 (RFC 7946).

create table map_feature (
  no bigint generated always as identity primary key,
  layer text not null check (layer in ('district', 'main', 'water', 'road', 'other')),
  dma_id text unique references dma on delete cascade,
  name text,
  geometry jsonb not null,
  check ((layer = 'district') = (dma_id is not null))
);
