import { join } from "node:path";
import { NightflowError } from "@nightflow/domain";
import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** Does the store file open, and is it of a format that this program knows? */
export async function checkDuckDb({ probes, dataDir, loaded, upPid }: Patient): Promise<Finding[]> {
  if (loaded.config.store !== "duckdb") return [];
  const path = join(dataDir, "readings.duckdb");
  const file = probes.rights(path);
  if (file === undefined) return [found("ok", "store.absent")];
  const sizeMb = Math.ceil(file.bytes / 1024 / 1024);
  if (upPid !== undefined) return [found("ok", "store.running", { pid: upPid, sizeMb })];
  try {
    const { format, known } = await probes.storeFormat(path);
    if (format > known) return [found("fail", "store.newer", { format, known })];
    if (format < known) return [found("warn", "store.older", { format, known })];
    return [found("ok", "store.file", { format, sizeMb })];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof NightflowError && error.code === "STORE_BUSY") return [found("fail", "store.held")];
    return [found("fail", "store.unreadable", { reason })];
  }
}
