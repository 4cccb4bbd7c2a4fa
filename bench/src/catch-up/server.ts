import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashPassword } from "@nightflow/domain/passwords";
import { openDatabasePlace, parseConfig, startUp } from "@nightflow/nightflow";
import { openDatabase, removeEmbeddedPostgres } from "@nightflow/storage";
import pino from "pino";
import { type CatchUpPlan, SITE } from "./fleet.ts";
import { seedRegistry } from "./registry.ts";

/**
 * The whole of `nightflow up` in a process of its own, with its threads and its embedded PostgreSQL, over a registry of
 * as many meters as the plan says. Reports its addresses; told to stop it removes its folder.
 */
const [plan, liveAgents, password, derived] = JSON.parse(process.argv[2] ?? "[]") as [
  CatchUpPlan,
  number,
  string,
  boolean,
];
const folder = mkdtempSync(join(tmpdir(), "nf-catch-up-"));
chmodSync(folder, 0o755);
const logger = pino({ level: "warn" });
const passwordHash = await hashPassword(password);
const names = [
  ...Array.from({ length: plan.agents }, (_, no) => `a${no}`),
  ...Array.from({ length: liveAgents }, (_, no) => `live${no}`),
];
const config = parseConfig(
  {
    site: SITE,
    dataDir: folder,
    api: { port: 0 },
    postgres: { port: 0 },
    operate: { port: 0 },
    log: { level: "warn" },
    broker: {
      port: 0,
      identities: names.map((name) => ({ name, role: "agent", site: SITE, passwordHash })),
    },
    analytics: { derived: { isEnabled: derived } },
  },
  "the bench",
);
const loaded = { config, folder, path: null };

const place = await openDatabasePlace(loaded, logger);
const db = openDatabase({ url: place.url, logger, maxConnections: 1 });
await seedRegistry(db, plan, liveAgents);
await db.close();
await place.stop();

const startedAt = performance.now();
const up = await startUp(loaded, logger, (reason) => {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
});
process.send?.({
  type: "ready",
  port: up.mqttPort,
  operateUrl: up.operateUrl,
  databaseUrl: up.databaseUrl,
  pid: process.pid,
  startS: (performance.now() - startedAt) / 1000,
});
process.once("message", () => void end());
process.once("disconnect", () => void end());

async function end(): Promise<void> {
  await up.close();
  await removeEmbeddedPostgres(join(folder, "postgres"));
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
