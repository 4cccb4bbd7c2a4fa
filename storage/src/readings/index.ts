export { type DuckDbStoreOptions, openDuckDbStore } from "./duckdb/duckdb-store.ts";
export * from "./errors.ts";
export type { FeedBounds } from "./influx/feed.ts";
export { type InfluxStoreOptions, openInfluxStore } from "./influx/influx-store.ts";
export { type InfluxSetUp, type InfluxTokens, makeBucket, setUpInflux } from "./influx/set-up.ts";
export * from "./last-values.ts";
export * from "./reading-columns.ts";
export { connectReadingStore } from "./remote/connect.ts";
export { serveReadingStore } from "./remote/serve.ts";
