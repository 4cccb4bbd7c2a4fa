import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { REVOCATIONS } from "../broker-security.ts";

/** Folders of the data folder that hold keys: the platform's authority, passwords it made, tokens of InfluxDB. */
const FOLDERS = ["pki", "secrets", "influxdb"];
/**
 * A copy of what PostgreSQL holds; an old one would keep the broker from hearing of later changes. And what was revoked,
 * which is never put back to an earlier day.
 */
const COPIES = new Set(["roll.jsonl", REVOCATIONS]);

/** Files of the data folder that hold keys, by their path in it. */
export async function keyFiles(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    const entries = await readdir(join(dataDir, folder), { withFileTypes: true, recursive: true }).catch(noneOf);
    for (const entry of entries)
      if (entry.isFile() && !COPIES.has(entry.name) && !entry.name.endsWith(".new"))
        found.push(relative(dataDir, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  }
  return found.sort();
}

function noneOf(error: NodeJS.ErrnoException): never[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
