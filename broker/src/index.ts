export type { Authenticate, Credentials } from "./authenticate.ts";
export { startBroker } from "./broker.ts";
export { BrokerConfig, BrokerLimits, BrokerRole, IdentityConfig } from "./config.ts";
export type { IntakeStats, ReadingsIntake } from "./intake.ts";
export type { Refusal, RefusalReason, RefusedAction } from "./refusals.ts";
export type { Identity } from "./rights.ts";
export {
  type BrokerDeps,
  type BrokerMessage,
  type BrokerStats,
  type PublishOptions,
  type RunningBroker,
  TopicRightError,
} from "./running-broker.ts";
