import type { Logger } from "pino";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import type { RoomName } from "../rooms/alone.ts";
import type { RunningRoom } from "../rooms/running.ts";
import { UsageError } from "./failure.ts";
import { StopRequest } from "./signals.ts";

/** Options of a room's command, as text from the command line. */
export interface RoomOptions {
  readonly config?: string;
  readonly name?: string;
  readonly port?: string;
  readonly resplit?: boolean;
}

type Start = (loaded: LoadedConfig, logger: Logger) => Promise<RunningRoom>;

/** `nightflow broker`, `ingest`, `analytics` and `api`: one room, alone in this process, until it is told to stop. */
export async function runRoomAlone(room: RoomName, options: RoomOptions): Promise<void> {
  const loaded = loadConfig(options.config);
  const start = await startOf(room, options);
  const { level, format } = loaded.config.log;
  const logger = makeLogger(level, room, { format });
  const stop = new StopRequest();
  void stop.requested.then(() => logger.info("stopping"));
  const running = await start(loaded, logger);
  stop.closeOnRequest(() => running.close());
  if (stop.isRequested) return;
  const { setupUrl, ...details } = running.details;
  logger.info(details, `nightflow ${room} is ready`);
  if (setupUrl) process.stdout.write(`\nOpen this link once to make the first administrator:\n  ${setupUrl}\n\n`);
  process.send?.({ type: "ready", ...details });
}

async function startOf(room: RoomName, options: RoomOptions): Promise<Start> {
  const port = portOf(options.port);
  const { name, resplit = false } = options;
  if (room === "broker") {
    const { startBrokerRoom } = await import("../rooms/broker.ts");
    return (loaded, logger) => startBrokerRoom(loaded, port, logger);
  }
  if (room === "api") {
    const { startApiRoom } = await import("../rooms/api.ts");
    return (loaded, logger) => startApiRoom(loaded, port, logger);
  }
  if (room === "analytics") {
    const { startAnalyticsRoom } = await import("../rooms/analytics.ts");
    return (loaded, logger) => startAnalyticsRoom(loaded, { resplit }, logger);
  }
  const { startIngestRoom } = await import("../rooms/ingest.ts");
  return (loaded, logger) => startIngestRoom(loaded, nameOf(name), logger);
}

function portOf(text: string | undefined): { readonly port?: number } {
  if (text === undefined) return {};
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port ${text} is not a port`);
  return { port };
}

function nameOf(name: string | undefined): { readonly name?: string } {
  if (name === undefined) return {};
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(name))
    throw new UsageError(`--name ${name} is not 1 to 32 characters of A-Z a-z 0-9 _ -`);
  return { name };
}
