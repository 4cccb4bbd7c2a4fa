import {
  areConvertible,
  type BusOf,
  type ChannelDescription,
  type MeterProfile,
  type ModbusUnit,
} from "@nightflow/domain";
import { repeated } from "../../repeated.ts";
import type { CheckContext } from "../driver.ts";
import { knownNames } from "../known-names.ts";
import { faultsOfMeters } from "../polled/faults.ts";

type AnyModbusBus = BusOf<"modbus-tcp"> | BusOf<"modbus">;

/** What is wrong between a Modbus bus and the profiles and channels that it names, and in its line. */
export function faultsOfModbusBus(bus: AnyModbusBus, context: CheckContext): string[] {
  const twice = repeated(bus.units.map((unit) => unit.unitId));
  const faults = twice.map(
    (unitId) =>
      `bus ${bus.id}: unit id ${unitId} is there twice: two meters cannot have one, give each its own or its own bus`,
  );
  faults.push(...faultsOfMeters(bus));
  if (bus.kind === "modbus") faults.push(...faultsOfLine(bus));
  return [...faults, ...bus.units.flatMap((unit) => faultsOfUnit(bus, unit, context))];
}

function faultsOfLine(bus: BusOf<"modbus">): string[] {
  const { transport, framing, units } = bus;
  if (framing === "tcp")
    return transport.kind === "serial"
      ? [`bus ${bus.id}: framing tcp does not go over a serial port; set framing to rtu or ascii`]
      : [];
  const faults = units
    .filter(({ unitId }) => unitId < 1 || unitId > 247)
    .map(
      ({ meter, unitId }) =>
        `bus ${bus.id}, meter ${meter}: unit id ${unitId} cannot be asked with framing ${framing}: 0 is the broadcast that nobody answers, and units have 1 to 247`,
    );
  if (transport.kind === "serial" && framing === "rtu" && transport.dataBits === 7)
    faults.push(`bus ${bus.id}: framing rtu needs transport.dataBits 8; 7 is for ascii`);
  return faults;
}

function faultsOfUnit(bus: AnyModbusBus, unit: ModbusUnit, { profiles, channels }: CheckContext): string[] {
  const where = `bus ${bus.id}, meter ${unit.meter}`;
  const profile = profiles.get(unit.profile);
  if (profile?.protocol !== "modbus") {
    const known = [...profiles.values()].filter(({ protocol }) => protocol === "modbus").map(({ name }) => name);
    return [`${where}: there is no profile ${unit.profile}: ${knownNames(unit.profile, known)}`];
  }
  const faults = Object.keys(unit.groups ?? {})
    .filter((group) => profile.groups[group] === undefined)
    .map((group) => `profile ${profile.name} has no group ${group}: ${knownNames(group, Object.keys(profile.groups))}`);
  for (const [register, id] of Object.entries(unit.channels)) {
    const fault = faultOfChannel(profile, register, channels.get(id));
    if (fault !== undefined) faults.push(fault);
  }
  return faults.map((fault) => `${where}: ${fault}`);
}

function faultOfChannel(
  profile: MeterProfile,
  name: string,
  channel: ChannelDescription | undefined,
): string | undefined {
  const register = profile.registers[name];
  if (register === undefined)
    return `profile ${profile.name} has no register ${name}: ${knownNames(name, Object.keys(profile.registers))}`;
  if (channel === undefined) return `register ${name} feeds a channel that is not described: describe it in channels`;
  if (channel.quantity !== register.quantity)
    return `register ${name} is ${register.quantity}, channel ${channel.id} is ${channel.quantity}: change the channel's quantity, or feed another`;
  if (!areConvertible(register.unit, channel.unit))
    return `register ${name} is in ${register.unit}, which channel ${channel.id} cannot show in ${channel.unit}: change the channel's unit`;
  return undefined;
}
