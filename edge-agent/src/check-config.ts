import { type AgentConfig, areConvertible, type ChannelDescription } from "@nightflow/domain";
import type { ProfileLibrary } from "./profiles/library.ts";
import type { MeterProfile } from "./profiles/profile.ts";

type ModbusTcpBus = Extract<AgentConfig["buses"][number], { kind: "modbus-tcp" }>;
type ModbusUnit = ModbusTcpBus["units"][number];

/** A broker takes 1 MiB in one packet, and the report of all channels is one. */
const MAX_REPORT_BYTES = 900 * 1024;

/** What is wrong between a configuration and the profiles that it names, in words that say where. */
export function faultsOfAgentConfig(config: AgentConfig, profiles: ProfileLibrary): string[] {
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const faults = repeated(config.buses.map(({ id }) => id)).map((id) => `bus ${id} is there twice`);
  faults.push(...repeated(fedChannels(config)).map((id) => `channel ${id} is fed twice`));
  const reportBytes = Buffer.byteLength(JSON.stringify(config.channels));
  if (reportBytes > MAX_REPORT_BYTES)
    faults.push(`the ${config.channels.length} channels are too many for one agent: give some of them to another`);
  for (const bus of config.buses) {
    if (bus.kind !== "modbus-tcp") continue;
    for (const unitId of repeated(bus.units.map((unit) => unit.unitId)))
      faults.push(`bus ${bus.id}: unit id ${unitId} is there twice`);
    for (const unit of bus.units) faults.push(...faultsOfUnit(bus, unit, profiles, channels));
  }
  return faults;
}

function faultsOfUnit(
  bus: ModbusTcpBus,
  unit: ModbusUnit,
  profiles: ProfileLibrary,
  channels: ReadonlyMap<string, ChannelDescription>,
): string[] {
  const where = `bus ${bus.id}, meter ${unit.meter}`;
  const profile = profiles.get(unit.profile);
  if (profile === undefined)
    return [`${where}: there is no profile ${unit.profile}; known are ${[...profiles.keys()].join(", ")}`];
  return Object.entries(unit.channels).flatMap(([register, id]) => {
    const fault = faultOfChannel(profile, register, channels.get(id));
    return fault === undefined ? [] : [`${where}: ${fault}`];
  });
}

function faultOfChannel(
  profile: MeterProfile,
  name: string,
  channel: ChannelDescription | undefined,
): string | undefined {
  const register = profile.registers[name];
  if (register === undefined)
    return `profile ${profile.name} has no register ${name}; it has ${Object.keys(profile.registers).join(", ")}`;
  if (channel === undefined) return `register ${name} feeds a channel that is not described`;
  if (channel.quantity !== register.quantity)
    return `register ${name} is ${register.quantity}, channel ${channel.id} is ${channel.quantity}`;
  if (!areConvertible(register.unit, channel.unit))
    return `register ${name} is in ${register.unit}, which channel ${channel.id} cannot show in ${channel.unit}`;
  return undefined;
}

function fedChannels(config: AgentConfig): string[] {
  return config.buses.flatMap((bus) =>
    bus.kind === "opcua"
      ? bus.items.map((item) => item.channel)
      : bus.units.flatMap((unit) => Object.values(unit.channels)),
  );
}

function repeated<Item>(items: readonly Item[]): Item[] {
  const seen = new Set<Item>();
  const twice = new Set<Item>();
  for (const item of items) (seen.has(item) ? twice : seen).add(item);
  return [...twice];
}
