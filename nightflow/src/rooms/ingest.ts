import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigError } from "@nightflow/domain";
import {
  connectIngest,
  createAgentDirectory,
  createChannelRegistry,
  createHostLease,
  type HostLease,
  type MqttAccess,
} from "@nightflow/ingest";
import { loadKnownChannels, REGISTRY_CHANNEL, type Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import { type LoadedConfig, resolvePath } from "../config/load.ts";
import { openDesk, openDevices } from "../devices.ts";
import { heartbeatWill, mergeViews } from "../operate/index.ts";
import { databaseView } from "../operate/views/database.ts";
import { connectedIngestView } from "../operate/views/ingest.ts";
import { storeView } from "../operate/views/store.ts";
import { openGround, operateAlone } from "./alone.ts";
import type { RunningRoom } from "./running.ts";

/**
 * Runs ingest alone, on a broker of somebody else's; several share the batches.
 *
 * @throws {ConfigError} when it cannot run alone; {MqttRefusedError} when the broker refuses it.
 */
export async function startIngestRoom(
  loaded: LoadedConfig,
  options: { readonly name?: string },
  logger: Logger,
): Promise<RunningRoom> {
  const ground = await openGround(loaded, "ingest", logger);
  const { db, store, clock, settings } = ground;
  try {
    const mqtt = mqttAccess(loaded);
    const registry = await createChannelRegistry({ load: () => loadKnownChannels(db), store, logger });
    const agents = createAgentDirectory(db);
    const { name } = options;
    const { config } = settings;
    const will = heartbeatWill(config.site, config.operate.reportS, Date.now());
    const devices = await openDevices(db, settings.dataDir, logger);
    const parts = { store, registry, devices, clock, logger };
    const hostLease = hostLeaseOf(mqtt, db);
    const room = await connectIngest({ ...parts, agents, config: config.ingest, mqtt, name, will, hostLease });
    const refresh = () => void Promise.all([registry.refresh(), devices.refresh()]);
    const stopListening = await db.listen(REGISTRY_CHANNEL, refresh);
    const desk = openDesk({ ...parts, ingest: room.ingest, db });
    const view = mergeViews(connectedIngestView(room), storeView(store), databaseView(db));
    const { publish } = room;
    const operated = await operateAlone("ingest", view, { settings, logger, sql: db, publish });
    return {
      details: { broker: mqtt.config.url, operateUrl: operated.url ?? "" },
      async close() {
        await operated.close();
        await desk.stop();
        await room.close();
        await stopListening();
        await ground.close();
      },
    };
  } catch (error) {
    await ground.close();
    throw error;
  }
}

function hostLeaseOf({ config: { sparkplug } }: MqttAccess, db: Sql): HostLease | undefined {
  return sparkplug && createHostLease(db, randomUUID(), { id: sparkplug.hostId, ttlMs: sparkplug.leaseMs });
}

/** The broker of the configuration, with what its files hold. @throws {ConfigError} naming the file that cannot be read. */
export function mqttAccess(loaded: LoadedConfig): MqttAccess {
  const config = loaded.config.mqtt;
  if (config === undefined) throw new ConfigError(loaded.path ?? "nightflow.yaml", ["mqtt: there is no broker"]);
  const pem = (key: "caFile" | "certFile" | "keyFile") => contentOf(loaded, `mqtt.${key}`, config[key]);
  const password =
    process.env.NIGHTFLOW_MQTT_PASSWORD || contentOf(loaded, "mqtt.passwordFile", config.passwordFile)?.trim();
  return { config, password, caPem: pem("caFile"), certPem: pem("certFile"), keyPem: pem("keyFile") };
}

/** The same for the API rooms, under a name of their own where there is one. @throws {ConfigError} */
export function mqttAccessOfApi(loaded: LoadedConfig): MqttAccess {
  const access = mqttAccess(loaded);
  const { api } = access.config;
  if (api === undefined) return access;
  const password =
    process.env.NIGHTFLOW_MQTT_API_PASSWORD || contentOf(loaded, "mqtt.api.passwordFile", api.passwordFile)?.trim();
  return { ...access, config: { ...access.config, username: api.username }, password };
}

function contentOf(loaded: LoadedConfig, key: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(resolvePath(loaded, file), "utf8");
  } catch (cause) {
    throw new ConfigError(loaded.path ?? "nightflow.yaml", [`${key}: ${file} cannot be read`], { cause });
  }
}
