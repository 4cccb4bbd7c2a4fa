export { type MqttAccess, MqttConfig } from "./config.ts";
export { type ConnectedIngest, type ConnectIngestDeps, connectIngest, sharedFilters } from "./connect-ingest.ts";
export { MqttAwayError, MqttRefusedError, MqttShareRefusedError } from "./errors.ts";
