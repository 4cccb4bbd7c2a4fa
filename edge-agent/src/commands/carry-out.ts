import {
  type AgentConfig,
  type Bus,
  ChannelDescription,
  type Command,
  type CommandKind,
  checkPlainly,
  faultLine,
  MAX_REPLY_READINGS,
  MeterProfile,
  type OrderOf,
  type ProbeFound,
  type Reading,
  toWireReading,
} from "@nightflow/domain";
import { z } from "zod";
import type { BusFleet } from "../bus-fleet.ts";
import type { ReadNowResult, RunningBus, WriteResult } from "../drivers/driver.ts";
import type { Carried } from "./command-desk.ts";
import { ProbeRefusedError } from "./probe-order.ts";

/** What commands are carried out with. */
export interface CarryOutDeps {
  /** Kinds that the gateway's own configuration lets in. */
  readonly allow: ReadonlySet<CommandKind>;
  readonly fleet: BusFleet;
  /** Opens a bus that is configured nowhere; its readings go to `collect` alone. */
  readonly openAside: (bus: Bus, config: AgentConfig, collect: (readings: readonly Reading[]) => void) => RunningBus;
  /** What is wrong with a configuration that only drivers and profiles know. */
  readonly faultsOf: (config: AgentConfig) => readonly string[];
  /** Trusts or rejects a certificate that a device has shown; what became of it. */
  readonly decideCertificate: (
    order: OrderOf<"certificate">,
    by: string,
  ) => "done" | "unknown-certificate" | "ambiguous";
  /** Looks at a line, for so long at most; absent where this agent cannot. */
  readonly probe?: (order: OrderOf<"probe">, forMs: number) => Promise<ProbeFound>;
}

type Carriers = {
  readonly [Kind in CommandKind]: (order: OrderOf<Kind>, deps: CarryOutDeps, command: Command) => Promise<Carried>;
};

const CARRIERS: Carriers = {
  "read-now": readNow,
  retry: async (order, deps) => retry(order, deps),
  valve: turnValve,
  "re-read": reRead,
  "test-read": testRead,
  probe,
  certificate: decideCertificate,
};

/** Carries out what a command orders. */
export async function carryOut(command: Command, deps: CarryOutDeps): Promise<Carried> {
  const { order } = command;
  if (!deps.allow.has(order.kind))
    return refused("NOT_ALLOWED", `commands.allow on this gateway leaves out ${order.kind}: add it there to allow it`);
  // The table pairs each kind with its own carrier, which the compiler cannot follow through an index.
  const carrier = CARRIERS[order.kind] as (
    order: Command["order"],
    deps: CarryOutDeps,
    command: Command,
  ) => Promise<Carried>;
  return await carrier(order, deps, command);
}

interface Target {
  readonly bus: string;
  readonly running: RunningBus;
  readonly meter: string;
}

/** The meters that an order is about, and those of them that nothing here reads. */
function targetsOf(
  { bus, meters }: { bus?: string | undefined; meters?: readonly string[] | undefined },
  fleet: BusFleet,
) {
  const running = bus === undefined ? undefined : fleet.find(bus);
  const wanted = meters ?? (bus === undefined ? fleet.ids().flatMap((id) => fleet.metersOf(id)) : fleet.metersOf(bus));
  const targets: Target[] = [];
  const unknown: string[] = [];
  for (const meter of wanted) {
    const found = running === undefined || bus === undefined ? fleet.busOf(meter) : { id: bus, running };
    if (found === undefined) unknown.push(meter);
    else targets.push({ bus: found.id, running: found.running, meter });
  }
  return { targets, unknown };
}

async function readNow(order: OrderOf<"read-now">, { fleet }: CarryOutDeps): Promise<Carried> {
  if (order.bus === undefined && order.meters === undefined)
    return refused("NO_TARGET", "name a bus or meters: not every meter of an agent at once");
  if (order.bus !== undefined && fleet.find(order.bus) === undefined)
    return refused("UNKNOWN_BUS", `there is no bus ${order.bus}`);
  const { targets, unknown } = targetsOf(order, fleet);
  return await readTargets(targets, unknown);
}

