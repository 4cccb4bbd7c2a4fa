import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Process id of the PostgreSQL beside an installation's `up`; undefined while there is none. */
export function postmasterOf({ dataDir }: { readonly dataDir: string }): number | undefined {
  try {
    const file = join(dataDir, "postgres", "server", "cluster", "postmaster.pid");
    const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
    return pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}
