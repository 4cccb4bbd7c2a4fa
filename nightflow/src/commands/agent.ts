import { loadEdgeAgentConfig, startEdgeAgent } from "@nightflow/edge-agent";
import { makeLogger } from "../config/log.ts";
import { closeOnSignals } from "./signals.ts";

/** `nightflow agent FILE`: collects until it is told to stop. */
export async function runAgent(file: string): Promise<void> {
  const logger = makeLogger("info", "agent");
  const agent = await startEdgeAgent({ ...loadEdgeAgentConfig(file), logger });
  closeOnSignals(() => agent.close());
  logger.info({ config: file }, "collecting");
  process.send?.({ type: "ready" });
}
