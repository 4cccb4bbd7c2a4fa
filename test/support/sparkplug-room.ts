import { type Quantity, realClock } from "@nightflow/domain";
import { type ChannelRegistry, connectIngest, createHostLease, IngestConfig, MqttConfig } from "@nightflow/ingest";
import { openDatabase, openInfluxStore } from "@nightflow/storage";
import { silentLogger } from "@nightflow/storage/testing";

/** What a room of `sparkplugRoom` works with; the parent gives it as JSON. */
export interface SparkplugRoomSettings {
  readonly name: string;
  readonly mqttUrl: string;
  readonly password: string;
  readonly leaseMs: number;
  readonly databaseUrl: string;
  readonly influx: { readonly url: string; readonly org: string; readonly bucket: string; readonly token: string };
}

/** An ingest room as a process of its own, to be killed: every name is a pressure gauge. Sends "started". */
const settings = JSON.parse(process.argv[2] ?? "") as SparkplugRoomSettings;
const { name, mqttUrl, password, leaseMs, databaseUrl, influx } = settings;

const registry: ChannelRegistry = {
  isLoaded: true,
  version: 1,
  lookup: (id) => ({
    ...{ id, meter: id.split(".")[0] ?? id, quantity: "pressure" as Quantity, unit: "kPa" },
    ...{ resolution: null, capacityCounts: null, maxCountsPerHour: null },
  }),
  refresh: async () => undefined,
};

const db = openDatabase({ url: databaseUrl, logger: silentLogger, maxConnections: 4 });
const config = MqttConfig.parse({ url: mqttUrl, username: "nightflow-ingest", sparkplug: { leaseMs } });
const room = await connectIngest({
  store: await openInfluxStore({ ...influx, db, logger: silentLogger }),
  registry,
  clock: realClock,
  logger: silentLogger,
  config: IngestConfig.parse({}),
  mqtt: { config, password },
  name,
  hostLease: createHostLease(db, name, { id: "nightflow", ttlMs: leaseMs }),
});
process.once("disconnect", () => process.exit(0));
process.send?.({ type: "started", isConnected: room.isConnected });
