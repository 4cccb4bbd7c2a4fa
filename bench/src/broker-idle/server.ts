import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokerConfig, createAuthority, startBroker } from "@nightflow/broker";
import pino from "pino";

/**
 * The broker of the bench, in a process of its own so that its memory is counted alone. Told "report" it sends what it
 * holds.
 */
const [agents, transport] = [Number(process.argv[2]), String(process.argv[3])];
const folder = mkdtempSync(join(tmpdir(), "nf-bench-"));
const isTls = transport === "tls";
const authority = isTls ? { authority: await createAuthority(folder) } : {};
const broker = await startBroker({
  ...authority,
  config: BrokerConfig.parse({
    port: 0,
    tls: isTls ? { port: 0 } : undefined,
    limits: { maxConnections: agents + 100 },
  }),
  logger: pino({ level: "warn" }),
  authenticate: async ({ username }) => ({ name: username, role: "agent", site: "bench" }),
});

process.on("message", async (message: string) => {
  if (message === "report") {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const { connections } = broker.stats();
    process.send?.({
      type: "report",
      connections,
      rssMb: rss / 1e6,
      heapMb: heapUsed / 1e6,
      cpuS: (user + system) / 1e6,
    });
    return;
  }
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
process.once("disconnect", () => process.exit(1));
process.send?.({ type: "ready", port: isTls ? broker.tlsPort : broker.port });
