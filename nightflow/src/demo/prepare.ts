import { createWriteStream, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { countsToValue } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import {
  buildTown,
  isCounting,
  SimulatorsConfig,
  type Town,
  totalRegisterOf,
  townHistory,
} from "@nightflow/simulators";
import { type Database, importRegistry, removeEmbeddedPostgres, replaceMap, setPasswordHash } from "@nightflow/storage";
import { stringify } from "yaml";
import { UsageError } from "../commands/failure.ts";
import { readablePassword } from "../commands/password.ts";
import { historyStartOf } from "../commands/simulators.ts";
import { lockFolder, requireFree } from "../config/folder-lock.ts";
import { type LoadedConfig, parseConfig } from "../config/load.ts";
import { makeIdentity } from "../identity.ts";
import { readRegistryFolder } from "../registry/read-folder.ts";
import { readMapFile } from "../registry/read-map.ts";
import { TOWN_AGENT, writeTownRegistry } from "../town/setup.ts";
import { DEMO_USERS } from "./people.ts";

/** Ports that the demo listens on. */
export interface DemoPorts {
  readonly api: number;
  readonly mqtt: number;
  readonly postgres: number;
}

/** What the demo is made of before anything runs. */
export interface DemoPlan {
  readonly dataDir: string;
  readonly town: Town;
  /** End of the history and start of the live part. */
  readonly liveStartMs: number;
  readonly configFile: string;
  readonly clockFile: string;
  readonly historyFile: string;
  readonly agentFile: string;
  /** The configuration with the real clock, for bringing the history in. */
  readonly importing: LoadedConfig;
  readonly passwords: ReadonlyMap<string, string>;
}

/** Store settings beside DuckDB, from the environment. */
export interface InfluxPlace {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
}

const HOUR_MS = 3_600_000;

/**
 * Empties the demo's folder, with a PostgreSQL that a killed demo has left behind, and keeps other demos off it.
 *
 * @throws {DataFolderBusyError} when a demo runs there.
 * @throws {UsageError} when it holds something else than a demo's data: that is not removed.
 */
export async function emptyDemoFolder(dataDir: string): Promise<void> {
  requireFree(dataDir, "demo");
  requireFree(dataDir, "up");
  requireDemoFolder(dataDir);
  await removeEmbeddedPostgres(join(dataDir, "postgres"));
  rmSync(dataDir, { recursive: true, force: true });
  // Stays when the demo ends: it is also the mark by which the next one knows that it may empty the folder.
  lockFolder(dataDir, "demo");
}

function requireDemoFolder(dataDir: string): void {
  const names = existsSync(dataDir) ? readdirSync(dataDir) : [];
  if (names.length === 0 || names.includes("demo.lock") || names.includes("history.csv")) return;
  throw new UsageError(`${dataDir} holds something else than a demo's data, and the demo empties its folder`, {
    remedy: "name a new folder with --data, or remove this one yourself",
  });
}

/** Writes everything that the demo's processes read but the clock, which starts last. */
export async function prepareDemo(
  dataDir: string,
  seed: number,
  ports: DemoPorts,
  influx: InfluxPlace | null,
): Promise<DemoPlan> {
  const { zone, homesPerDma, historyDays } = SimulatorsConfig.parse({ seed });
  const liveStartMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const town = buildTown({ seed, zone, homesPerDma, historyStartMs: historyStartOf({ historyDays }, liveStartMs) });
  const identity = await makeIdentity(dataDir, TOWN_AGENT.agent);
  const settings = settingsOf(ports, influx, identity.hashFile);
  const configFile = join(dataDir, "nightflow.yaml");
  writeFileSync(configFile, stringify({ ...settings, clock: { anchorFile: "clock.json" } }));
  const plan: DemoPlan = {
    dataDir,
    town,
    liveStartMs,
    configFile,
    clockFile: join(dataDir, "clock.json"),
    historyFile: join(dataDir, "history.csv"),
    agentFile: join(dataDir, "agent.yaml"),
    importing: { config: parseConfig(settings, configFile), folder: dataDir, path: configFile },
    passwords: new Map(DEMO_USERS.map((user) => [user.login, readablePassword()])),
  };
  writeFileSync(plan.agentFile, stringify(agentSettings(ports.mqtt, identity.passwordFile)));
  writeTownRegistry(town, join(dataDir, "registry"));
  return plan;
}

function settingsOf(ports: DemoPorts, influx: InfluxPlace | null, passwordFile: string): object {
  return {
    dataDir: ".",
    site: TOWN_AGENT.site,
    store: influx === null ? "duckdb" : "influxdb",
    ...(influx === null ? {} : { influxdb: influx }),
    log: { level: "info" },
    postgres: { port: ports.postgres },
    operate: { port: 0 },
    broker: {
      port: ports.mqtt,
      identities: [{ name: TOWN_AGENT.agent, role: "agent", site: TOWN_AGENT.site, passwordFile }],
    },
    api: { port: ports.api },
  };
}

function agentSettings(mqttPort: number, passwordFile: string): object {
  return {
    ...TOWN_AGENT,
    dataDir: "agent",
    configFile: "town/agent-config.json",
    clockFile: "clock.json",
    mqtt: { url: `mqtt://127.0.0.1:${mqttPort}`, username: TOWN_AGENT.agent, passwordFile, statusMs: 2000 },
    // A simulated hour is two and a half seconds: readings are taken every 100 ms, or detectors would wait for them.
    outbox: { flushMs: 100 },
    operate: { port: 0 },
  };
}

/** Imports the registry and sets the users' passwords. @throws {Error} listing the faults, of which a town has none. */
export async function importTown(plan: DemoPlan, db: Database): Promise<void> {
  const { tables, faults } = readRegistryFolder(join(plan.dataDir, "registry"));
  const result = await importRegistry(db, tables, { actor: "demo", at: plan.liveStartMs });
  const map = readMapFile(join(plan.dataDir, "registry"));
  const mapFaults = await replaceMap(db, map.features ?? [], { actor: "demo", at: plan.liveStartMs });
  const all = [...faults, ...result.faults, ...map.faults, ...mapFaults];
  if (all.length > 0) throw new Error(`the town's registry has faults:\n${all.join("\n")}`);
  for (const [login, password] of plan.passwords) await setPasswordHash(db, login, await hashPassword(password));
}

/** Writes the town's past as a file for `nightflow import`; it ends with the reading at the live start. */
export async function writeHistory({ town, liveStartMs, historyFile }: DemoPlan): Promise<void> {
  const resolutions = new Map(
    town.meters.filter(isCounting).map((meter) => [meter.id, totalRegisterOf(meter).resolution]),
  );
  function* lines() {
    yield "meter,read_at,forward_total_m3\n";
    for (const row of townHistory(town, { fromMs: town.historyStartMs, toMs: liveStartMs + 1 })) {
      const resolution = resolutions.get(row.meter) ?? 0.001;
      yield `${row.meter},${new Date(row.readAtMs).toISOString()},${countsToValue(row.counts, resolution)}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(historyFile));
}
