export type { Database, Sql } from "./database.ts";
export {
  DEFAULT_POSTGRES_PORT,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from "./embedded/start.ts";
export { loadMigrations, type Migration, migrate } from "./migrate.ts";
export { type DatabaseOptions, openDatabase } from "./pg-database.ts";
export { asStoreError, sqlStateOf } from "./pg-errors.ts";
export { DataFolderBusyError, EmbeddedPostgresError, MigrationError } from "./relational-errors.ts";
