import {
  agentFamilies,
  describeJoin,
  JOIN_EXIT_CODES,
  type JoinOrder,
  joinByHand,
  loadEdgeAgentConfig,
  loadLocalConfig,
  runOpcUaCommand,
  serveAgentMetrics,
  startEdgeAgent,
} from "@nightflow/edge-agent";
import { makeLogger } from "../config/log.ts";
import { traces } from "../operate/room.ts";
import { StopRequest } from "./signals.ts";

/** `nightflow agent FILE`: collects until it is told to stop. */
export async function runAgent(file: string): Promise<void> {
  const logger = makeLogger("info", "agent");
  const stop = new StopRequest();
  void stop.requested.then(() => logger.info("stopping"));
  const loaded = loadEdgeAgentConfig(file);
  const { operate } = loaded.config;
  const tracing = traces({ config: operate, part: "agent", logger });
  const agent = await startEdgeAgent({ ...loaded, logger });
  const families = () => [...agentFamilies(agent.watch()), ...tracing.families()];
  const metrics = operate.enabled ? await serveAgentMetrics(families, operate, logger) : undefined;
  stop.closeOnRequest(async () => {
    await metrics?.close();
    await agent.close();
    await tracing.stop();
  });
  logger.info({ config: file }, "collecting");
  process.send?.({ type: "ready" });
}

/** `nightflow agent join FILE TEXT`: gets the agent its certificate; the exit code is 3 while it waits for approval. */
export async function runJoin(file: string, joinText: string | undefined, options: JoinOrder): Promise<void> {
  const token = options.token ?? process.env.NIGHTFLOW_AGENT_JOIN_TOKEN;
  const result = await joinByHand(loadLocalConfig(file), { ...options, token, joinText });
  process.stdout.write(`${describeJoin(result)}\n`);
  process.exitCode = JOIN_EXIT_CODES[result.answer.status];
}

/** `nightflow opcua …`: certificates, endpoints and nodes of OPC UA servers. */
export async function runOpcUa(words: readonly string[]): Promise<void> {
  process.exitCode = await runOpcUaCommand(words, (line) => process.stdout.write(`${line}\n`));
}
