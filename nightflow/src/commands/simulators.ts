import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ClockAnchor, ConfigError, describeIssues } from "@nightflow/domain";
import {
  buildTown,
  defaultFaultScript,
  modbusPortsOf,
  SimulatorsConfig,
  startSimulators,
  type Town,
} from "@nightflow/simulators";
import { z } from "zod";
import { makeClock, readClockAnchor } from "../config/clock.ts";
import { lockFolder } from "../config/folder-lock.ts";
import { makeLogger } from "../config/log.ts";
import { writeTownSetup } from "../town/setup.ts";
import { UsageError } from "./failure.ts";
import { StopRequest } from "./signals.ts";

/** Options of `nightflow simulators`, as text from the command line. */
export interface SimulatorsOptions {
  readonly data: string;
  readonly clock?: string;
  readonly setup?: string;
  readonly seed?: string;
  readonly modbusPort?: string;
  readonly opcuaPort?: string;
  readonly controlPort?: string;
}

const DAY_MS = 86_400_000;

/** What fixes a town for all of its life, kept with its state. */
const TownLife = z.strictObject({ config: SimulatorsConfig, historyStartMs: z.int(), liveStartMs: z.int() });
type TownLife = z.infer<typeof TownLife>;

/** `nightflow simulators`: serves the town until it is told to stop. A second start on the same folder goes on with the same town. */
export async function runSimulators(options: SimulatorsOptions): Promise<void> {
  const dataDir = resolve(options.data);
  const anchor = options.clock === undefined ? null : readClockAnchor(resolve(options.clock));
  const clock = makeClock(anchor);
  const stop = new StopRequest();
  const unlock = lockFolder(dataDir, "simulators");
  const config = configOf(options);
  const life = keptLife(dataDir, options.seed) ?? newLife(dataDir, config, anchor, clock.now());
  const town = townOf(life);
  const logger = makeLogger("info", "simulators");
  const simulators = await startSimulators({
    town,
    clock,
    faults: defaultFaultScript(town, life.liveStartMs),
    host: config.host,
    modbusPorts: modbusPortsOf(config, town.gateways.length),
    opcuaPort: config.opcuaPort,
    controlPort: config.controlPort,
    responseDelayMs: config.responseDelayMs,
    dataDir,
    logger,
  });
  stop.closeOnRequest(async () => {
    await simulators.close();
    unlock();
  });
  const { endpoints } = simulators;
  if (options.setup !== undefined) writeTownSetup(town, endpoints, resolve(options.setup));
  logger.info(
    { modbus: endpoints.modbus, opcua: endpoints.opcua?.endpointUrl, control: endpoints.control.url },
    "the town is served",
  );
  process.send?.({ type: "ready", endpoints });
}

/** The town of a life; plain data, the same in every process. */
export function townOf({ config, historyStartMs }: TownLife): Town {
  return buildTown({ seed: config.seed, zone: config.zone, homesPerDma: config.homesPerDma, historyStartMs });
}

/**
 * The life that the folder holds already; undefined in a new one. Ports belong to the start, not to the town.
 *
 * @throws {UsageError} when the folder holds a town of another seed than the one asked for.
 */
function keptLife(dataDir: string, seed: string | undefined): TownLife | undefined {
  const path = join(dataDir, "town.json");
  if (!existsSync(path)) return undefined;
  const kept = TownLife.parse(JSON.parse(readFileSync(path, "utf8")));
  if (seed === undefined || kept.config.seed === Number(seed)) return kept;
  throw new UsageError(`${dataDir} holds the town of seed ${kept.config.seed}, not of ${seed}`, {
    remedy: "leave --seed out, or name another folder with --data",
  });
}

function newLife(dataDir: string, config: SimulatorsConfig, anchor: ClockAnchor | null, nowMs: number): TownLife {
  const liveStartMs = anchor?.simAnchorAt ?? nowMs;
  const life = { config, liveStartMs, historyStartMs: historyStartOf(config, liveStartMs) };
  writeFileSync(join(dataDir, "town.json"), `${JSON.stringify(life, null, 2)}\n`);
  return life;
}

/** The whole UTC day at or before `historyDays` before the live start. */
export function historyStartOf(config: Pick<SimulatorsConfig, "historyDays">, liveStartMs: number): number {
  return Math.floor((liveStartMs - config.historyDays * DAY_MS) / DAY_MS) * DAY_MS;
}

function configOf(options: SimulatorsOptions): SimulatorsConfig {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const given = {
    seed: number(options.seed),
    modbusPort: number(options.modbusPort),
    opcuaPort: number(options.opcuaPort),
    controlPort: number(options.controlPort),
  };
  const parsed = SimulatorsConfig.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (!parsed.success) throw new ConfigError("nightflow simulators", [describeIssues(parsed.error)]);
  return parsed.data;
}
