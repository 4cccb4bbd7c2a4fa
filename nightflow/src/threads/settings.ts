import type { MessagePort } from "node:worker_threads";
import type { ClockAnchor } from "@nightflow/domain";
import type { NightflowConfig } from "../config/schema.ts";

/** What every thread of `up` is given: the configuration with its paths made absolute, and its secrets. */
export interface ThreadSettings {
  readonly config: NightflowConfig;
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly anchor: ClockAnchor | null;
  readonly influxToken: string | null;
  /** Null where the writing token reads too. */
  readonly influxReadToken: string | null;
  /** Identities beside those of the configuration, made by Nightflow itself; hashes, never passwords. */
  readonly ownIdentities: NightflowConfig["broker"]["identities"];
}

/** A thread that asks the head-end for the store by message. */
export interface ThreadWithStore extends ThreadSettings {
  readonly storePort: MessagePort;
}

/** The API's thread, which also speaks with agents through the head-end. */
export interface ApiThreadSettings extends ThreadWithStore {
  readonly fieldPort: MessagePort;
}
