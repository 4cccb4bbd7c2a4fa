import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { IngestStats } from "../metrics.ts";
import { hostState, hostStateTopic } from "./host-state.ts";

const LOOK_MS = 1000;
/** Commits fail for so long before nodes are told: one slow commit is no outage. */
const AWAY_MS = 5000;

export interface HostAnnouncerDeps {
  readonly hostId: string;
  readonly stats: () => Pick<IngestStats, "commits" | "failedCommits">;
  /** Publishes retained, QoS 1. */
  readonly publishRetained: (topic: string, payload: string) => Promise<void>;
  readonly logger: Logger;
  /** Real time, epoch ms: nodes compare it with their own clocks. */
  readonly now?: () => number;
}

/**
 * Says on the broker in this process whether Sparkplug's host is there: `online` from the start on, `offline` while the
 * store takes nothing and at the end. A node that has it as its primary host keeps its data meanwhile. When the process
 * is killed its broker is gone too, and a node without a broker keeps its data anyway.
 *
 * @see Sparkplug 3.0.0, 5.14 and 6.4.29
 */
export class HostAnnouncer {
  readonly #deps: HostAnnouncerDeps;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #said: boolean | undefined;
  #commits = 0;
  #failed = 0;
  #failingSince: number | undefined;

  constructor(deps: HostAnnouncerDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** Says `online`, and looks at the store from now on. */
  async start(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Looks whether the store takes, and says so when that has changed. */
  async look(): Promise<void> {
    await this.#say(this.#isStoring());
  }

  /** Says `offline`. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#say(false);
  }

  #isStoring(): boolean {
    const { commits, failedCommits } = this.#deps.stats();
    if (commits > this.#commits) this.#failingSince = undefined;
    else if (failedCommits > this.#failed) this.#failingSince ??= this.#now();
    this.#commits = commits;
    this.#failed = failedCommits;
    return this.#failingSince === undefined || this.#now() - this.#failingSince < AWAY_MS;
  }

  async #say(online: boolean): Promise<void> {
    if (this.#said === online) return;
    const { hostId, publishRetained, logger } = this.#deps;
    this.#said = online;
    try {
      await publishRetained(hostStateTopic(hostId), hostState(online, this.#now()));
      logger.info({ hostId, online }, "Sparkplug: the host's state");
    } catch (error) {
      this.#said = undefined;
      logger.warn({ hostId, reason: describeError(error) }, "Sparkplug: the host's state was not said");
    }
  }
}
