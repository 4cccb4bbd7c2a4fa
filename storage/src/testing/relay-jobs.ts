import { pino } from "pino";
import { startJobRelay } from "../jobs/create-job-queue.ts";
import { openDatabase } from "../relational/pg-database.ts";

/** A program for tests of kills: relays the jobs of the database in its first argument to the Redis of its second. */
const [url = "", redisUrl = ""] = process.argv.slice(2);
const logger = pino({ level: "silent" });
const db = openDatabase({ url, logger, maxConnections: 4 });
await startJobRelay({ db, logger, redisUrl }, { pollMs: 50, reconcileMs: 300 });
process.stdout.write("relaying\n");
