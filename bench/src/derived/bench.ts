import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DerivedConfig, type DerivedDeps, startDerivedSeries } from "@nightflow/analytics";
import { realClock } from "@nightflow/domain";
import {
  type Database,
  migrate,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from "@nightflow/storage";
import pino from "pino";
import { benchMeter, pageFrom } from "../made-pages.ts";
import { childrenOf, statOf } from "../processes.ts";

const PERIOD_MS = 15 * 60_000;
const logger = pino({ level: "warn" }, pino.destination(2));

/**
 * The derived hours alone, on an embedded PostgreSQL that writes to its disk: `derived [meters] [readings of each]
 * [registers held in memory]`. The feed brings one reading of every meter, then the next: as few readings of a register
 * close together as there can be. With fewer registers held than meters, each reading is read and written by itself.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [meters = 20_000, rounds = 96, heldRegisters = 1_000_000] = args.map(Number);
  const folder = await mkdtemp(path.join(os.tmpdir(), "nf-derived-"));
  await chmod(folder, 0o755);
  const dataDir = path.join(folder, "postgres");
  const server = await startEmbeddedPostgres({ dataDir, port: 0, logger });
  const db = openDatabase({ url: server.url, logger });
  try {
    await migrate(db, logger);
    const figures = await derive(db, { meters, rounds, heldRegisters });
    process.stdout.write(`${JSON.stringify({ bench: "derived", meters, rounds, heldRegisters, ...figures })}\n`);
  } finally {
    await db.close();
    await server.stop();
    await removeEmbeddedPostgres(dataDir);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Plan {
  readonly meters: number;
  readonly rounds: number;
  readonly heldRegisters: number;
}

async function derive(db: Database, { meters, rounds, heldRegisters }: Plan) {
  const registry = Array.from({ length: meters }, (_, at) => benchMeter(at, PERIOD_MS));
  const readings = meters * rounds;
  const before = { wallMs: performance.now(), node: process.cpuUsage(), postgresS: postgresCpuS() };
  const series = startDerivedSeries({
    store: storeOf(meters, readings),
    db,
    clock: realClock,
    config: DerivedConfig.parse({ restShare: 0, heldRegisters }),
    logger,
    loadRegistry: async () => registry,
  });
  await series.idle();
  const seconds = (performance.now() - before.wallMs) / 1000;
  const node = process.cpuUsage(before.node);
  const postgresS = postgresCpuS() - before.postgresS;
  await series.close();
  const { rows } = await db.query<{ litres: number }>(
    "select sum(used_ml)::float8 / 1000 as litres from district_hour",
  );
  return {
    readings: series.stats().readings,
    readingsPerS: Math.round(readings / seconds),
    nodeUsPerReading: round((node.user + node.system) / readings),
    postgresUsPerReading: round((postgresS * 1e6) / readings),
    litres: rows[0]?.litres,
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  };
}

/** A store whose feed has all readings at once, one commit each. */
function storeOf(meters: number, readings: number): DerivedDeps["store"] {
  return {
    changesSince: async (cursor, limit) => {
      const length = Math.min(limit, readings - cursor);
      const page = pageFrom(cursor, length, meters, PERIOD_MS);
      return { cursor: cursor + length, hasMore: cursor + length < readings, readings: page };
    },
    saveCursor: async () => undefined,
    curve: () => Promise.reject(new Error("no reading comes late here")),
    setAside: async () => [],
  };
}

function postgresCpuS(): number {
  return childrenOf(process.pid).reduce((sum, pid) => sum + statOf(pid).cpuS, 0);
}

function round(figure: number): number {
  return Math.round(figure * 10) / 10;
}
