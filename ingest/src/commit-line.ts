import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Committer } from "./committer.ts";
import type { Entry, TakeOutcome } from "./entry.ts";
import { FairQueue } from "./fair-queue.ts";

/** What a line of batches stands before. */
export interface CommitLineDeps {
  readonly committer: Pick<Committer, "commit">;
  readonly groupMaxReadings: number;
  readonly groupMaxBytes: number;
  /** The store cannot take it: what waits undecoded hears it too. */
  readonly onRefused: (error: unknown) => void;
  readonly logger: Logger;
}

/** Batches that wait for the store, agents in turn: whatever waits when a commit ends shares the next one. */
export class CommitLine {
  readonly #deps: CommitLineDeps;
  readonly #queue = new FairQueue<Entry>();
  readonly #inFlight = new Map<string, Entry>();
  #isCommitting = false;

  constructor(deps: CommitLineDeps) {
    this.#deps = deps;
  }

  /** A batch of this key that waits already, or is being stored. */
  waitingFor(key: string): Entry | undefined {
    return this.#inFlight.get(key);
  }

  /** Settles when the entry is durable. @throws what the store says when it is not. */
  async commit(entry: Entry): Promise<TakeOutcome> {
    this.enter(entry);
    try {
      return await entry.settled;
    } finally {
      this.leave(entry);
    }
  }

  /** Puts an entry into the line; whoever does must take it out again when it is settled. */
  enter(entry: Entry): void {
    this.#inFlight.set(entry.key, entry);
    this.#queue.push(entry.batch.agent, entry);
    this.#kick();
  }

  /** Forgets an entry that is settled. */
  leave(entry: Entry): void {
    this.#inFlight.delete(entry.key);
  }

  #kick(): void {
    if (this.#isCommitting) return;
    this.#isCommitting = true;
    // What arrives in this turn of the loop shares the first commit.
    setImmediate(() => void this.#commitAll());
  }

  async #commitAll(): Promise<void> {
    while (this.#queue.size > 0) {
      const group = this.#nextGroup();
      try {
        await this.#deps.committer.commit(group);
      } catch (error) {
        this.#giveBack(group, error);
      }
    }
    this.#isCommitting = false;
  }

  #nextGroup(): Entry[] {
    const { groupMaxReadings, groupMaxBytes } = this.#deps;
    const group: Entry[] = [];
    let readings = 0;
    let bytes = 0;
    while (readings < groupMaxReadings && bytes < groupMaxBytes) {
      const entry = this.#queue.next();
      if (entry === undefined) break;
      group.push(entry);
      readings += entry.readings;
      bytes += entry.bytes;
    }
    return group;
  }

  // With the store away nobody waits in vain: everything that waits goes back to its agent, which holds it.
  #giveBack(group: readonly Entry[], error: unknown): void {
    const waiting = [...group, ...this.#queue.drain()].filter((entry) => !entry.isSettled);
    // Those who wait undecoded first: a place that becomes free is not for them now.
    this.#deps.onRefused(error);
    for (const entry of waiting) entry.fail(error);
    const reason = describeError(error);
    this.#deps.logger.error({ batches: waiting.length, reason }, "not stored; agents hold their batches");
  }
}
