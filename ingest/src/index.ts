export { createAgentDirectory } from "./agent-directory.ts";
export { type ChannelRegistryDeps, createChannelRegistry } from "./channel-registry.ts";
export { IngestConfig } from "./config.ts";
export type { TakeOutcome } from "./entry.ts";
export { ForgedTopicError, IngestClosedError, SeqAheadError, WindowFullError } from "./errors.ts";
export { type Ingest, type IngestDeps, startIngest } from "./ingest.ts";
export type { Histogram, IngestStats } from "./metrics.ts";
export * from "./mqtt/index.ts";
export type { AgentDirectory, ChannelRegistry, PublishAck, Publisher } from "./ports.ts";
