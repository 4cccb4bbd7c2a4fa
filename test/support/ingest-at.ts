import { realClock } from "@nightflow/domain";
import { type ConnectedIngest, connectIngest, IngestConfig, type MqttAccess } from "@nightflow/ingest";
import type { ReadingStore } from "@nightflow/storage";
import { silentLogger } from "@nightflow/storage/testing";

/** An ingest at a broker, on a store that holds nothing: for tests of the connection alone. */
export function ingestAt(mqtt: MqttAccess): Promise<ConnectedIngest> {
  const empty: Partial<ReadingStore> = { kind: "influxdb", marks: async () => [], newestReadAt: async () => new Map() };
  const registry = { isLoaded: true, version: 1, lookup: () => undefined, refresh: async () => undefined };
  const config = IngestConfig.parse({});
  return connectIngest({
    store: empty as ReadingStore,
    registry,
    clock: realClock,
    logger: silentLogger,
    config,
    mqtt,
  });
}
