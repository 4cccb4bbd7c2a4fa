import { NightflowError, type TopicKind } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Authenticate } from "./authenticate.ts";
import type { BrokerConfig, BrokerRole } from "./config.ts";
import type { IntakeStats, ReadingsIntake } from "./intake.ts";
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
  /** Where readings are stored; without it they are delivered to subscribers and PUBACK waits for nothing. */
  readonly intake?: ReadingsIntake;
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
  readonly as: Exclude<BrokerRole, "agent">;
  /** Default 1. */
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
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
  };
  readonly intake: IntakeStats | null;
  readonly refusals: Readonly<Partial<Record<RefusalReason, number>>>;
}

/** A broker that listens. */
export interface RunningBroker {
  readonly host: string;
  readonly port: number;
  /**
   * Publishes from this process. Resolves when every live subscriber has taken it.
   *
   * @throws {TopicRightError} when the role has no right to the topic.
   */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void>;
  /** Hands every message of some kinds to `handler`, which must not block. Gives the way to stop it. */
  onMessage(kinds: readonly TopicKind[], handler: (message: BrokerMessage) => void): () => void;
  /** The newest refusals, oldest first; bounded. */
  refusals(): readonly Refusal[];
  stats(): BrokerStats;
  /** Takes no more, ends the connections, and waits for batches that are on their way into the store. */
  close(): Promise<void>;
}
