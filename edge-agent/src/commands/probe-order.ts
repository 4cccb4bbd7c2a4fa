import { setTimeout as delay } from "node:timers/promises";
import {
  type Bus,
  checkPlainly,
  type EarlierReading,
  faultLine,
  MeterProfile,
  NightflowError,
  type OrderOf,
  type ProbedMeter,
  type ProbedUnits,
  type ProbeFound,
  type ProbeLine,
  type ProbeSettings,
  textToWords,
} from "@nightflow/domain";
import type { BusFleet } from "../bus-fleet.ts";
import type { LineAsker } from "../drivers/modbus/line.ts";
import { parseDial } from "../probe/dial.ts";
import { foundBlock } from "../probe/found.ts";
import { lookAtBlock, lookAtMeter, type SavedReading } from "../probe/modes.ts";
import { openProbeLine } from "../probe/open-line.ts";
import { scanUnits } from "../probe/scan.ts";
import { type ProfileLibrary, withInlineProfiles } from "../profiles/library.ts";

/** A probe that cannot be made here, with what to do. */
export class ProbeRefusedError extends NightflowError {
  readonly code: string;
  readonly retriable = false;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What probes are made with. */
export interface ProbeOrderDeps {
  readonly fleet: Pick<BusFleet, "find" | "config">;
  readonly library: ProfileLibrary;
  /** Monotonic real milliseconds. */
  readonly realNow?: () => number;
}

/** A line that is open, and how to let go of it. */
interface OpenLine {
  readonly line: LineAsker;
  readonly close: () => void;
}

/** Part of its time that a probe may use for asking: the rest is for the answer under way, and for the reply. */
const SHARE_OF_TIME = 0.8;

/**
 * Looks at a line as ordered, within `forMs`: over a running bus, whose polls go on, or over a line that no bus holds.
 *
 * @throws {ProbeRefusedError} when it cannot be made here. @throws {ProbeLineError} when the line does not open.
 */
export async function probeAsOrdered(
  { bus, line, options }: OrderOf<"probe">,
  forMs: number,
  { fleet, library, realNow = () => performance.now() }: ProbeOrderDeps,
): Promise<ProbeFound> {
  const untilMs = realNow() + forMs * SHARE_OF_TIME;
  const known = withInlineProfiles(library, fleet.config?.profiles);
  const profile = options.profile === undefined ? undefined : profileOf(options.profile, known);
  const open = bus === undefined ? await ownLine(line, fleet) : lineOfBus(bus, fleet);
  try {
    if (profile !== undefined) return await judged(options, profile, open.line, realNow);
    if (options.read !== undefined) return await read(options, options.read, open.line);
    return await scanned(options, open.line, known, () => realNow() < untilMs);
  } finally {
    open.close();
  }
}

function lineOfBus(id: string, fleet: Pick<BusFleet, "find">): OpenLine {
  const running = fleet.find(id);
  if (running === undefined) throw new ProbeRefusedError("UNKNOWN_BUS", `there is no bus ${id}`);
  const look = running.look?.bind(running);
  if (look === undefined)
    throw new ProbeRefusedError("UNSUPPORTED", `bus ${id} is no Modbus bus: only those are probed`);
  return { line: { ask: look }, close: () => undefined };
}

async function ownLine(line: ProbeLine | undefined, { config }: Pick<BusFleet, "config">): Promise<OpenLine> {
  if (line === undefined) throw new ProbeRefusedError("BAD_ORDER", "name a bus of the agent or a line");
  const holder = config?.buses.find((bus) => isSameLine(line, bus));
  if (holder !== undefined)
    throw new ProbeRefusedError("LINE_IN_USE", `bus ${holder.id} holds this line: probe by the bus instead`);
  const opened = await openProbeLine(line.transport, line.framing);
  return { line: opened, close: () => opened.close() };
}

/** Many converters take one connection only, and a serial port has one owner. */
function isSameLine({ transport }: ProbeLine, bus: Bus): boolean {
  if (bus.kind === "modbus-tcp") return isAt(transport, bus);
  if (!("transport" in bus)) return false;
  const { transport: other } = bus;
  if (other.kind === "serial") return transport.kind === "serial" && transport.path === other.path;
  return other.kind === "tcp" && isAt(transport, other);
}

function isAt(transport: ProbeLine["transport"], place: { readonly host: string; readonly port: number }): boolean {
  return transport.kind === "tcp" && transport.host === place.host && transport.port === place.port;
}

function profileOf(wanted: NonNullable<ProbeSettings["profile"]>, library: ProfileLibrary): MeterProfile {
  if (typeof wanted !== "string") {
    const checked = checkPlainly(MeterProfile, wanted);
    if (checked.data === null)
      throw new ProbeRefusedError("BAD_ORDER", checked.faults.map((fault) => faultLine(fault, "profile")).join("; "));
    return modbusOnly(checked.data);
  }
  const profile = library.get(wanted);
  if (profile === undefined)
    throw new ProbeRefusedError("UNKNOWN_PROFILE", `this agent has no profile ${wanted}: send the profile itself`);
  return modbusOnly(profile);
}

function modbusOnly(profile: MeterProfile): MeterProfile {
  if (profile.protocol === "modbus") return profile;
  throw new ProbeRefusedError("UNSUPPORTED", `${profile.name} is no Modbus profile: only Modbus lines are probed`);
}

async function scanned(
  { units: unitIds, timeoutMs }: ProbeSettings,
  line: LineAsker,
  library: ProfileLibrary,
  hasTime: () => boolean,
): Promise<ProbedUnits> {
  const { units, notAsked } = await scanUnits({ line, unitIds, timeoutMs, library, hasTime });
  return {
    mode: "scan",
    asked: unitIds.slice(0, unitIds.length - notAsked.length),
    notAsked: [...notAsked],
    units: units.map(({ unitId, said, latencyMs, profiles }) => ({
      ...{ unitId, latencyMs, exception: said === "words" ? null : said, profiles: [...profiles] },
    })),
  };
}

async function read(
  options: ProbeSettings,
  block: NonNullable<ProbeSettings["read"]>,
  line: LineAsker,
): Promise<ProbeFound> {
  const { timeoutMs, manualAddress, isGas } = options;
  const [unitId = 1] = options.units;
  const dial = options.dial === undefined ? undefined : parseDial(options.dial);
  const earlier = options.earlier === undefined ? undefined : savedReading(options.earlier);
  const looked = await lookAtBlock({ read: block, timeoutMs, dial, manualAddress }, unitId, earlier, line);
  return foundBlock({ unitId, read: block, dial, manualAddress, isGas }, looked);
}

function savedReading({ dial, runs }: EarlierReading): SavedReading | undefined {
  const shown = parseDial(dial);
  if (shown === undefined) return undefined;
  return { dial: shown, runs: runs.map(({ from, words }) => ({ from, words: textToWords(words) })) };
}

async function judged(
  { units: [unitId = 1], timeoutMs, everyS, q3M3h, nominalDiameterMm, isGas }: ProbeSettings,
  profile: MeterProfile,
  line: LineAsker,
  nowMs: () => number,
): Promise<ProbedMeter> {
  const wait = (ms: number) => delay(ms);
  const how = { timeoutMs, everyS, q3M3h, nominalDiameterMm, isGas };
  const { readings, findings } = await lookAtMeter(how, unitId, profile, {
    line,
    progress: () => undefined,
    wait,
    nowMs,
  });
  return {
    ...{ mode: "meter", unitId, profile: profile.name },
    readings: readings.map((reads) => reads.map(({ name, unit, value, fault }) => ({ name, unit, value, fault }))),
    findings: findings.map((finding) => ({ ...finding })),
  };
}
