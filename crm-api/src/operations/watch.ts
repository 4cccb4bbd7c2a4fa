import { type Clock, describeError } from "@nightflow/domain";
import {
  closeSilentHeadEnd,
  type Database,
  openSilentHeadEnd,
  processReports,
  silentHeadEnds,
} from "@nightflow/storage";
import type { Logger } from "pino";

/** What watching needs. */
export interface WatchDeps {
  readonly db: Database;
  /** Business time, for the live event. */
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 10_000;
/** After the database was away everybody's last report is old: they are given this long to say that they live. */
const SETTLE_MS = 30_000;

/** Notices a head-end that is not heard of any more: one open event, closed when it is back. Gives what ends the watch. */
export function watchHeadEnds(deps: WatchDeps): () => Promise<void> {
  const watch = new HeadEndWatch(deps);
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => watch.look(performance.now()));
  }, LOOK_EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/** Looks at the reports now and then, and trusts their age only when it could look all the while. */
export class HeadEndWatch {
  readonly #deps: WatchDeps;
  #steadySinceMs: number | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** One look at `nowMs`, monotonic. Never throws. */
  async look(nowMs: number): Promise<void> {
    // A gap means that this process itself stood still, asleep or stopped: what others said meanwhile is unknown.
    if (nowMs - this.#lookedAtMs > LOOK_EVERY_MS * 3) this.#steadySinceMs = undefined;
    this.#lookedAtMs = nowMs;
    try {
      const silences = silentHeadEnds(await processReports(this.#deps.db));
      this.#steadySinceMs ??= nowMs;
      for (const { site, lastSeenAt, isSilent } of silences) {
        if (!isSilent) await this.#isBack(site);
        else if (nowMs - this.#steadySinceMs >= SETTLE_MS) await this.#isGone(site, lastSeenAt);
      }
    } catch (error) {
      this.#steadySinceMs = undefined;
      this.#deps.logger.debug({ reason: describeError(error) }, "the head-end cannot be watched now");
    }
  }

  async #isGone(site: string, lastSeenAt: number): Promise<void> {
    const { db, clock, logger } = this.#deps;
    if (await openSilentHeadEnd(db, site, lastSeenAt, clock.now()))
      logger.error({ site, lastSeenAt: new Date(lastSeenAt) }, "the head-end is silent; agents hold their readings");
  }

  async #isBack(site: string): Promise<void> {
    const { db, clock, logger } = this.#deps;
    if (await closeSilentHeadEnd(db, site, clock.now())) logger.info({ site }, "the head-end is heard of again");
  }
}
