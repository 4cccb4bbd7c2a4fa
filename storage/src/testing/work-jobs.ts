import { pino } from "pino";
import { createJobQueue } from "../jobs/create-job-queue.ts";
import { openDatabase } from "../relational/pg-database.ts";

/**
 * A program for tests of kills: works on the queue in its second argument, from the Redis of its third; each job's effect
 * is a row of `effect` that commits with its mark. Every third job fails at its first try.
 */
const [url = "", queue = "", redisUrl = ""] = process.argv.slice(2);
const logger = pino({ level: "silent" });
const db = openDatabase({ url, logger, maxConnections: 8 });
const jobs = createJobQueue({ db, logger, redisUrl, relay: false });
await jobs.startWorker({
  queue,
  concurrency: 4,
  leaseMs: 600,
  backOff: { firstMs: 20, longestMs: 200 },
  handler: async (job, { completeIn }) => {
    if (job.attempts === 1 && Number(job.payload) % 3 === 0) throw new Error("the first try fails");
    await db.transaction(async (tx) => {
      await tx.query("insert into effect values ($1)", [job.id]);
      await completeIn(tx);
    });
  },
});
process.stdout.write("working\n");