/** Buses side by side, the meters of one bus one after the other: a line carries one request at a time. */
async function readTargets(targets: readonly Target[], unknown: readonly string[]): Promise<Carried> {
  const byBus = Map.groupBy(targets, ({ bus }) => bus);
  const read = await Promise.all([...byBus.values()].map((own) => readInTurn(own)));
  const results = [
    ...read.flat(),
    ...unknown.map((meter) => ({ meter, outcome: "unknown-meter" as const, readings: [], detail: undefined })),
  ];
  const meters = results.map(({ meter, outcome, detail }) => ({ meter, outcome, ...(detail && { detail }) }));
  const failed = meters.filter(({ outcome }) => outcome !== "answered");
  const readings = results.flatMap((result) => result.readings).slice(0, MAX_REPLY_READINGS);
  const wire = readings.map(toWireReading);
  if (failed.length === 0) return { outcome: "done", readings: wire, details: { meters } };
  const isNothing = failed.length === meters.length;
  return {
    outcome: isNothing ? "failed" : "done",
    code: isNothing ? codeOf(failed) : "SOME_SILENT",
    message: messageOf(failed, meters.length),
    readings: wire,
    details: { meters },
  };
}

interface Unread {
  readonly meter: string;
  readonly outcome: ReadNowResult["outcome"] | "unsupported";
  readonly detail?: string | undefined;
}

/** What one may do about it is another thing where a meter cannot be asked at all. */
function codeOf(unread: readonly Unread[]): string {
  return unread.every(({ outcome }) => outcome === "unasked") ? "SENDS_BY_ITSELF" : "NO_ANSWER";
}

function messageOf(unread: readonly Unread[], of: number): string {
  const named = unread.slice(0, 20).map(({ meter, outcome, detail }) => `${meter} ${detail ?? outcome}`);
  const silent = unread.filter(({ outcome }) => outcome !== "unasked").length;
  return silent === 0 ? named.join("; ") : `${unread.length} of ${of} meters did not answer: ${named.join("; ")}`;
}

type MeterRead = ReadNowResult & { readonly meter: string };

async function readInTurn(
  targets: readonly Target[],
): Promise<(Omit<MeterRead, "outcome"> & { outcome: ReadNowResult["outcome"] | "unsupported" })[]> {
  const results = [];
  for (const { running, meter } of targets) {
    const result = (await running.readNow?.(meter)) ?? { outcome: "unsupported" as const, readings: [] };
    results.push({ meter, ...result });
  }
  return results;
}

function retry(order: OrderOf<"retry">, { fleet }: CarryOutDeps): Carried {
  if (order.bus !== undefined && fleet.find(order.bus) === undefined)
    return refused("UNKNOWN_BUS", `there is no bus ${order.bus}`);
  if (order.meters === undefined) {
    const ids = order.bus === undefined ? fleet.ids() : [order.bus];
    const waiting = ids.reduce((sum, id) => sum + (fleet.find(id)?.retry?.() ?? 0), 0);
    return { outcome: "done", details: { waiting, buses: ids.length } };
  }
  const { targets, unknown } = targetsOf(order, fleet);
  const waiting = targets.reduce((sum, { running, meter }) => sum + (running.retry?.(meter) ?? 0), 0);
  const details = { waiting, unknown };
  if (targets.length > 0) return { outcome: "done", details };
  return { ...refused("UNKNOWN_METER", `nothing here reads ${unknown.join(", ")}`), details };
}

const WRITE_CODES: Readonly<Record<Exclude<WriteResult["outcome"], "done">, string>> = {
  sent: "NOT_CONFIRMED",
  differs: "DIFFERS",
  refused: "METER_REFUSED",
  silent: "NO_ANSWER",
  disconnected: "DISCONNECTED",
  "unknown-meter": "UNKNOWN_METER",
  unsupported: "UNSUPPORTED",
  busy: "BUS_BUSY",
};

