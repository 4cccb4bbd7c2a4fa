export { type MqttAccess, MqttConfig, type SparkplugHostConfig } from "./config.ts";
export { type ConnectedIngest, type ConnectIngestDeps, connectIngest, sharedFilters } from "./connect-ingest.ts";
export { MqttAwayError, MqttRefusedError, MqttShareRefusedError } from "./errors.ts";
export type { SparkplugStanding } from "./sparkplug-host.ts";
