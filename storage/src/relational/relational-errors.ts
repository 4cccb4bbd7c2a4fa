import { NightflowError } from "@nightflow/domain";

/** PostgreSQL beside us cannot be made, started or kept running; the message says what it printed. */
export class EmbeddedPostgresError extends NightflowError {
  readonly code: string = "EMBEDDED_POSTGRES_FAILED";
  readonly retriable: boolean = false;
}

/** Another running program owns the data folder; two programs on one folder would be two truths. */
export class DataFolderBusyError extends EmbeddedPostgresError {
  override readonly code = "DATA_FOLDER_BUSY";
  override readonly retriable = true;
}

/** A migration that this database has already run differs from the one in this program, or a number is missing. */
export class MigrationError extends NightflowError {
  readonly code = "MIGRATION_INVALID";
  readonly retriable = false;
}
