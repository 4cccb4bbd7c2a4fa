import { parseArgs } from "node:util";
import { ConfigError, describeError, NightflowError } from "@nightflow/domain";
import pino from "pino";
import { startEdgeAgent } from "./agent.ts";
import { describeLoaded } from "./describe-loaded.ts";
import { runOpcUaCommand } from "./drivers/opcua/commands/lazy-command.ts";
import { describeJoin, JOIN_EXIT_CODES, joinByHand } from "./join-command.ts";
import { loadEdgeAgentConfig, loadLocalConfig, TOKEN_VARIABLE } from "./load-config.ts";
import { agentFamilies, serveAgentMetrics } from "./metrics.ts";
import { runProbe } from "./probe/probe.ts";

// Readings, keys and what the agent knows of its meters are for its own user.
process.umask(process.umask() | 0o066);

/**
 * Joins by hand: `nightflow-agent join agent.yaml nfj1.…`, or `--url`, `--token`, `--ca` in its place. Says what became of
 * it on the standard output. Gives the exit code: 0 joined, 3 waits for approval, 1 refused.
 */
async function joinNow(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { url: { type: "string" }, token: { type: "string" }, ca: { type: "string" } },
    allowPositionals: true,
  });
  const [path = "agent.yaml", joinText] = positionals;
  const token = values.token ?? process.env[TOKEN_VARIABLE];
  const result = await joinByHand(loadLocalConfig(path), { ...values, token, joinText });
  process.stdout.write(`${describeJoin(result)}\n`);
  return JOIN_EXIT_CODES[result.answer.status];
}

/** Looks at the meters of a line: `nightflow-agent probe --tcp 10.0.0.7:502`. Faults are for a person to read. */
function probeNow(args: readonly string[]): Promise<number> {
  return forAPerson(() => runProbe(args));
}

/** Certificates, endpoints and nodes of OPC UA servers: `nightflow-agent opcua --help`. */
function opcUaNow(args: readonly string[]): Promise<number> {
  return forAPerson(() => runOpcUaCommand(args, (line) => process.stdout.write(`${line}\n`)));
}

/** Looks a configuration and all its files through without starting: `nightflow-agent check agent.yaml`. */
function checkNow([path = "agent.yaml"]: readonly string[]): Promise<number> {
  return forAPerson(async () => {
    process.stdout.write(`${describeLoaded(path, loadEdgeAgentConfig(path))}\n`);
    return 0;
  });
}

async function forAPerson(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const remedy =
      error instanceof NightflowError && error.remedy !== undefined ? `\n  what to do: ${error.remedy}` : "";
    process.stderr.write(`nightflow-agent: ${describeError(error)}${remedy}\n`);
    return 2;
  }
}

/** Runs an agent alone, from its own configuration file, until SIGTERM or SIGINT. Gives the exit code. */
async function main(): Promise<number> {
  const [path = "agent.yaml", ...rest] = process.argv.slice(2);
  const logger = pino({ name: "nightflow-agent" });
  try {
    if (path === "join") return await joinNow(rest);
    if (path === "probe") return await probeNow(rest);
    if (path === "check") return await checkNow(rest);
    if (path === "opcua") return await opcUaNow(rest);
    const stopped = nextStopSignal();
    const loaded = loadEdgeAgentConfig(path);
    const { operate } = loaded.config;
    const agent = await startEdgeAgent({ ...loaded, logger });
    const families = () => agentFamilies(agent.watch());
    const metrics = operate.enabled ? await serveAgentMetrics(families, operate, logger) : undefined;
    logger.info({ config: path }, "collecting");
    logger.info({ signal: await stopped }, "stopping");
    await metrics?.close();
    await agent.close();
    return 0;
  } catch (error) {
    const { code, remedy } = error instanceof NightflowError ? error : {};
    const faults = error instanceof ConfigError ? error.faults : undefined;
    logger.fatal({ code, remedy, faults }, describeError(error));
    return 1;
  }
}

function nextStopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}

process.exit(await main());
