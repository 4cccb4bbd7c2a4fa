import { AgentConfig, channelIdOf } from "@nightflow/domain";
import { radioKeyOf, radioNameOf, type SimulatorEndpoints, type Town, type TownMeter } from "@nightflow/simulators";

/** Registers that the demo's agent reads of each meter, beside the one that counts the consumption. */
const GAUGES_READ = new Set(["flow", "pressure", "temperature"]);

/** Gauges are read from stations and inlets only: a home's meter is asked for its register. */
function registersRead(meter: TownMeter) {
  const isLarge = meter.kind !== "household" && meter.kind !== "gas_customer";
  return meter.registers.filter(
    (register) => register.quantity.endsWith("_total") || (isLarge && GAUGES_READ.has(register.name)),
  );
}

/** The channels of a meter, in the order in which it serves them. */
export function channelsOf(meter: TownMeter) {
  return registersRead(meter)
    .filter((register) => register.quantity !== "reverse_total")
    .map((register) => ({
      register,
      id: channelIdOf(meter.id, register.quantity),
      quantity: register.quantity,
      unit: register.unit,
      ...(register.resolution === undefined ? {} : { resolution: register.resolution }),
    }));
}

/** What the agent of a simulated town reads, and from where; the payload of its configuration topic. */
export function townAgentConfig(town: Town, endpoints: SimulatorEndpoints): AgentConfig {
  const channels = town.meters.flatMap((meter) => channelsOf(meter).map(({ register: _, ...channel }) => channel));
  const modbus = endpoints.modbus.map(({ busId, host, port }) => ({
    id: busId,
    kind: "modbus-tcp" as const,
    host,
    port,
    timeoutMs: 250,
    retries: 1,
    units: town.meters.flatMap((meter) => modbusUnit(meter, busId)),
  }));
  const items = town.meters.flatMap(opcUaItems);
  const { opcua } = endpoints;
  const opcuaBuses = opcua === null || items.length === 0 ? [] : [opcUaBus(opcua.endpointUrl, items)];
  const slow = endpoints.slow.map((line) => slowBus(line, town));
  return AgentConfig.parse({ v: 1, channels, buses: [...modbus, ...opcuaBuses, ...slow] });
}

type SlowLine = SimulatorEndpoints["slow"][number];

/** A meter's clock may differ by what passes on a scaled clock while its answer is on its way. */
const SCALED_CLOCK_TOLERANCE_S = 7200;

function slowBus({ kind, host, port }: SlowLine, town: Town) {
  const timeZone = town.zone;
  const common = { id: `${kind}-1`, timeZone, clockToleranceS: SCALED_CLOCK_TOLERANCE_S };
  const units = town.meters.flatMap((meter) => (meter.access.kind === kind ? [slowUnit(meter)] : []));
  if (kind === "wmbus")
    return { ...common, kind, source: { kind: "tcp-connect", host, port }, keysFile: RADIO_KEYS_FILE, units };
  return { ...common, kind, transport: { kind: "tcp", host, port }, timeoutMs: 500, gapMs: 0, units };
}

/** Where the agent of a simulated town looks for the keys of its radio meters, in its own folder. */
export const RADIO_KEYS_FILE = "radio-keys";

/** The text of that file: a line for each radio meter of the town; empty where it has none. */
export function radioKeys(town: Town): string {
  return town.meters
    .flatMap(({ seed, access }) =>
      access.kind === "wmbus" ? [`${radioNameOf(access.number)} ${radioKeyOf({ seed }).toString("hex")}\n`] : [],
    )
    .join("");
}

function slowUnit(meter: TownMeter) {
  const { access, periodS } = meter;
  const total = channelIdOf(meter.id, "forward_total");
  const unit = { meter: meter.id, periodS };
  if (access.kind === "cjt188") return { ...unit, address: access.address, channels: { forward_total: total } };
  const channels = { volume: total };
  if (access.kind === "wmbus") return { ...unit, address: radioNameOf(access.number), channels };
  return { ...unit, address: { primary: access.kind === "mbus" ? access.address : 0 }, channels };
}

function modbusUnit(meter: TownMeter, busId: string) {
  if (meter.access.kind !== "modbus" || meter.access.busId !== busId || meter.profile === null) return [];
  const channels = Object.fromEntries(channelsOf(meter).map(({ register, id }) => [register.name, id]));
  return [{ meter: meter.id, unitId: meter.access.unitId, profile: meter.profile, periodS: meter.periodS, channels }];
}

function opcUaItems(meter: TownMeter) {
  if (meter.access.kind !== "opcua") return [];
  return channelsOf(meter).flatMap(({ register, id }) =>
    register.nodeId === undefined ? [] : [{ meter: meter.id, nodeId: register.nodeId, channel: id }],
  );
}

function opcUaBus(endpointUrl: string, items: readonly object[]) {
  return { id: "opcua-1", kind: "opcua" as const, endpointUrl, samplingMs: 100, publishMs: 200, periodS: 900, items };
}
