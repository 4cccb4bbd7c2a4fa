export { createAgentDirectory } from "./agent-directory.ts";
export { type ChannelRegistryDeps, createChannelRegistry } from "./channel-registry.ts";
export { IngestConfig } from "./config.ts";
export {
  createDeviceDirectory,
  type DeviceDirectoryDeps,
  DeviceRegistry,
  type HeardOfRejected,
  type LoadedDeviceDirectory,
} from "./devices/device-directory.ts";
export type { TakeOutcome } from "./entry.ts";
export { ForgedTopicError, IngestClosedError, SeqAheadError, WindowFullError } from "./errors.ts";
export { type Ingest, type IngestDeps, type OpenedForeign, startIngest } from "./ingest.ts";
export { ingestFamilies } from "./metric-families.ts";
export type { Histogram, IngestStats } from "./metrics.ts";
export * from "./mqtt/index.ts";
export type {
  AgentDirectory,
  ChannelRegistry,
  DeviceDirectory,
  PublishAck,
  PublishCommand,
  Publisher,
} from "./ports.ts";
export { type SetAsideDesk, type SetAsideDeskDeps, startSetAsideDesk } from "./set-aside/desk.ts";
export type { Repair, ReplayRequest } from "./set-aside/replay.ts";
export { HostAnnouncer, type HostAnnouncerDeps } from "./sparkplug/host-announcer.ts";
export { createHostLease, type HostLease } from "./sparkplug/host-lease.ts";
export { hostState, hostStateTopic } from "./sparkplug/host-state.ts";
