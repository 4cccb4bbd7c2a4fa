import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { Allowances } from "./allowances.ts";
import type { Committer } from "./committer.ts";
import type { Entry, TakeOutcome } from "./entry.ts";
import { FairQueue } from "./fair-queue.ts";

/** What a line of batches stands before. */
export interface CommitLineDeps {
  readonly committer: Pick<Committer, "commit">;
  readonly groupMaxReadings: number;
  readonly groupMaxBytes: number;
  /** Resolves when the store has room for many readings; undefined when it has. */
  readonly room?: () => Promise<void> | undefined;
  /** The store cannot take it: what waits undecoded hears it too. */
  readonly onRefused: (error: unknown) => void;
  readonly logger: Logger;
  /** Monotonic ms. */
  readonly nowMs?: () => number;
}

/** A commit of this share of a group takes hardly longer than the disk. */
const SHORT_SHARE = 0.1;

/**
 * Batches that wait for the store, agents in turn: whatever waits when a commit ends shares the next one.
 *
 * While agents catch up a commit is long. Those who bring little then have a short commit of their own between two long
 * ones, and go on where the store has no room for long ones.
 */
export class CommitLine {
  readonly #deps: CommitLineDeps;
  readonly #queue = new FairQueue<Entry>();
  readonly #allowances: Allowances;
  readonly #inFlight = new Map<string, Entry>();
  readonly #shortReadings: number;
  #readings = 0;
  #isCommitting = false;
  #wasShort = false;
  #room: Promise<boolean> | undefined;
  #onNewcomer: (() => void) | undefined;

  constructor(deps: CommitLineDeps) {
    this.#deps = deps;
    this.#shortReadings = deps.groupMaxReadings * SHORT_SHARE;
    this.#allowances = new Allowances(deps.nowMs);
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
    const { agent } = entry.batch;
    this.#inFlight.set(entry.key, entry);
    this.#readings += entry.readings;
    this.#queue.push(agent, entry, this.#allowances.covers(agent, entry.bytes));
    if (this.#queue.hasNewcomer) this.#onNewcomer?.();
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
      const group = await this.#nextGroup();
      try {
        await this.#deps.committer.commit(group);
      } catch (error) {
        this.#giveBack(group, error);
      }
    }
    this.#isCommitting = false;
  }

  async #nextGroup(): Promise<Entry[]> {
    const { groupMaxReadings, groupMaxBytes } = this.#deps;
    for (;;) {
      const room = this.#readings > this.#shortReadings ? this.#roomOfStore() : undefined;
      const isShort = this.#isNextShort(room === undefined);
      this.#wasShort = isShort;
      if (isShort) return this.#gather(this.#shortReadings, groupMaxBytes, () => this.#queue.nextNewcomer());
      if (room === undefined || !(await this.#roomOrNewcomer(room)))
        return this.#gather(groupMaxReadings, groupMaxBytes, () => this.#queue.next());
    }
  }

  // After a short commit comes a long one, so that many newcomers hold up nobody.
  #isNextShort(hasRoom: boolean): boolean {
    const { hasNewcomer, hasOthers } = this.#queue;
    if (!hasNewcomer) return false;
    return !hasRoom || (hasOthers && this.#readings > this.#shortReadings && !this.#wasShort);
  }

  /** Resolves when there is room, to false when the store takes nothing: the commit that comes next hears why. */
  #roomOfStore(): Promise<boolean> | undefined {
    this.#room ??= this.#deps
      .room?.()
      ?.then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.#room = undefined;
      });
    return this.#room;
  }

  async #roomOrNewcomer(room: Promise<boolean>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<true>();
    this.#onNewcomer = () => resolve(true);
    try {
      return await Promise.race([room, promise]);
    } finally {
      this.#onNewcomer = undefined;
    }
  }

  #gather(mostReadings: number, mostBytes: number, next: () => Entry | undefined): Entry[] {
    const group: Entry[] = [];
    let readings = 0;
    let bytes = 0;
    while (readings < mostReadings && bytes < mostBytes) {
      const entry = next();
      if (entry === undefined) break;
      group.push(entry);
      readings += entry.readings;
      bytes += entry.bytes;
    }
    this.#readings -= readings;
    return group;
  }

  // With the store away nobody waits in vain: everything that waits goes back to its agent, which holds it.
  #giveBack(group: readonly Entry[], error: unknown): void {
    const waiting = [...group, ...this.#queue.drain()].filter((entry) => !entry.isSettled);
    this.#readings = 0;
    // Those who wait undecoded first: a place that becomes free is not for them now.
    this.#deps.onRefused(error);
    for (const entry of waiting) entry.fail(error);
    const reason = describeError(error);
    this.#deps.logger.error({ batches: waiting.length, reason }, "not stored; agents hold their batches");
  }
}
