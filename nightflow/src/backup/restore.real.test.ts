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
import { columnsFrom, migrate, openDuckDbStore, removeEmbeddedPostgres } from "@nightflow/storage";
import { registerRow, testDatabase } from "@nightflow/storage/testing";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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
  vi.unstubAllEnvs();
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

  test("comes back as a whole into an empty one; a filled one is refused, or set aside, and no server of our own is started", async () => {
    const [source, target] = [await databases.fresh(), await databases.empty()];
    vi.stubEnv("DATABASE_URL", source.url);
    await source.database.query(
      `insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency)
       values (gen_random_uuid(), 'TOWN', 'company', '水司', 'Town', 'TOWN/', 'Asia/Shanghai', 'CNY')`,
    );
    await storeTwoCommits(join(folder, "one"));
    const order = { to: join(folder, "backups"), isWithSecrets: false, logger, onProgress };
    const { folder: from, manifest } = await takeBackup({ ...order, loaded: configOf("one") });

    vi.stubEnv("DATABASE_URL", target.url);
    const restore = { loaded: configOf("two"), from, isReplacing: false, logger, onProgress };
    expect(await restoreBackup(restore)).toMatchObject({ setAside: [], missing: [] });
    const companies = "select code, (select id from own_installation) as installation from org_unit";
    const back = [{ code: "TOWN", installation: manifest.installation }];
    expect((await target.database.query(companies)).rows).toEqual(back);
    const place = await openDatabasePlace(restore.loaded, logger);
    expect([place.isEmbedded, place.url]).toEqual([false, target.url]);
    await place.stop();
    expect(existsSync(join(folder, "two/postgres"))).toBe(false);
    const store = await openDuckDbStore({ path: join(folder, "two/readings.duckdb"), logger });
    expect((await store.feedConsumers()).map(({ name, lagCommits }) => [name, lagCommits])).toEqual([["analytics", 2]]);
    expect(await store.counts()).toMatchObject({ stored: 2, lastCommit: 2 });
    await store.close();

    await expect(restoreBackup(restore)).rejects.toMatchObject({ code: "RESTORE_TARGET" });
    await target.database.query("update org_unit set code = 'LATER'");
    const { setAside } = await restoreBackup({ ...restore, isReplacing: true });
    const schema = setAside
      .find((name) => name.includes("public_replaced_"))
      ?.replace(/^.*(public_replaced_\w+).*$/, "$1");
    expect((await target.database.query(companies)).rows).toEqual(back);
    expect((await target.database.query(`select code from "${schema}".org_unit`)).rows).toEqual([{ code: "LATER" }]);
  });
});

/** Two commits in an embedded store, and a reader of its feed that has read both; the database knows of none. */
async function storeTwoCommits(dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const store = await openDuckDbStore({ path: join(dataDir, "readings.duckdb"), logger });
  for (const seq of [1, 2])
    await store.commit({
      receivedAtMs: seq,
      batches: [{ agent: "town/a1", epoch: "e", seq }],
      readings: columnsFrom([registerRow("N1.forward_total", seq, BigInt(seq))]),
      setAside: [],
      repeats: 0,
    });
  await store.saveCursor("analytics", 2);
  await store.close();
}
