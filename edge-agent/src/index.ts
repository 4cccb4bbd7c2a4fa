export { type EdgeAgent, type EdgeAgentDeps, startEdgeAgent } from "./agent.ts";
export { EdgeAgentConfig } from "./config.ts";
export { httpPlatform, type Platform, type PlatformAnswer } from "./enrolment/platform.ts";
export { keyFingerprint, makePrivateKey, makeRequest } from "./enrolment/request.ts";
export { DataDirBusyError } from "./errors.ts";
export { describeJoin, JOIN_EXIT_CODES, type JoinOrder, type JoinResult, joinByHand } from "./join-command.ts";
export { type LoadedEdgeAgent, loadEdgeAgentConfig, loadLocalConfig } from "./load-config.ts";
export { BUNDLED_PROFILES, loadProfiles } from "./profiles/library.ts";
export { MeterProfile } from "./profiles/profile.ts";
