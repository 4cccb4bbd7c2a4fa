import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, describeError } from "@nightflow/domain";
import {
  type Database,
  type Job,
  type JobContext,
  type JobQueue,
  type JobWorker,
  noteRejectedHeard,
  type ReadingStore,
} from "@nightflow/storage";
import type { Logger } from "pino";
import type { LoadedDeviceDirectory } from "../devices/device-directory.ts";
import { DecisionGoneError } from "../errors.ts";
import type { Ingest } from "../ingest.ts";
import type { ChannelRegistry } from "../ports.ts";
import { DecisionRun } from "./decision-run.ts";
import { findDecision, finishDecision, SET_ASIDE_QUEUE, SetAsideJob } from "./decisions.ts";

/** What the desk works with. It owns none of it. */
export interface SetAsideDeskDeps {
  readonly ingest: Pick<Ingest, "replay">;
  readonly store: ReadingStore;
  readonly registry: ChannelRegistry;
  readonly devices: Pick<LoadedDeviceDirectory, "refresh" | "takeHeard" | "channelOf">;
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time between two tries while PostgreSQL is away, and between two notes of what rejected channels sent; real ms. */
  readonly everyMs?: number;
}

/** A desk that works. */
export interface SetAsideDesk {
  /** Takes no more decisions, and gives back what it cannot finish soon. */
  stop(): Promise<void>;
}

const DEFAULT_EVERY_MS = 10_000;
const GRACE_MS = 2000;
// A killed replay goes on after so long.
const LEASE_MS = 10_000;

/**
 * Does what people decided about entries set aside: each decision once, whatever is killed when. While PostgreSQL is
 * away it waits; collecting goes on.
 */
export function startSetAsideDesk(deps: SetAsideDeskDeps): SetAsideDesk {
  const desk = new Desk(deps);
  const running = desk.run();
  return {
    async stop() {
      desk.end();
      await running;
    },
  };
}

class Desk {
  readonly #deps: SetAsideDeskDeps;
  readonly #end = new AbortController();

  constructor(deps: SetAsideDeskDeps) {
    this.#deps = deps;
  }

  end(): void {
    this.#end.abort();
  }

  async run(): Promise<void> {
    const worker = await this.#startWorker();
    while (!this.#end.signal.aborted) {
      await this.#wait();
      await this.#noteHeard();
    }
    await worker?.stop(GRACE_MS);
  }

  async #startWorker(): Promise<JobWorker | undefined> {
    const { jobs, logger } = this.#deps;
    const handler = (job: Job, context: JobContext) => this.#decide(job, context);
    while (!this.#end.signal.aborted) {
      try {
        return await jobs.startWorker({ queue: SET_ASIDE_QUEUE, handler, leaseMs: LEASE_MS });
      } catch (error) {
        logger.warn({ reason: describeError(error) }, "decisions about entries set aside wait for PostgreSQL");
        await this.#wait();
      }
    }
    return undefined;
  }

  async #decide(job: Job, context: JobContext): Promise<void> {
    const { db, clock, logger } = this.#deps;
    const { decision: id } = SetAsideJob.parse(job.payload);
    const decision = await findDecision(db, id);
    if (decision === undefined) throw new DecisionGoneError(`decision ${id} is not in the database`);
    const outcomes = await new DecisionRun(decision, this.#deps, context).run();
    await db.transaction(async (tx) => {
      await finishDecision(tx, id, outcomes, clock.now());
      await context.completeIn(tx);
    });
    logger.info({ decision: id, kind: decision.kind, outcomes }, "a decision about entries set aside is done");
  }

  async #noteHeard(): Promise<void> {
    const { db, devices, logger } = this.#deps;
    await noteRejectedHeard(db, devices.takeHeard()).catch((error: unknown) =>
      logger.warn({ reason: describeError(error) }, "what rejected channels sent was not noted"),
    );
  }

  async #wait(): Promise<void> {
    const { everyMs = DEFAULT_EVERY_MS } = this.#deps;
    await sleep(everyMs, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }
}
