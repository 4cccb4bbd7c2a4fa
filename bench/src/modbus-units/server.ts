import { startAdversary } from "@nightflow/simulators";

/** As many simulated Modbus TCP gateways as it is told, in a process of their own. */
const gateways = await Promise.all(
  Array.from({ length: Number(process.argv[2] ?? 50) }, () => startAdversary({ framing: "tcp" })),
);
process.once("disconnect", () => process.exit(0));
process.send?.({ kind: "ready", ports: gateways.map(({ port }) => port) });
