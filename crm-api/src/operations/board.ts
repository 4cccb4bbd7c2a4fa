import { type Database, jobCensus, operationsEvents, type ReadingStore } from "@nightflow/storage";
import type { HeadEndHealth } from "../deps.ts";
import { agentsHealth } from "./agents-health.ts";
import { feedRows } from "./feed.ts";
import { healthOf, storeHealthOf } from "./health.ts";
import { HealthSeries } from "./history.ts";
import { findTroubles, TroubleMemory } from "./troubles.ts";
import type { HealthHistory, OperationsHealth } from "./wire.ts";

/** What the board looks at. */
export interface BoardDeps {
  readonly db: Database;
  readonly store: Pick<ReadingStore, "kind" | "feedConsumers">;
  readonly health: HeadEndHealth;
  /** Real time, epoch ms. */
  readonly now?: () => number;
}

/** How the platform fares, with what only a look back tells: since when something is wrong, and how it was the last hour. */
export class HealthBoard {
  readonly #deps: BoardDeps;
  readonly #now: () => number;
  readonly #series = new HealthSeries();
  readonly #memory = new TroubleMemory();
  #looking: Promise<OperationsHealth> | undefined;

  constructor(deps: BoardDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** How it fares now; who asks while a look is under way gets that one. Rejects when the database does not answer. */
  look(): Promise<OperationsHealth> {
    this.#looking ??= this.#lookNow(this.#now()).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  history(): HealthHistory {
    return this.#series.history();
  }

  async #lookNow(at: number): Promise<OperationsHealth> {
    const { db, store, health } = this.#deps;
    const [reports, queues, events, agents, feed] = await Promise.all([
      health.reports(),
      jobCensus(db),
      operationsEvents(db),
      agentsHealth(db),
      feedRows(store),
    ]);
    const put = healthOf(reports);
    this.#series.keep(at, put);
    const seen = { at, queues, events, agents, feed, ...put };
    const found = findTroubles({ ...seen, newDeadLetters: this.#series.newDeadLetters(at) });
    return { ...seen, store: storeHealthOf(store.kind, put.processes), troubles: this.#memory.date(found, at) };
  }
}
