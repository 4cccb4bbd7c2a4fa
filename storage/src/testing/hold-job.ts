import { pino } from "pino";
import { createJobQueue } from "../jobs/create-job-queue.ts";
import { openDatabase } from "../relational/pg-database.ts";

/**
 * A program for tests of kills: takes one job of the queue in its second argument, prints its id and never ends it. The
 * jobs come over the Redis of its third argument, if there is one.
 */
const [url = "", queue = "", redisUrl] = process.argv.slice(2);
const logger = pino({ level: "silent" });
const database = openDatabase({ url, logger });
const handler = (job: { id: string }) => {
  process.stdout.write(`${job.id}\n`);
  return new Promise<void>(() => undefined);
};
await createJobQueue({ db: database, logger, redisUrl }).startWorker({ queue, handler, leaseMs: 600 });
