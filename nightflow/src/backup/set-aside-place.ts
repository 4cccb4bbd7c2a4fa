import { mkdir, readdir, rename } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { type Database, moveEmbeddedPostgres } from "@nightflow/storage";
import { RestoreTargetError } from "./unfinished-restore.ts";

const REPLACED = "replaced-";

/** What lies in a data folder and would be in the way of a restore; `from` itself and what was set aside before are not. */
async function inTheWay(dataDir: string, from: string): Promise<string[]> {
  const names = await readdir(dataDir).catch(() => []);
  return names.filter((name) => {
    const isOfBackup = `${resolve(from)}${sep}`.startsWith(`${join(resolve(dataDir), name)}${sep}`);
    return !isOfBackup && !name.startsWith(REPLACED) && !name.endsWith(".lock") && name !== "restore-unfinished";
  });
}

/** @throws {RestoreTargetError} when a data folder holds anything that a restore would have to set aside. */
export async function refuseFilled(dataDir: string, from: string): Promise<void> {
  const names = await inTheWay(dataDir, from);
  if (names.length > 0)
    throw new RestoreTargetError(`${dataDir} is not empty: it holds ${names.slice(0, 5).join(", ")}`, {
      remedy:
        "name an empty data folder (dataDir), or add --replace: what is there is then set aside beside it, nothing is deleted",
    });
}

/** Makes room in a data folder; gives where what was there lies now, null when nothing was. */
export async function makeRoom(dataDir: string, from: string, stamp: string): Promise<string | null> {
  const names = await inTheWay(dataDir, from);
  if (names.length === 0) return null;
  const target = join(dataDir, `${REPLACED}${stamp}`);
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of names) {
    const [old, moved] = [join(dataDir, name), join(target, name)];
    await (name === "postgres" ? moveEmbeddedPostgres(old, moved) : rename(old, moved));
  }
  return target;
}

/** @throws {RestoreTargetError} when a PostgreSQL of the user's has tables that a restore would have to set aside. */
export async function refuseFilledDatabase(db: Database): Promise<void> {
  if ((await filledSchemas(db)).length > 0)
    throw new RestoreTargetError("the database of DATABASE_URL is not empty", {
      remedy: "name an empty database, or add --replace: its schema is then renamed, nothing is deleted",
    });
}

async function filledSchemas(db: Database): Promise<{ schema: string }[]> {
  const { rows } = await db.query<{ schema: string }>(
    `select n.nspname as schema from pg_namespace n where n.nspname in (current_schema(), 'grafana')
       and exists (select 1 from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v'))`,
  );
  return rows;
}

/** Makes room in a PostgreSQL of the user's; gives the schemas that hold what was there. */
export async function makeRoomInDatabase(db: Database, stamp: string): Promise<string[]> {
  const rows = await filledSchemas(db);
  if (rows.length === 0) return [];
  const suffix = `_${REPLACED}${stamp}`.replaceAll("-", "_");
  return await db.transaction(async (tx) => {
    const { rows: own } = await tx.query<{ name: string }>("select current_schema() as name");
    const moved: string[] = [];
    for (const { schema } of rows) {
      await tx.query(`alter schema "${schema}" rename to "${schema}${suffix}"`);
      moved.push(`${schema}${suffix}`);
    }
    if (moved.some((name) => name === `${own[0]?.name}${suffix}`)) await tx.query(`create schema "${own[0]?.name}"`);
    return moved;
  });
}
