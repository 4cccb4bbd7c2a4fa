export { BackupDamagedError, BackupUnusableError } from "./backup-errors.ts";
export { checkBackup, type OnProgress, RELATIONAL_FOLDER, relationalPath } from "./check-backup.ts";
export {
  type CopiedBucket,
  copyBucket,
  freeBucketName,
  holdsPoints,
  type InfluxPlace,
  putBucketBack,
} from "./influx-copy.ts";
export {
  BACKUP_FORMAT,
  type BackupManifest,
  type BackupPart,
  MANIFEST_FILE,
  readManifest,
  writeManifest,
} from "./manifest.ts";
export { hashFile, syncPath, writePart } from "./part-file.ts";
export {
  dumpDatabase,
  type RelationalDump,
  type RelationalFacts,
  relationalFacts,
  restoreDatabase,
} from "./relational-dump.ts";
