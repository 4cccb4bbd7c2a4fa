import { type RestoreReport, restoreBackup } from "../backup/restore-backup.ts";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { Stages } from "./stages.ts";

/** Options of `nightflow restore`, as text from the command line. */
export interface RestoreCommand {
  readonly from: string;
  readonly replace?: boolean;
  readonly operatorTokenFile?: string;
  readonly config?: string;
}

/** `nightflow restore`: a backup comes back as one set into an empty installation. */
export async function runRestore({ from, replace, operatorTokenFile, config }: RestoreCommand): Promise<void> {
  const loaded = loadConfig(config);
  const stages = new Stages();
  const logger = makeLogger("warn", "restore", { fd: 2 });
  const more = operatorTokenFile === undefined ? {} : { operatorTokenFile };
  const isReplacing = replace === true;
  const report = await restoreBackup({ loaded, from, isReplacing, logger, onProgress: stages.show, ...more });
  stages.end();
  process.stdout.write(`${linesOf(report).join("\n")}\n`);
}

const NEW_BUCKETS =
  "the buckets of InfluxDB are new ones: tokens that were bound to the old ones do not reach them; run nightflow influx setup --rotate";

function linesOf({ manifest, setAside, missing }: RestoreReport): string[] {
  const { store, startedAt, endedAt, cursors, parts } = manifest;
  const behind = Object.entries(cursors).map(([name, cursor]) => `${name} from commit ${cursor}`);
  return [
    `restored the backup of ${startedAt} to ${endedAt}, up to commit ${store.lastCommit}`,
    ...(behind.length === 0 ? [] : [`read again at the next start: ${behind.join(", ")}`]),
    "what agents still hold they send again; what was acknowledged after the backup is not in it",
    ...(parts.some(({ isSecret }) => isSecret)
      ? []
      : ["the backup has no keys: agents have to join anew, and identities need new passwords"]),
    ...(store.kind === "influxdb" ? [NEW_BUCKETS] : []),
    ...setAside.map((place) => `what was there before is in ${place}`),
    ...missing.map((hash) => `file ${hash} is not in the backup: it was missing or damaged when that was made`),
  ];
}
