import { join } from "node:path";
import { ChannelDescription, OpcUaBus, type Reading, realClock } from "@nightflow/domain";
import { loadProfiles, openBus, Transports } from "@nightflow/edge-agent";
import { Outbox, OutboxLimits } from "@nightflow/edge-agent/durable";
import pino from "pino";

/** `agent.ts URL NODES PERIOD_S MODE FOLDER`: the agent's process, from the driver to its durable outbox. */
const [endpointUrl, nodes, periodS, mode, dataDir = "."] = process.argv.slice(2);
const ids = Array.from({ length: Number(nodes) }, (_, at) => `N${at}`);
const described = ids.map((id) =>
  ChannelDescription.parse({ id: `${id}.forward_total`, quantity: "forward_total", unit: "m3", resolution: 0.001 }),
);
const logger = pino({ level: "error" });
const outbox = await Outbox.open({ folder: join(dataDir, "outbox"), limits: OutboxLimits.parse({}), logger });
const counted = { readings: 0, missing: 0 };
const collect = (readings: readonly Reading[]) => {
  for (const { quality } of readings) counted[quality === "missing" ? "missing" : "readings"]++;
  outbox.add(readings);
};
const bus = openBus(
  OpcUaBus.parse({
    id: "wide",
    kind: "opcua",
    endpointUrl,
    mode,
    periodS: Number(periodS),
    samplingMs: Number(periodS) * 1000,
    publishMs: 500,
    items: ids.map((id) => ({ meter: id, nodeId: `ns=1;s=${id}`, channel: `${id}.forward_total` })),
  }),
  {
    profiles: loadProfiles(),
    channels: new Map(described.map((channel) => [channel.id as string, channel])),
    dataDir,
    clock: realClock,
    logger,
    collect,
    transports: new Transports({ clock: realClock, logger }),
  },
);

const ownCpuS = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
process.on("message", (message) => {
  if (message === "stop") void bus.close().then(() => outbox.close().then(() => process.exit(0)));
  if (message === "report") process.send?.({ type: "report", ...counted, taken: outbox.fill().taken, cpuS: ownCpuS() });
});
process.send?.({ type: "ready" });
