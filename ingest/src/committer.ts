import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, describeError, StoreUnavailableError } from "@nightflow/domain";
import type { BatchMark, ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import type { AckPublisher } from "./ack-publisher.ts";
import type { ChannelTable } from "./channel-table.ts";
import type { Entry } from "./entry.ts";
import { isRetriable, SeqAheadError } from "./errors.ts";
import { type GroupPlan, planGroup } from "./group-plan.ts";
import type { IngestState } from "./ingest-state.ts";
import type { Metrics } from "./metrics.ts";
import { asDeadLetters } from "./refused-batch.ts";
import { traceCommit } from "./tracing.ts";
import type { Turns } from "./turns.ts";

const LONGEST_RETRY_WAIT_MS = 2000;
// What their senders do next comes on top of the turn's time.
const ANSWERED_A_TURN = 256;

/** What a committer works with. */
export interface CommitterDeps {
  readonly store: ReadingStore;
  readonly state: IngestState;
  readonly table: ChannelTable;
  readonly acks: AckPublisher;
  readonly metrics: Metrics;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retryForMs: number;
  readonly retryFirstMs: number;
}

/** Stores groups of batches, one group at a time. */
export class Committer {
  readonly #deps: CommitterDeps;

  constructor(deps: CommitterDeps) {
    this.#deps = deps;
  }

  /**
   * Stores the entries and settles each. A batch that the store refuses for what is in it is found by halving the group
   * and goes to the dead letter, every reading with its text, so that it never stops its neighbours.
   *
   * @throws a retriable error when the store is away; entries not settled by then are not stored.
   */
  async commit(entries: readonly Entry[]): Promise<void> {
    try {
      await this.#commitTogether(entries);
    } catch (error) {
      const open = entries.filter((entry) => !entry.isSettled);
      const [first] = open;
      if (first === undefined) return;
      if (isRetriable(error)) throw error;
      if (open.length === 1) return await this.#bury(first, error);
      await this.commit(open.slice(0, open.length / 2));
      await this.commit(open.slice(open.length / 2));
    }
  }

  async #commitTogether(entries: readonly Entry[]): Promise<void> {
    const { retryForMs, retryFirstMs, store, state } = this.#deps;
    const giveUpAt = performance.now() + retryForMs;
    let plan: { readonly of: number; readonly group: GroupPlan } | undefined;
    for (let waitMs = retryFirstMs; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_WAIT_MS)) {
      try {
        await state.ensure(store);
        await this.#hearOfOthers(entries.filter((entry) => !entry.isSettled).map(({ batch }) => batch.agent));
        const fresh = entries.filter((entry) => !this.#isAnswered(entry));
        if (fresh.length === 0) return;
        if (plan?.of !== fresh.length) plan = { of: fresh.length, group: await this.#plan(fresh) };
        return await this.#store(plan.group, fresh);
      } catch (error) {
        this.#failed(error);
        if (!isRetriable(error) || performance.now() + waitMs > giveUpAt) throw error;
        await sleep(waitMs);
      }
    }
  }

  // A store that other ingests write to knows of batches that never came here. An ack without them would make agents
  // send what is stored already, and a mark without them would have no place for what comes next.
  async #hearOfOthers(agents: readonly string[]): Promise<void> {
    const { store, state } = this.#deps;
    if (store.kind !== "duckdb" && agents.length > 0) state.learnMarks(await store.marks([...new Set(agents)]));
  }

  #plan(entries: readonly Entry[]): Promise<GroupPlan> {
    const batches = entries.map((entry) => entry.batch);
    return planGroup(batches, this.#deps, this.#deps.clock.now());
  }

  async #store({ request, change }: GroupPlan, entries: readonly Entry[]): Promise<void> {
    const { store, state, metrics, turns } = this.#deps;
    const startedAt = performance.now();
    const no = await store.commit(request);
    const tookMs = performance.now() - startedAt;
    metrics.committed(request, tookMs);
    traceCommit(no, tookMs, entries, request.readings.length);
    await turns.run(() => state.apply(change));
    await this.#hearOfOthers(request.batches.map(({ agent }) => agent)).catch(() => state.distrust());
    this.#requestAcks(request.batches);
    await turns.each(entries, (entry) => entry.settle(), ANSWERED_A_TURN);
  }

  // One ack tells of all batches of an epoch.
  #requestAcks(marks: readonly BatchMark[]): void {
    const asked = new Map<string, string>();
    for (const { agent, epoch } of marks) {
      if (asked.get(agent) === epoch) continue;
      asked.set(agent, epoch);
      this.#deps.acks.request(agent, epoch);
    }
  }

  // What is stored already is answered again, since its agent may have missed the first answer.
  #isAnswered(entry: Entry): boolean {
    if (entry.isSettled) return true;
    const { mark } = entry.batch;
    if (mark === null) return false;
    const { state, acks, metrics } = this.#deps;
    if (state.holds(mark)) {
      metrics.add("repeatedBatches");
      acks.request(mark.agent, mark.epoch);
      entry.settle();
    } else if (state.isTooFarAhead(mark)) {
      // Its agent learns what is missing here, and closes the hole: else it would send this batch for ever.
      acks.request(mark.agent, mark.epoch);
      const { seq } = state.markOf(mark.agent, mark.epoch);
      entry.fail(new SeqAheadError(`batch ${mark.seq} of ${mark.agent} waits for batch ${seq + 1}`));
    }
    return entry.isSettled;
  }

  // After any failure the store may hold more than memory knows: a commit can succeed and its answer be lost.
  #failed(error: unknown): void {
    const { state, metrics, logger } = this.#deps;
    state.distrust();
    metrics.add("failedCommits");
    logger.warn({ reason: describeError(error), isRetriable: isRetriable(error) }, "commit failed");
  }

  async #bury(entry: Entry, cause: unknown): Promise<void> {
    const { logger } = this.#deps;
    const { agent, mark } = entry.batch;
    const reason = describeError(cause);
    logger.error({ agent, mark, reason }, "the store refuses a batch; it goes to the dead letter");
    entry.batch = asDeadLetters(entry.batch, reason, this.#deps.table);
    try {
      await this.#commitTogether([entry]);
    } catch (error) {
      if (isRetriable(error)) throw error;
      throw new StoreUnavailableError(`the store refuses even the dead letter of ${agent}`, { cause: error });
    }
  }
}
