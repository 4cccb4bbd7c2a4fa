import { loadEdgeAgentConfig, startEdgeAgent } from "@nightflow/edge-agent";
import { makeLogger } from "../config/log.ts";
import { StopRequest } from "./signals.ts";

/** `nightflow agent FILE`: collects until it is told to stop. */
export async function runAgent(file: string): Promise<void> {
  const logger = makeLogger("info", "agent");
  const stop = new StopRequest();
  void stop.requested.then(() => logger.info("stopping"));
  const agent = await startEdgeAgent({ ...loadEdgeAgentConfig(file), logger });
  stop.closeOnRequest(() => agent.close());
  logger.info({ config: file }, "collecting");
  process.send?.({ type: "ready" });
}