async function turnValve({ meter, position }: OrderOf<"valve">, { fleet }: CarryOutDeps): Promise<Carried> {
  const found = fleet.busOf(meter);
  if (found === undefined) return refused("UNKNOWN_METER", `nothing here reads ${meter}`);
  if (found.running.write === undefined) return refused("UNSUPPORTED", `bus ${found.id} cannot turn valves`);
  const command = position === "open" ? "valve_open" : "valve_close";
  const { outcome, detail } = await found.running.write({ kind: "command", meter, command });
  const details = { position, bus: found.id, detail };
  if (outcome === "done") return { outcome: "done", details };
  return { outcome: "failed", code: WRITE_CODES[outcome], message: detail ?? outcome, details };
}

/** From the meter's own log where it keeps one; else what it shows now is better than nothing. */
async function reRead({ wanted }: OrderOf<"re-read">, { fleet }: CarryOutDeps): Promise<Carried> {
  const { targets, unknown } = targetsOf({ meters: wanted.map(({ meter }) => meter) }, fleet);
  const filled: { meter: string; outcome: string; readings: number; detail?: string }[] = [];
  const now: Target[] = [];
  for (const target of targets) {
    const span = wanted.find(({ meter }) => meter === target.meter);
    const back = span && (await target.running.readBack?.(target.meter, span.fromMs, span.toMs));
    if (back === undefined) now.push(target);
    else filled.push(filledBy(target.meter, back));
  }
  const read = await readTargets(now, unknown);
  return {
    ...read,
    ...(now.length + unknown.length === 0 && { outcome: "done" }),
    details: { filled, now: read.details },
  };
}

function filledBy(meter: string, { outcome, readings, detail }: ReadNowResult) {
  return { meter, outcome, readings: readings.length, ...(detail !== undefined && { detail }) };
}

const Aside = z.array(ChannelDescription);
const AsideProfiles = z.array(MeterProfile);

async function testRead(order: OrderOf<"test-read">, deps: CarryOutDeps): Promise<Carried> {
  const channels = checkPlainly(Aside, order.channels);
  const profiles = checkPlainly(AsideProfiles, Object.values(order.profiles ?? {}));
  if (channels.data === null || profiles.data === null) {
    const lines = [
      ...channels.faults.map((fault) => `channels ${faultLine(fault, "")}`),
      ...profiles.faults.map((fault) => `profiles ${faultLine(fault, "")}`),
    ];
    return refused("BAD_ORDER", lines.join("; "));
  }
  const healthCheck = { afterS: 120, buses: true, uplink: true };
  const config = {
    v: 1 as const,
    channels: channels.data,
    buses: [order.busConfig],
    profiles: profiles.data,
    healthCheck,
  };
  const faults = deps.faultsOf(config);
  if (faults.length > 0) return { ...refused("BAD_ORDER", faults.join("; ")), details: { faults } };
  const bus = deps.openAside(order.busConfig, config, () => undefined);
  try {
    const meters = "items" in order.busConfig ? order.busConfig.items : order.busConfig.units;
    const targets = [...new Set(meters.map(({ meter }) => meter))].map((meter) => ({
      bus: order.busConfig.id,
      running: bus,
      meter,
    }));
    return await readTargets(targets, []);
  } finally {
    await bus.close();
  }
}

async function probe(order: OrderOf<"probe">, deps: CarryOutDeps, { timeoutMs }: Command): Promise<Carried> {
  if (deps.probe === undefined)
    return refused("UNSUPPORTED", "this agent cannot look at a line: use nightflow probe beside it");
  try {
    return { outcome: "done", details: await deps.probe(order, timeoutMs) };
  } catch (error) {
    if (error instanceof ProbeRefusedError) return refused(error.code, error.message);
    throw error;
  }
}

/** A decision holds for every bus of the agent; the one that it is about tries at once. */
async function decideCertificate(order: OrderOf<"certificate">, deps: CarryOutDeps, { by }: Command): Promise<Carried> {
  const { kind: _, ...details } = order;
  const outcome = deps.decideCertificate(order, by);
  if (outcome === "ambiguous")
    return refused("AMBIGUOUS", "several certificates begin with this thumbprint: give more of it");
  if (outcome === "unknown-certificate")
    return refused("UNKNOWN_CERTIFICATE", "no device has shown such a certificate");
  deps.fleet.find(order.bus)?.retry?.();
  return { outcome: "done", details };
}

function refused(code: string, message: string): Carried {
  return { outcome: "refused", code, message };
}
