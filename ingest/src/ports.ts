import type { AgentStatus, ConfigReport, DeviceProfile, Unit } from "@nightflow/domain";
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
  /** Rises whenever a channel may have come, gone or changed; the same number means that `lookup` answers as before. */
  readonly version: number;
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

/** What people have decided about names that the registry does not know, and about devices that are not our agents. */
export interface DeviceDirectory {
  /** The profile of a device by its source; one without fields where it has none. */
  profileOf(source: string): DeviceProfile;
  /** The channel that another name stands for. */
  channelOf(name: string): string | undefined;
  /** Unit of what comes under that name without one; null where none was said. */
  unitOfName(name: string): Unit | null;
  /** Whether readings of an unknown channel are counted only; a yes is counted as heard. */
  hearsRejected(channel: string, atMs: number): boolean;
  /** Reads all of it anew. Never rejects: while the source is away, what is known stays. */
  refresh(): Promise<void>;
}

/** Publishes a command to a device, QoS 0. Resolves when the broker has it. */
export type PublishCommand = (topic: string, payload: Uint8Array) => Promise<void>;
