import type { BusOf, ChannelDescription } from "@nightflow/domain";
import { areConvertible } from "@nightflow/domain";
import type { MeterProfile } from "../../profiles/profile.ts";
import { repeated } from "../../repeated.ts";
import type { CheckContext } from "../driver.ts";

type ModbusTcpBus = BusOf<"modbus-tcp">;
type ModbusUnit = ModbusTcpBus["units"][number];

/** What is wrong between a Modbus bus and the profiles and channels that it names. */
export function faultsOfModbusBus(bus: ModbusTcpBus, context: CheckContext): string[] {
  const twice = repeated(bus.units.map((unit) => unit.unitId));
  const faults = twice.map((unitId) => `bus ${bus.id}: unit id ${unitId} is there twice`);
  return [...faults, ...bus.units.flatMap((unit) => faultsOfUnit(bus, unit, context))];
}

function faultsOfUnit(bus: ModbusTcpBus, unit: ModbusUnit, { profiles, channels }: CheckContext): string[] {
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
