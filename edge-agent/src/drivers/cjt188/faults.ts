import { areConvertible, type BusOf, type Cjt188Dialect, type Quantity } from "@nightflow/domain";
import { repeated } from "../../repeated.ts";
import type { CheckContext } from "../driver.ts";
import { knownNames } from "../known-names.ts";
import { isTimeZone } from "../polled/device-clock.ts";
import { faultsOfMeters } from "../polled/faults.ts";
import type { DialectLibrary } from "./dialects.ts";
import { unitOfCode } from "./units.ts";

type Cjt188Bus = BusOf<"cjt188">;
type Cjt188Unit = Cjt188Bus["units"][number];

const STATUS_CHANNELS: Readonly<Record<string, Quantity>> = { valve: "valve", status: "alarm_word" };
const CUBIC_METRES = unitOfCode(0x2c)?.unit ?? "m3";

/** What is wrong between a CJ/T 188 bus and the dialects and channels that it names. */
export function faultsOfCjt188Bus(bus: Cjt188Bus, dialects: DialectLibrary, context: CheckContext): string[] {
  const twice = repeated(bus.units.map(({ address }) => address));
  const faults = twice.map((address) => `bus ${bus.id}: address ${address} is there twice: each meter has its own`);
  faults.push(...faultsOfMeters(bus));
  if (!isTimeZone(bus.timeZone))
    faults.push(`bus ${bus.id}: timeZone ${bus.timeZone} is no zone; give one such as Asia/Shanghai`);
  return [...faults, ...bus.units.flatMap((unit) => faultsOfUnit(bus, unit, dialects, context))];
}

function faultsOfUnit(
  bus: Cjt188Bus,
  unit: Cjt188Unit,
  dialects: DialectLibrary,
  { channels }: CheckContext,
): string[] {
  const where = `bus ${bus.id}, meter ${unit.meter}`;
  const dialect = dialects.get(unit.dialect);
  if (dialect === undefined)
    return [`${where}: there is no dialect ${unit.dialect}: ${knownNames(unit.dialect, [...dialects.keys()])}`];
  return Object.entries(unit.channels).flatMap(([register, id]) => {
    const fault = faultOfChannel(dialect, register, channels.get(id));
    return fault === undefined ? [] : [`${where}: ${fault}`];
  });
}

function faultOfChannel(
  dialect: Cjt188Dialect,
  name: string,
  channel:
    | { readonly id: string; readonly quantity: Quantity; readonly unit: Parameters<typeof areConvertible>[0] }
    | undefined,
): string | undefined {
  const register = dialect.registers[name];
  const quantity = register?.quantity ?? STATUS_CHANNELS[name];
  const names = [...Object.keys(dialect.registers), ...Object.keys(STATUS_CHANNELS)];
  if (quantity === undefined) return `dialect ${dialect.name} has no register ${name}: ${knownNames(name, names)}`;
  if (register === undefined && dialect.status === undefined)
    return `dialect ${dialect.name} has no status word: leave ${name} out, or describe status in the dialect`;
  if (channel === undefined) return `register ${name} feeds a channel that is not described: describe it in channels`;
  if (channel.quantity !== quantity)
    return `register ${name} is ${quantity}, channel ${channel.id} is ${channel.quantity}: change the channel's quantity, or feed another`;
  const unit = register === undefined ? "1" : (register.unit ?? CUBIC_METRES);
  if (!areConvertible(unit, channel.unit))
    return `register ${name} is in ${unit}, which channel ${channel.id} cannot show in ${channel.unit}: change the channel's unit`;
  return undefined;
}
