import { type Clock, ConfigError, PortBusyError } from "@nightflow/domain";
import { type Database, openDatabase, type ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import { makeClock } from "../config/clock.ts";
import type { LoadedConfig } from "../config/load.ts";
import { openDatabasePlace } from "../database-place.ts";
import { openStore } from "../open-store.ts";
import { type OperatedRoom, type OperateRoomDeps, type OperateView, operateRoom } from "../operate/index.ts";
import type { SelfJudging } from "../operate/views/store.ts";
import type { ThreadSettings } from "../threads/settings.ts";
import { threadSettings } from "../up.ts";

/** Rooms that run as processes of their own. */
export type RoomName = "broker" | "ingest" | "analytics" | "api";

/** What a room that runs alone stands on. */
export interface Ground {
  readonly settings: ThreadSettings;
  readonly db: Database;
  readonly store: ReadingStore & SelfJudging;
  readonly clock: Clock;
  close(): Promise<void>;
}

/**
 * Checks that a room can run alone: beside others, in any number. All faults at once.
 *
 * @throws {ConfigError} when a store or a server that several processes can share is not configured.
 */
export function requireShareable({ config, path }: LoadedConfig, room: RoomName): void {
  if (room === "broker") return;
  const faults: string[] = [];
  if (config.store === "duckdb")
    faults.push("store: a DuckDB file belongs to one process, and nightflow up is that process; set store: influxdb");
  if (!process.env.DATABASE_URL)
    faults.push("DATABASE_URL is not set: rooms that run alone share a PostgreSQL of yours, none starts its own");
  if (room === "ingest" && config.mqtt === undefined)
    faults.push(
      "mqtt: name the broker that ingest takes its batches from (mqtt.url); Nightflow's own runs in nightflow up",
    );
  if (faults.length === 0) return;
  throw new ConfigError(path ?? "nightflow.yaml", faults, {
    remedy: `docs/rooms-alone.md tells what nightflow ${room} needs; nightflow up needs none of it`,
  });
}

/** Opens the database, migrated, and the store of a room. @throws {ConfigError} as `requireShareable` does. */
export async function openGround(loaded: LoadedConfig, room: RoomName, logger: Logger): Promise<Ground> {
  requireShareable(loaded, room);
  const place = await openDatabasePlace(loaded, logger);
  const settings = await threadSettings(loaded, place.url);
  const clock = makeClock(settings.anchor);
  const db = openDatabase({
    url: place.url,
    logger,
    maxConnections: room === "api" ? 12 : 6,
    applicationName: `nightflow ${room}`,
  });
  const store = await openStore(settings, db, clock, logger).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  return {
    settings,
    db,
    store,
    clock,
    async close() {
      await store.close();
      await db.close();
      await place.stop();
    },
  };
}

/** Where each room serves its metrics beside the others of one configuration: `operate.port` and as many on. */
const PORT_STEPS: Readonly<Record<RoomName, number>> = { broker: 2, ingest: 3, analytics: 4, api: 5 };

type OperateAloneDeps = Pick<OperateRoomDeps, "logger" | "sql" | "publish"> & { readonly settings: ThreadSettings };

/**
 * Serves metrics and health of a room alone and gives its signs of life. A second room of the same kind on one machine
 * finds the port taken: it takes any free one, which the log names.
 */
export async function operateAlone(
  room: RoomName,
  view: OperateView,
  { settings, ...deps }: OperateAloneDeps,
): Promise<OperatedRoom> {
  const { site, operate } = settings.config;
  const port = operate.port === 0 ? 0 : operate.port + PORT_STEPS[room];
  const parts = { ...deps, part: room, view, site };
  return await operateRoom({ ...parts, config: { ...operate, port } }).catch((error: unknown) => {
    if (!(error instanceof PortBusyError)) throw error;
    deps.logger.warn({ port }, "the port of metrics and health is taken; a free one is used");
    return operateRoom({ ...parts, config: { ...operate, port: 0 } });
  });
}
