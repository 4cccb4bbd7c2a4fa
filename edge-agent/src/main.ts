import { describeError, NightflowError } from "@nightflow/domain";
import pino from "pino";
import { startEdgeAgent } from "./agent.ts";
import { loadEdgeAgentConfig } from "./load-config.ts";

/** Runs an agent alone, from its own configuration file, until SIGTERM or SIGINT. Gives the exit code. */
async function main(): Promise<number> {
  const [path = "agent.yaml"] = process.argv.slice(2);
  const logger = pino({ name: "nightflow-agent" });
  try {
    const stopped = nextStopSignal();
    const agent = await startEdgeAgent({ ...loadEdgeAgentConfig(path), logger });
    logger.info({ config: path }, "collecting");
    logger.info({ signal: await stopped }, "stopping");
    await agent.close();
    return 0;
  } catch (error) {
    const remedy = error instanceof NightflowError ? error.remedy : undefined;
    logger.fatal({ code: error instanceof NightflowError ? error.code : undefined, remedy }, describeError(error));
    return 1;
  }
}

function nextStopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}

process.exit(await main());
