export { type AuditEntry, type AuditVerdict, appendAudit, verifyAudit } from "./audit.ts";
export { takeNumber } from "./counters.ts";
export type { Database, Sql } from "./database.ts";
export {
  DEFAULT_POSTGRES_PORT,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from "./embedded/start.ts";
export {
  appendLiveEvent,
  LIVE_EVENT_CHANNEL,
  type NewLiveEvent,
  newestLiveEventId,
  readLiveEvents,
  type StoredLiveEvent,
  trimLiveEvents,
} from "./live-events.ts";
export { loadMigrations, type Migration, migrate } from "./migrate.ts";
export { type DatabaseOptions, openDatabase } from "./pg-database.ts";
export { asStoreError, sqlStateOf } from "./pg-errors.ts";
export { notifyRegistry, REGISTRY_CHANNEL } from "./registry-events.ts";
export { DataFolderBusyError, EmbeddedPostgresError, MigrationError } from "./relational-errors.ts";
