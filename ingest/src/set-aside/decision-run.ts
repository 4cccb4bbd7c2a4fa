import type { Clock } from "@nightflow/domain";
import type { JobContext, ReadingStore, SetAsideFilter, SetAsideOutcome, StoredSetAside } from "@nightflow/storage";
import type { LoadedDeviceDirectory } from "../devices/device-directory.ts";
import { ChannelNotYetError } from "../errors.ts";
import type { Ingest } from "../ingest.ts";
import type { ChannelRegistry } from "../ports.ts";
import { ALL_OUTCOMES, type Decision } from "./decisions.ts";
import { REPLAY_AGENT } from "./replay.ts";

/** What a decision is carried out with. */
export interface DecisionTools {
  readonly ingest: Pick<Ingest, "replay">;
  readonly store: ReadingStore;
  readonly registry: ChannelRegistry;
  readonly devices: Pick<LoadedDeviceDirectory, "refresh" | "channelOf">;
  readonly clock: Clock;
}

/** How many entries have which outcome by a decision; `opened` are those that wait again. */
export type OutcomeCounts = Partial<Record<SetAsideOutcome | "opened", number>>;

const PAGE = 500;

const SETTLES = { discard: "discarded", reject: "rejected", keep_first: "kept_first" } as const;

/** One decision, carried out: a second run goes on where a killed one ended. */
export class DecisionRun {
  readonly #decision: Decision;
  readonly #tools: DecisionTools;
  readonly #context: Pick<JobContext, "signal" | "progress">;

  constructor(decision: Decision, tools: DecisionTools, context: Pick<JobContext, "signal" | "progress">) {
    this.#decision = decision;
    this.#tools = tools;
    this.#context = context;
  }

  /** Gives what became of all its entries. @throws a retriable error when the store or the registry is not there yet. */
  async run(): Promise<OutcomeCounts> {
    const { kind, filter } = this.#decision;
    await Promise.all([this.#tools.registry.refresh(), this.#tools.devices.refresh()]);
    if (kind === "undo_reject") return { opened: await this.#settle({ ...filter, state: "rejected" }, null) };
    if (kind === "replay") await this.#replayAll(filter);
    else if (kind === "approve") await this.#replayApproved(filter);
    else await this.#settle({ ...filter, state: "open" }, SETTLES[kind]);
    return this.#outcomes();
  }

  #settle(filter: SetAsideFilter, outcome: SetAsideOutcome | null): Promise<number> {
    const { store, clock } = this.#tools;
    return store.settleSetAside(filter, { outcome, decision: this.#decision.id, atMs: clock.now() });
  }

  // What came to quarantine before this process knew of the approval is replayed too.
  async #replayApproved(filter: SetAsideFilter): Promise<void> {
    const { registry, devices, store } = this.#tools;
    const { channel = "" } = filter;
    if (registry.lookup(devices.channelOf(channel) ?? channel) === undefined)
      throw new ChannelNotYetError(`channel ${channel} is approved and cannot be read from the registry yet`);
    const [newest] = await store.findSetAside({ ...filter, state: "open" }, { limit: 1 });
    if (newest !== undefined) await this.#replayAll({ ...filter, upToId: newest.id });
  }

  // What a replay sets aside again has a higher number, so that this ends.
  async #replayAll(filter: SetAsideFilter): Promise<void> {
    const open = { ...filter, state: "open" } as const;
    const { store } = this.#tools;
    const total = sum((await store.countSetAside(open)).map(({ count }) => count));
    let seq = await this.#lastSeq();
    for (let done = 0; ; ) {
      this.#context.signal.throwIfAborted();
      const page = await store.findSetAside(open, { limit: PAGE, byReadTime: true });
      if (page.length === 0) return;
      for (const entries of Map.groupBy(page, ({ agent, origin }) => `${agent} ${origin}`).values())
        await this.#replay(entries, ++seq);
      done += page.length;
      await this.#context.progress(done / Math.max(total, done));
    }
  }

  async #replay(entries: readonly StoredSetAside[], seq: number): Promise<void> {
    const { id, repair } = this.#decision;
    await this.#tools.ingest.replay({ decision: id, seq, entries, repair });
  }

  async #lastSeq(): Promise<number> {
    const marks = await this.#tools.store.marks([REPLAY_AGENT]);
    return marks.find(({ epoch }) => epoch === this.#decision.id)?.seq ?? 0;
  }

  // Asked of the store, so that what a killed run did counts too.
  async #outcomes(): Promise<OutcomeCounts> {
    const { id, filter } = this.#decision;
    const counts: OutcomeCounts = {};
    for (const state of ALL_OUTCOMES) {
      const found = await this.#tools.store.countSetAside({ list: filter.list, decision: id, state });
      if (found.length > 0) counts[state] = sum(found.map(({ count }) => count));
    }
    return counts;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
