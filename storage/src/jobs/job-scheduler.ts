import { type Clock, describeError, realMsUntil } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Database } from "../relational/database.ts";
import { Doze } from "./doze.ts";
import { fireOneDue, nextFireOfAllMs, SCHEDULE_CHANNEL } from "./schedule-rows.ts";

/** What fires schedules needs. */
export interface SchedulerOptions {
  readonly db: Database;
  readonly logger: Logger;
  /** Business clock: the instants of schedules are its. */
  readonly clock: Clock;
  /** Longest real time without a look, for a clock that was set or a wake-up that was lost; default 10 s. */
  readonly pollMs?: number | undefined;
}

/** Fires schedules as their instants come. Any number of processes may do so at once. */
export class JobScheduler {
  readonly #options: SchedulerOptions;
  readonly #doze = new Doze();
  #stopListening: () => Promise<void> = async () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#options.db.listen(SCHEDULE_CHANNEL, () => this.#doze.wake());
    this.#loop = this.#fireUntilStopped();
  }

  async stop(): Promise<void> {
    this.#doze.end();
    await Promise.all([this.#loop, this.#stopListening()]);
  }

  async #fireUntilStopped(): Promise<void> {
    while (!this.#doze.isEnded) await this.#doze.sleep(await this.#fireDue());
  }

  /** Fires what is due; gives the real time until the next look, in ms. */
  async #fireDue(): Promise<number> {
    const { db, logger, clock, pollMs = 10_000 } = this.#options;
    try {
      while (!this.#doze.isEnded) {
        const fired = await fireOneDue(db, clock.now());
        if (fired === undefined) break;
        if (fired.fault !== null) logger.error(fired, "a schedule fires no more; ask for it again in another way");
      }
      const nextMs = await nextFireOfAllMs(db);
      return nextMs === undefined ? pollMs : Math.min(pollMs, Math.ceil(realMsUntil(clock, nextMs)));
    } catch (error) {
      logger.warn({ reason: describeError(error) }, "schedules could not be fired; trying again");
      return Math.min(pollMs, 1000);
    }
  }
}
