import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, removeEmbeddedPostgres } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { openDatabasePlace } from "../database-place.ts";
import { restoreBackup } from "./restore-backup.ts";
import { makeRoomInDatabase, refuseFilledDatabase } from "./set-aside-place.ts";
import { takeBackup } from "./take-backup.ts";
import { isRestoreUnfinished, markRestore } from "./unfinished-restore.ts";

const logger = pino({ level: "silent" });
const onProgress = () => undefined;
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-restore-"));
  // As root PostgreSQL runs under a user of its own, who has to pass through.
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  for (const name of ["one", "two"]) await removeEmbeddedPostgres(join(folder, name, "postgres"));
  const two = join(folder, "two");
  for (const name of existsSync(two) ? readdirSync(two) : [])
    if (name.startsWith("replaced-")) await removeEmbeddedPostgres(join(two, name, "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

function configOf(dataDir: string): LoadedConfig {
  const file = join(folder, `${dataDir}.yaml`);
  writeFileSync(file, `dataDir: ${dataDir}\npostgres: {port: 0}\n`);
  return loadConfig(file);
}

test("an installation that stands still comes back elsewhere; what is there is never overwritten, nor half a restore started", async () => {
  const secret = join(folder, "one/secrets/mqtt-token");
  mkdirSync(join(folder, "one/secrets"), { recursive: true });
  writeFileSync(secret, "kept");
  mkdirSync(join(folder, "one/pki"));
  writeFileSync(join(folder, "one/pki/revoked.jsonl"), "of its day\n");
  const order = { to: join(folder, "backups"), isWithSecrets: true, logger, onProgress };
  const { folder: from, manifest } = await takeBackup({ ...order, loaded: configOf("one") });
  expect(manifest.parts.filter(({ isSecret }) => isSecret)).toMatchObject([{ path: "keys/secrets/mqtt-token" }]);

  const target = { loaded: configOf("two"), from, isReplacing: false, logger, onProgress };
  expect(await restoreBackup(target)).toMatchObject({ setAside: [], missing: [] });
  expect(statSync(join(folder, "two/secrets/mqtt-token")).mode & 0o077).toBe(0);
  await expect(restoreBackup(target)).rejects.toMatchObject({
    code: "RESTORE_TARGET",
    remedy: expect.stringContaining("--replace"),
  });

  mkdirSync(join(folder, "two/pki"));
  const revoked = join(folder, "two/pki/revoked.jsonl");
  writeFileSync(revoked, "revoked since\n");
  markRestore(join(folder, "two"), from);
  await expect(openDatabasePlace(target.loaded, logger)).rejects.toMatchObject({ code: "RESTORE_TARGET" });
  const { setAside } = await restoreBackup(target);
  expect(readdirSync(setAside[0] ?? "").sort()).toEqual(["pki", "postgres", "readings.duckdb", "secrets"]);
  expect(readFileSync(revoked, "utf8")).toBe("revoked since\n");
  expect(isRestoreUnfinished(join(folder, "two"))).toBe(false);
});

test("a backup of another site or another kind of store is refused before anything is touched", async () => {
  const order = { to: join(folder, "backups"), isWithSecrets: false, logger, onProgress };
  const { folder: from } = await takeBackup({ ...order, loaded: configOf("one") });
  const { config, ...rest } = configOf("two");
  const loaded = { ...rest, config: { ...config, site: "elsewhere" as never } };
  await expect(restoreBackup({ loaded, from, isReplacing: true, logger, onProgress })).rejects.toMatchObject({
    code: "BACKUP_UNUSABLE",
    message: expect.stringContaining("site town"),
  });
  expect(readdirSync(join(folder, "two"))).toEqual([]);
});

describe("a PostgreSQL of the user's", () => {
  const databases = testDatabase();

  test("that is filled is refused, or set aside as a renamed schema beside an empty one", async () => {
    const { database } = await databases.fresh();
    await expect(refuseFilledDatabase(database)).rejects.toMatchObject({ code: "RESTORE_TARGET" });
    const moved = await makeRoomInDatabase(database, "20260301-020004");
    expect(moved.sort()).toEqual(["grafana_replaced_20260301_020004", "public_replaced_20260301_020004"]);
    await refuseFilledDatabase(database);
    expect(await migrate(database, logger)).toBeGreaterThan(7);
    // What was there is still there to look at, and the new one has none of it.
    const { rows } = await database.query(
      `select (select id from "public_replaced_20260301_020004".own_installation) <> (select id from own_installation) as "isOther"`,
    );
    expect(rows).toEqual([{ isOther: true }]);
  });
});
