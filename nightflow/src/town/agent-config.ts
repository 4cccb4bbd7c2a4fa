import { AgentConfig, channelIdOf } from "@nightflow/domain";
import type { SimulatorEndpoints, Town, TownMeter } from "@nightflow/simulators";

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
  return AgentConfig.parse({ v: 1, channels, buses: [...modbus, ...opcuaBuses] });
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
