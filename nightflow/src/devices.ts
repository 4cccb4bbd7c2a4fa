import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@nightflow/domain";
import {
  type ChannelRegistry,
  createDeviceDirectory,
  type Ingest,
  type LoadedDeviceDirectory,
  type SetAsideDesk,
  startSetAsideDesk,
} from "@nightflow/ingest";
import { createJobQueue, type Database, loadDevices, type ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";

/** What people decided about devices and unknown channels, with a copy in the data folder for when PostgreSQL is away. */
export function openDevices(db: Database, dataDir: string, logger: Logger): Promise<LoadedDeviceDirectory> {
  const file = join(dataDir, "devices.json");
  const copy = {
    read: () => readFile(file, "utf8").catch(absent),
    async write(text: string) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
  };
  return createDeviceDirectory({ load: () => loadDevices(db), copy, logger });
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

/** What the desk of entries set aside works with. */
export interface DeskParts {
  readonly ingest: Ingest;
  readonly store: ReadingStore;
  readonly registry: ChannelRegistry;
  readonly devices: LoadedDeviceDirectory;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Does in this process what people decide about entries set aside. */
export function openDesk(parts: DeskParts): SetAsideDesk {
  const { db, clock, logger } = parts;
  const redisUrl = process.env.REDIS_URL;
  const jobs = createJobQueue({ db, logger, clock, ...(redisUrl && { redisUrl }) });
  return startSetAsideDesk({ ...parts, jobs });
}
