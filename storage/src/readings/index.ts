export { type DuckDbStoreOptions, openDuckDbStore } from "./duckdb/duckdb-store.ts";
export * from "./errors.ts";
export * from "./last-values.ts";
export * from "./reading-columns.ts";
export { connectReadingStore } from "./remote/connect.ts";
export { serveReadingStore } from "./remote/serve.ts";
