export { addAccountTerms, loadAccountTerms, type NewTerms, type StoredTerms } from "./account-terms.ts";
export { type AuditEntry, type AuditVerdict, appendAudit, verifyAudit } from "./audit.ts";
export { takeNumber } from "./counters.ts";
export type { Database, Sql } from "./database.ts";
export {
  DEFAULT_POSTGRES_PORT,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  moveEmbeddedPostgres,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from "./embedded/start.ts";
export { DEFAULT_RESTART_POLICY, type RestartPolicy } from "./embedded/supervisor.ts";
export {
  ENROLMENT_CHANNEL,
  type EnrolmentChange,
  enrolmentPosition,
  type NewStranger,
  noteStranger,
  numberEnrolmentChange,
  readEnrolmentChanges,
} from "./enrolment-feed.ts";
export { GRAFANA_ROLE, type GrafanaReader, setUpGrafanaReader } from "./grafana-reader.ts";
export {
  addRevision,
  type IntervalChange,
  latestRevision,
  lockRevisions,
  markReportsRevised,
  type NewRevision,
  revisionsOf,
  revisionsOfAll,
  type StoredRevision,
} from "./interval-revisions.ts";
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
export {
  closeSilentHeadEnd,
  type OperationsEvent,
  openSilentHeadEnd,
  operationsEvents,
} from "./operations/events.ts";
export {
  endProcessReport,
  keepProcessReport,
  processReports,
  type ReportingProcess,
  type StoredProcessReport,
} from "./operations/process-reports.ts";
export { type HeadEndSilence, isSilent, silentHeadEnds } from "./operations/watch.ts";
export { type DatabaseOptions, openDatabase } from "./pg-database.ts";
export { asStoreError, sqlStateOf } from "./pg-errors.ts";
export {
  type ImportOptions,
  type ImportResult,
  importRegistry,
  type TableCounts,
} from "./registry/import-registry.ts";
export { type EnsuredMeters, ensureImportedMeters, type ImportedMeters } from "./registry/imported-meters.ts";
export { loadDevices, noteRejectedHeard, type StoredDevices } from "./registry/load-devices.ts";
export { loadKnownChannels, loadMeterRegistry, type RegisteredChannel } from "./registry/load-registry.ts";
export {
  loadMap,
  MAP_LAYERS,
  type MapFeature,
  type MapGeometry,
  type MapImportOptions,
  type MapLayer,
  replaceMap,
} from "./registry/map.ts";
export { describeRegistry } from "./registry/reference.ts";
export type { RegistryRow, RegistryTables } from "./registry/rows.ts";
export { REGISTRY_TABLES, type RegistryTable } from "./registry/tables.ts";
export { setPasswordHash } from "./registry/user-passwords.ts";
export { notifyRegistry, REGISTRY_CHANNEL } from "./registry-events.ts";
export { DataFolderBusyError, EmbeddedPostgresError, MigrationError } from "./relational-errors.ts";
export {
  addRuleSetting,
  loadRuleSettings,
  type NewRuleSetting,
  RULE_SETTING_CHANNEL,
  type RuleSetting,
} from "./rule-settings.ts";
