import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Engine, loadSnapshot, pointTo, putPieces } from "@nightflow/analytics";
import {
  type Database,
  migrate,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from "@nightflow/storage";
import pino from "pino";
import { benchMeter } from "../made-pages.ts";
import { FleetPages } from "./day-pages.ts";

const PERIOD_MS = 15 * 60_000;
const RESTART = "restart";
const PAGE_ROWS = 20_000;
const logger = pino({ level: "warn" }, pino.destination(2));

/**
 * A whole utility in memory: `capacity [meters] [readings of each]`. Every reading is validated into intervals and judged by all
 * rules, from arrays, on one core; then the detectors' state goes to PostgreSQL in pieces, and a new engine takes it up.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [first, url] = args;
  if (first === RESTART && url !== undefined) return restartAt(url, Number(args[2]));
  const [meters = 1_000_000, rounds = 96] = args.map(Number);
  const registry = Array.from({ length: meters }, (_, at) => benchMeter(at, PERIOD_MS));
  const engine = new Engine(registry);
  print("capacity", { rounds, ...judge(engine, meters, rounds) });
  await withPostgres(async (db, url) => {
    print("snapshot", { ...(await save(engine, db)) });
    const main = fileURLToPath(new URL("../main.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [main, "capacity", RESTART, url, String(meters)]);
    process.stdout.write(stdout);
  });
}

function judge(engine: Engine, meters: number, rounds: number) {
  const pages = new FleetPages(meters, PERIOD_MS);
  let [cpuUs, findings] = [0, 0];
  for (let round = 0; round < rounds; round++)
    for (let from = 0; from < meters; from += PAGE_ROWS) {
      const page = pages.page(round, from, PAGE_ROWS);
      const began = process.cpuUsage();
      findings += engine.feed(page).events.length;
      const { user, system } = process.cpuUsage(began);
      cpuUs += user + system;
    }
  const readings = meters * rounds;
  return {
    cpuSeconds: round1(cpuUs / 1e6),
    readingsPerSecond: Math.round(readings / (cpuUs / 1e6)),
    nsPerReading: Math.round((cpuUs * 1000) / readings),
    findings,
    ...engine.stats(),
    rssMb: rssMb(),
  };
}

async function save(engine: Engine, db: Database) {
  const watch = watchTurns();
  const put = await putPieces((work) => db.transaction(work), 0, { cursor: 1, pieces: () => engine.snapshotPieces() });
  await db.transaction((tx) => pointTo(tx, put));
  return { ...watch(), pieces: put.pieces, megabytes: await megabytesOf(db) };
}

/** In a process of its own, as after a death. */
async function restartAt(url: string, meters: number): Promise<void> {
  const db = openDatabase({ url, logger });
  print("restart", await restart(db, () => Array.from({ length: meters }, (_, at) => benchMeter(at, PERIOD_MS))));
  await db.close();
}

/** As the runner does: the state, then the registry, which is made here instead of read; until the engine would take the next reading. */
async function restart(db: Database, loadRegistry: () => ConstructorParameters<typeof Engine>[0]) {
  const engine = new Engine([]);
  const ofState = watchTurns();
  const saved = await loadSnapshot(db, 0);
  await engine.restorePieces(saved?.pieces() ?? []);
  const state = ofState();
  const channels = loadRegistry();
  const ofRegistry = watchTurns();
  await engine.takeRegistry(channels);
  const registry = ofRegistry();
  return { seconds: round1(state.seconds + registry.seconds), state, registry, ...engine.stats(), rssMb: rssMb() };
}

/** Wall time, processor time, and the longest time for which nothing else had its turn. */
function watchTurns() {
  const beganMs = performance.now();
  const cpu = process.cpuUsage();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return () => {
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds: round1((performance.now() - beganMs) / 1000),
      cpuSeconds: round1((user + system) / 1e6),
      longestTurnMs: Math.round(delay.max / 1e6),
      turnP99Ms: Math.round(delay.percentile(99) / 1e6),
    };
  };
}

async function megabytesOf(db: Database): Promise<number> {
  const { rows } = await db.query<{ bytes: number }>(
    "select sum(length(bytes))::float8 as bytes from analytics_snapshot_piece",
  );
  return Math.round((rows[0]?.bytes ?? 0) / 1e6);
}

async function withPostgres(work: (db: Database, url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nf-capacity-"));
  await chmod(folder, 0o755);
  const dataDir = path.join(folder, "postgres");
  const server = await startEmbeddedPostgres({ dataDir, port: 0, logger });
  const db = openDatabase({ url: server.url, logger });
  try {
    await migrate(db, logger);
    await work(db, server.url);
  } finally {
    await db.close();
    await server.stop();
    await removeEmbeddedPostgres(dataDir);
    await rm(folder, { recursive: true, force: true });
  }
}

function print(bench: string, figures: object): void {
  process.stdout.write(`${JSON.stringify({ bench, ...figures })}\n`);
}

function rssMb(): number {
  return Math.round(process.memoryUsage().rss / 1e6);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
