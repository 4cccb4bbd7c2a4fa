export type { Admission, ArrivingAgent } from "./admission.ts";
export type { Authenticate, Credentials } from "./authenticate.ts";
export { startBroker } from "./broker.ts";
export { BrokerConfig } from "./config.ts";
export { BrokerRole, ForeignTopics, IdentityConfig } from "./config-identities.ts";
export { BrokerLimits } from "./config-limits.ts";
export { ClientNameRules, TlsConfig, WebSocketConfig } from "./config-listeners.ts";
export type { IntakeStats, ReadingsIntake } from "./intake.ts";
export {
  type Authority,
  AuthorityError,
  type CertificateOrder,
  createAuthority,
  openTrustedRoot,
  type RevokedSerial,
  type SignedCertificate,
} from "./pki/authority.ts";
export { type Journal, JournalError } from "./pki/journal.ts";
export { openRevocationList, RevocationEntry, RevocationList } from "./pki/revocation-list.ts";
export { AgentRoll, openAgentRoll, type RollEntry, type Stranger } from "./pki/roll.ts";
export type { Refusal, RefusalReason, RefusedAction } from "./refusals.ts";
export type { Identity } from "./rights.ts";
export {
  type BrokerDeps,
  type BrokerMessage,
  type BrokerStats,
  type Disconnected,
  type ForeignMessage,
  type PublishOptions,
  type RunningBroker,
  TopicRightError,
} from "./running-broker.ts";
export { signToken, TokenClaims } from "./tokens.ts";
