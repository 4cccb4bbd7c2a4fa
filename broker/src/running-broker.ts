import { type MetricFamily, NightflowError, type TopicKind } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Admission } from "./admission.ts";
import type { Authenticate } from "./authenticate.ts";
import type { BrokerConfig } from "./config.ts";
import type { BrokerRole } from "./config-identities.ts";
import type { IntakeStats, ReadingsIntake } from "./intake.ts";
import type { ListenerAuthority } from "./listeners/tls-material.ts";
import type { ThrottleStats } from "./publish-gate.ts";
import type { Refusal, RefusalReason } from "./refusals.ts";

/** A publish that the publisher has no right to. */
export class TopicRightError extends NightflowError {
  readonly code = "TOPIC_RIGHT";
  readonly retriable = false;
}

/** What the broker is started with. */
export interface BrokerDeps {
  readonly config: BrokerConfig;
  readonly logger: Logger;
  /** Who is behind credentials; without it the identities of the configuration. */
  readonly authenticate?: Authenticate;
  /** The platform's own authority: its client certificates are accepted, and it makes the listener's. */
  readonly authority?: ListenerAuthority;
  /** Which agents belong here; without it, all whose password, token or certificate is right. */
  readonly admission?: Admission;
  /** Signs tokens; without it, and without `tokenSecretFile`, nobody comes in by a token. */
  readonly tokenSecret?: string;
  /** Where readings are stored; without it they are delivered to subscribers and PUBACK waits for nothing. */
  readonly intake?: ReadingsIntake;
  /** Real time in epoch ms, for the expiry of tokens and certificates; default the machine's clock. */
  readonly now?: () => number;
  /** Hears every refusal once, as it happens. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** Hears of every agent that has signed in; the place to publish its ack again, which a restart has forgotten. */
  readonly onAgentConnected?: (agent: string, site: string) => void;
}

/** A message that somebody in this process listens to. */
export interface BrokerMessage {
  readonly kind: TopicKind;
  readonly site: string;
  readonly agent: string;
  readonly commandId?: string;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** How a message is published from within this process. */
export interface PublishOptions {
  readonly as: Exclude<BrokerRole, "agent" | "device">;
  /** Default 1. */
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
}

/** A message on a topic that is not Nightflow's own. */
export interface ForeignMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Whom to end the connections of: an identity, or an agent of one site. */
export interface Disconnected {
  readonly name: string;
  readonly site?: string;
}

/** Counts since the start, and what is on its way now. */
export interface BrokerStats {
  readonly connections: number;
  readonly received: number;
  /** Publishes received in the last whole second. */
  readonly receivedPerS: number;
  readonly delivery: { readonly inFlight: number; readonly backlog: number; readonly dropped: number };
  readonly sessions: {
    readonly sessions: number;
    readonly messages: number;
    readonly bytes: number;
    readonly dropped: number;
    readonly retained: number;
  };
  readonly intake: IntakeStats | null;
  readonly throttle: ThrottleStats;
  /** When the certificate of the TLS listener expires, epoch ms; null without TLS. */
  readonly certificateExpiresAt: number | null;
  readonly refusals: Readonly<Partial<Record<RefusalReason, number>>>;
}

/** A broker that listens. */
export interface RunningBroker {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly webSocketPort: number | undefined;
  /**
   * Publishes from this process. Resolves when every live subscriber has taken it.
   *
   * @throws {TopicRightError} when the role has no right to the topic.
   */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void>;
  /** Hands every message of some kinds to `handler`, which must not block. Gives the way to stop it. */
  onMessage(kinds: readonly TopicKind[], handler: (message: BrokerMessage) => void): () => void;
  /** Hands every message on the topics of some filters outside `nf/` to `handler`, as `onMessage` does. */
  onForeign(filters: readonly string[], handler: (message: ForeignMessage) => void): () => void;
  /** Ends every connection of an identity at once, with the reason for the audit; its last will is published. */
  disconnect(who: Disconnected, reason: RefusalReason): number;
  /** The newest refusals, oldest first; bounded. */
  refusals(): readonly Refusal[];
  stats(): BrokerStats;
  /** The same as metrics, with the delay of this thread's event loop since the last look. */
  metrics(): MetricFamily[];
  /** Takes no more, ends the connections, and waits for batches that are on their way into the store. */
  close(): Promise<void>;
}
