import type { AgentStatus, ConfigReport } from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage";

/** Who published, as the broker authenticated him. For an agent, `site` and `name` are the levels of its topics. */
export interface Publisher {
  readonly name: string;
  readonly role: string;
  readonly site?: string | undefined;
}

/** Publishes an end-to-end ack, QoS 1 and retained. Resolves when the broker has it. */
export type PublishAck = (topic: string, payload: string) => Promise<void>;

/** The channels that the platform knows. */
export interface ChannelRegistry {
  /** Whether any list of channels has been read yet. Before, that a channel is not found means nothing. */
  readonly isLoaded: boolean;
  /** From memory; undefined where no such channel is known yet. */
  lookup(id: string): KnownChannel | undefined;
  /** Reads the registry anew. Never rejects: while its source is away, what is known stays. */
  refresh(): Promise<void>;
}

/** Where the last status and configuration report of each agent are kept for people to see. */
export interface AgentDirectory {
  saveStatus(site: string, agent: string, status: AgentStatus, receivedAtMs: number): Promise<void>;
  saveConfigReport(site: string, agent: string, report: ConfigReport): Promise<void>;
}
