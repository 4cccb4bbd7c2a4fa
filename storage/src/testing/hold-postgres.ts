import { pino } from "pino";
import { startEmbeddedPostgres } from "../relational/embedded/start.ts";

/**
 * A program for tests of kills: starts an embedded server on the folder of its first argument, prints its port and
 * process id as one line of JSON, and holds it until it is ended itself.
 */
const [dataDir = ""] = process.argv.slice(2);
const logger = pino({ level: "silent" });
const server = await startEmbeddedPostgres({ dataDir, port: 0, logger, isDurable: false });
process.on("SIGTERM", () => process.exit(0));
process.stdout.write(`${JSON.stringify({ port: server.port, url: server.url, pid: await server.pid() })}\n`);
setInterval(() => undefined, 1000);
