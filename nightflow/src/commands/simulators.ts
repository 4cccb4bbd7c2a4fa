import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
import { makeLogger } from "../config/log.ts";
import { writeTownSetup } from "../town/setup.ts";
import { closeOnSignals } from "./signals.ts";

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
  const life = townLife(dataDir, options, anchor, clock.now());
  const town = townOf(life);
  const logger = makeLogger("info", "simulators");
  const simulators = await startSimulators({
    town,
    clock,
    faults: defaultFaultScript(town, life.liveStartMs),
    host: life.config.host,
    modbusPorts: modbusPortsOf(life.config, town.gateways.length),
    opcuaPort: life.config.opcuaPort,
    controlPort: life.config.controlPort,
    responseDelayMs: life.config.responseDelayMs,
    dataDir,
    logger,
  });
  closeOnSignals(() => simulators.close());
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

function townLife(dataDir: string, options: SimulatorsOptions, anchor: ClockAnchor | null, nowMs: number): TownLife {
  const path = join(dataDir, "town.json");
  if (existsSync(path)) return TownLife.parse(JSON.parse(readFileSync(path, "utf8")));
  const config = configOf(options);
  const liveStartMs = anchor?.simAnchorAt ?? nowMs;
  const life = { config, liveStartMs, historyStartMs: historyStartOf(config, liveStartMs) };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(life, null, 2)}\n`);
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
