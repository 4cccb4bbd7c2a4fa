import { describeError } from "@nightflow/domain";
import { type Database, type JobQueue, trimLiveEvents } from "@nightflow/storage";
import type { Logger } from "pino";
import { forgetOldCommands } from "../commands/forget.ts";
import { forgetOldEnrolment } from "../enrolment/forget.ts";

/** What housekeeping depends on. */
export interface HousekeepingDeps {
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly logger: Logger;
}

const HOUR_MS = 3_600_000;
const KEEP_JOBS_MS = 7 * 24 * HOUR_MS;
const KEEP_EVENTS = 100_000;

/** Forgets jobs done a week ago, all but the newest live events, sessions that ended a month ago, old enrolments and commands. */
export async function tidyUp({ db, jobs }: HousekeepingDeps): Promise<void> {
  await jobs.forgetDone(new Date(Date.now() - KEEP_JOBS_MS));
  await trimLiveEvents(db, KEEP_EVENTS);
  await db.query("delete from session where expires_at < now() - interval '30 days'");
  await forgetOldEnrolment(db);
  await forgetOldCommands(db);
}

/** Tidies up once a real hour; returns what stops it. */
export function startHousekeeping(deps: HousekeepingDeps): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    current = tidyUp(deps).catch((error: unknown) => {
      deps.logger.warn({ reason: describeError(error) }, "old rows could not be forgotten now");
    });
  }, HOUR_MS).unref();
  return async () => {
    clearInterval(timer);
    await current;
  };
}
