import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { BrokerConfig, startBroker } from "@nightflow/broker";
import { channelIdOf, realClock } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import { createChannelRegistry, type Ingest, IngestConfig, startIngest } from "@nightflow/ingest";
import { type KnownChannel, openDuckDbStore, serveReadingStore } from "@nightflow/storage";
import pino from "pino";

/**
 * The head-end of the bench, in a process of its own so that its CPU is counted alone: broker, ingest and a DuckDB store
 * on disk, just as `nightflow up` composes them. Told "report" it sends what it used and holds.
 */
const [agents, channels, password] = [Number(process.argv[2]), Number(process.argv[3]), String(process.argv[4])];
const folder = mkdtempSync(join(tmpdir(), "nf-bench-"));
const logger = pino({ level: "warn" });
const store = await openDuckDbStore({ path: join(folder, "readings.duckdb"), thread: { anchor: null }, logger });
const known: KnownChannel[] = Array.from({ length: channels }, (_, at) => ({
  id: channelIdOf(`M${at}`, "forward_total"),
  meter: `M${at}`,
  quantity: "forward_total",
  unit: "m3",
  resolution: 0.001,
  capacityCounts: null,
  maxCountsPerHour: null,
}));
const registry = await createChannelRegistry({ load: async () => known, store, logger });
const passwordHash = await hashPassword(password);
const identities = Array.from({ length: agents }, (_, at) => ({
  name: `a${at}`,
  role: "agent" as const,
  site: "bench",
  passwordHash,
}));
const monitor = { name: "monitor", role: "monitor" as const, passwordHash };
let ingest: Ingest | undefined;
const broker = await startBroker({
  config: BrokerConfig.parse({ port: 0, identities: [...identities, monitor] }),
  logger,
  intake: {
    take: (topic, payload, identity) => {
      if (ingest === undefined) throw new Error("not started");
      return ingest.take(topic, payload, identity);
    },
  },
});
const publishAck = (topic: string, payload: string) => broker.publish(topic, payload, { as: "ingest", retain: true });
ingest = await startIngest({ store, registry, publishAck, clock: realClock, logger, config: IngestConfig.parse({}) });

let disturber: Worker | undefined;
function disturb(): void {
  const { port1, port2 } = new MessageChannel();
  serveReadingStore(store, port1);
  disturber = new Worker(new URL("./disturber.ts", import.meta.url), {
    workerData: { port: port2, channels },
    transferList: [port2],
  });
  disturber.on("message", (counted) => process.send?.({ type: "disturbed", ...counted }));
}

const cpuAtStart = process.cpuUsage();
process.on("message", async (message: string) => {
  if (message === "report") {
    const { user, system } = process.cpuUsage(cpuAtStart);
    const { stored } = await store.counts();
    process.send?.({ type: "report", stored, cpuS: (user + system) / 1e6, rssMb: process.memoryUsage().rss / 1e6 });
    return;
  }
  if (message === "disturb") return disturb();
  if (message === "disturbed") return disturber?.postMessage("count");
  await disturber?.terminate();
  await broker.close();
  await ingest?.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
process.once("disconnect", () => process.exit(1));
process.send?.({ type: "ready", port: broker.port });
