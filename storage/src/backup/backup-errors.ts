import { NightflowError } from "@nightflow/domain";

/** A file of a backup is missing or not what was written. */
export class BackupDamagedError extends NightflowError {
  readonly code = "BACKUP_DAMAGED";
  readonly retriable = false;

  constructor(message: string, options: ConstructorParameters<typeof NightflowError>[1] = {}) {
    super(message, { remedy: "restore an older backup, or copy this one again from where it was kept", ...options });
  }
}

/** A backup that is whole and cannot be used here: of another program, another installation, or with parts that do not belong together. */
export class BackupUnusableError extends NightflowError {
  readonly code = "BACKUP_UNUSABLE";
  readonly retriable = false;
}
