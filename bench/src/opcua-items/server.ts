import { startWideOpcUaServer } from "@nightflow/simulators";

/** `server.ts NODES STEP_MS FOLDER`: the server's process. */
const [nodes, stepMs, dataDir = "."] = process.argv.slice(2);
const server = await startWideOpcUaServer({ nodes: Number(nodes), stepMs: Number(stepMs), port: 0, dataDir });
process.on("message", (message) => {
  if (message === "stop") void server.close().then(() => process.exit(0));
});
process.send?.({ type: "ready", endpointUrl: server.endpointUrl });
