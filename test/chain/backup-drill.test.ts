import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, withDatabase } from "@nightflow/nightflow";
import { readManifest, removeEmbeddedPostgres } from "@nightflow/storage";
import { afterEach, describe, expect, it } from "vitest";
import { addWork, backUp, drainAgent, REPORT, remainsOf, restore, storedAtLeast, TICKET } from "../support/drill.ts";
import { Installation, silent } from "../support/installation.ts";
import { ServedValues } from "../support/served-values.ts";
import { repeatedRows, type StoredRow } from "../support/stored-rows.ts";
import { testedStores } from "../support/stores.ts";

const keyOf = ({ channel, readAtMs, value }: StoredRow) => `${channel}@${readAtMs}=${value}`;

describe.each(testedStores())("a head-end that was lost, on $name", (store) => {
  let installation: Installation | undefined;

  afterEach(async () => {
    await installation?.close();
  });

  it.runIf(store.isThere)("comes back from a backup that was taken while it ran, and goes on", async () => {
    // An agent that lives on counts from where the lost head-end was; one that is killed begins a new epoch.
    const agentLivesOn = store.name === "duckdb";
    const town = await Installation.make({ place: await store.place(), factor: 2880, homesPerDma: 3 });
    installation = town;
    const { up, agent } = await town.startAll();
    await withDatabase(loadConfig(town.configFile), silent, (db) => addWork(town, db));
    const collector = await town.signIn("collector");
    const stored = await storedAtLeast(collector, 200);
    const folder = await backUp(town);
    const { store: kept, cursors } = await readManifest(folder);
    // What comes now is acknowledged and in no backup.
    await storedAtLeast(collector, stored + 200);
    await Promise.all([up.kill(), ...(agentLivesOn ? [] : [agent.kill()])]);
    await lose(town);
    if (store.name === "influxdb") inAnotherBucket(town);

    await restore(town, folder);
    const before = await remainsOf(town);
    expect(before.counts.lastCommit).toBe(kept.lastCommit);
    expect(before.cursor).toBe(cursors.analytics ?? 0);
    expect(before.counts.stored).toBeGreaterThanOrEqual(stored);

    await Promise.all([town.startUp(), ...(agentLivesOn ? [] : [town.startAgent()])]);
    const api = await town.signIn("collector");
    await storedAtLeast(api, before.counts.stored + 50);
    await drainAgent(town, api);
    await town.stopUp();
    await town.stopTown();

    const after = await remainsOf(town);
    const left = new Set(after.rows.map(keyOf));
    expect(before.rows.filter((row) => !left.has(keyOf(row)))).toEqual([]);
    expect(after.rows.length).toBeGreaterThan(before.rows.length);
    expect(repeatedRows(after.rows)).toBe(0);
    expect(after).toMatchObject({ tickets: [TICKET], report: REPORT, auditFault: undefined, holes: [] });
    // An orderly end leaves the detectors at the end of the feed: they have read all that was behind their cursor.
    expect(after.cursor).toBe(after.counts.lastCommit);
    expect(town.log("up")).not.toMatch(/has forgotten|gone back/);
    const served = await ServedValues.read(town.ledgerDir, town.town);
    expect(after.rows.filter(({ channel, value }) => value !== null && !served.has(channel, value))).toEqual([]);
  });
});

// The PostgreSQL of a killed head-end runs on until somebody takes its place; on a lost machine it would be gone.
async function lose({ dataDir, folder }: Installation): Promise<void> {
  await removeEmbeddedPostgres(join(dataDir, "postgres"));
  renameSync(dataDir, join(folder, "lost"));
}

// The server lives on with what it has; the backup comes into a bucket of its own.
function inAnotherBucket({ configFile }: Installation): void {
  writeFileSync(configFile, readFileSync(configFile, "utf8").replace(/bucket: (\S+)/, "bucket: $1-restored"));
}
