import { startBroker } from "@nightflow/broker";
import { openDatabase } from "@nightflow/storage";
import type { Logger } from "pino";
import { openBrokerSecurity } from "../broker-security.ts";
import { lockFolder } from "../config/folder-lock.ts";
import { dataDirOf, type LoadedConfig } from "../config/load.ts";
import { mergeViews } from "../operate/index.ts";
import { brokerView } from "../operate/views/broker.ts";
import { databaseView } from "../operate/views/database.ts";
import { threadSettings } from "../up.ts";
import { operateAlone } from "./alone.ts";
import type { RunningRoom } from "./running.ts";

/**
 * Runs the broker alone: it hands on what agents say and stores nothing. With DATABASE_URL it follows the roll of agents
 * there; without, the roll that it has in its data folder.
 *
 * @throws {PortBusyError} when a port is taken; {DataFolderBusyError} when another program works on its data folder.
 */
export async function startBrokerRoom(
  loaded: LoadedConfig,
  options: { readonly port?: number },
  logger: Logger,
): Promise<RunningRoom> {
  const unlock = lockFolder(dataDirOf(loaded), "up");
  const url = process.env.DATABASE_URL;
  const db = url ? openDatabase({ url, logger, maxConnections: 2, applicationName: "nightflow broker" }) : undefined;
  try {
    const settings = await threadSettings(loaded, url ?? "");
    const { config, ownIdentities } = settings;
    const { port = config.broker.port } = options;
    const identities = [...config.broker.identities, ...ownIdentities];
    const security = await openBrokerSecurity(settings, db, logger);
    const broker = await startBroker({ ...security.deps, config: { ...config.broker, port, identities }, logger });
    const view = mergeViews(brokerView(broker), db === undefined ? {} : databaseView(db));
    const operated = await operateAlone("broker", view, { settings, logger, ...(db && { sql: db }) });
    return {
      details: { mqttPort: broker.port, operateUrl: operated.url ?? "" },
      async close() {
        await operated.close();
        await broker.close();
        await security.close();
        await db?.close();
        unlock();
      },
    };
  } catch (error) {
    await db?.close();
    unlock();
    throw error;
  }
}
