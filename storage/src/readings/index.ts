export type { CompactionOptions, CompactionReport } from "./duckdb/compaction.ts";
export type { StoreFileFormat } from "./duckdb/inspect-file.ts";
export type { RetentionReport, RetentionRule } from "./duckdb/retention.ts";
export type { TableCheck, TableSalvage } from "./duckdb/salvage.ts";
export type { HeldStore, StillFile, StoreFileFacts } from "./duckdb/still-file.ts";
export type { DuckDbReadingStore, DuckDbStoreOptions } from "./duckdb/store-port.ts";
export type { UpkeepPolicy } from "./duckdb/upkeep.ts";
export * from "./errors.ts";
export type { ExportReport } from "./files/export.ts";
export { ExportFileError, formatOfFile, type ReadingsFormat } from "./files/format.ts";
export type { ImportedReport } from "./files/import.ts";
export type { FeedBounds } from "./influx/feed.ts";
export { type FluxOptions, type FluxRow, fluxRows } from "./influx/flux.ts";
export { type InfluxReadingStore, openInfluxStore } from "./influx/influx-store.ts";
export type { StoreHealth } from "./influx/influx-watch.ts";
export { type BucketWish, type ProvisionStep, type ProvisionWish, provisionInflux } from "./influx/provision.ts";
export {
  firstSetUp,
  type InfluxSetUp,
  type InfluxTokens,
  makeBucket,
  needsFirstSetUp,
  setUpInflux,
} from "./influx/set-up.ts";
export type { InfluxStoreOptions } from "./influx/store-options.ts";
export type { KeptTokens, TokenChange, TokenRight } from "./influx/token-provision.ts";
export { Influx1CannotError } from "./influx1/influx1-errors.ts";
export {
  type Influx1Cannot,
  type Influx1Options,
  type Influx1Store,
  openInflux1Store,
} from "./influx1/influx1-store.ts";
export * from "./last-values.ts";
export * from "./local-days.ts";
export * from "./on-demand.ts";
export * from "./reading-columns.ts";
export { connectReadingStore } from "./remote/connect.ts";
export { serveReadingStore } from "./remote/serve.ts";
export * from "./roll-ups.ts";
export * from "./roll-ups-by-curve.ts";
