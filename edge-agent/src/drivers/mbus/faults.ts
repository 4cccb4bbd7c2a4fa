import { areConvertible, type BusOf, type ChannelDescription, isRegister, type Unit } from "@nightflow/domain";
import { repeated } from "../../repeated.ts";
import type { CheckContext } from "../driver.ts";
import { isTimeZone } from "../polled/device-clock.ts";
import { faultsOfMeters } from "../polled/faults.ts";
import { type MbusSelector, parseSelector, SELECTABLE } from "./selector.ts";

type MbusBus = BusOf<"mbus"> | BusOf<"wmbus">;

/** The unit that records of a quantity come to. */
const UNITS: Readonly<Record<(typeof SELECTABLE)[number], Unit>> = {
  volume: "m3",
  flow: "m3/h",
  temperature: "Cel",
  return_temperature: "Cel",
  external_temperature: "Cel",
  pressure: "bar",
  voltage: "V",
};

/** What is wrong between a bus of M-Bus meters, wired or by radio, and the channels that it names. */
export function faultsOfMbusBus(bus: MbusBus, { channels }: CheckContext): string[] {
  const addresses = bus.units.map(({ address }) => JSON.stringify(address));
  const faults = repeated(addresses).map(
    (address) => `bus ${bus.id}: address ${address} is there twice: each meter has its own`,
  );
  faults.push(...faultsOfMeters(bus));
  if (!isTimeZone(bus.timeZone))
    faults.push(`bus ${bus.id}: timeZone ${bus.timeZone} is no zone; give one such as Asia/Shanghai`);
  for (const unit of bus.units)
    for (const [name, id] of Object.entries(unit.channels)) {
      const fault = faultOfChannel(name, channels.get(id));
      if (fault !== undefined) faults.push(`bus ${bus.id}, meter ${unit.meter}: ${fault}`);
    }
  return faults;
}

function faultOfChannel(name: string, channel: ChannelDescription | undefined): string | undefined {
  if (channel === undefined) return `record ${name} feeds a channel that is not described: describe it in channels`;
  if (name === "status")
    return channel.quantity === "alarm_word"
      ? undefined
      : `status is alarm_word, channel ${channel.id} is ${channel.quantity}`;
  const selector = parseSelector(name);
  if (selector === undefined)
    return `${name} is no record; give one of ${SELECTABLE.join(", ")}, with .max .min .s1 .t1 .u1 .reverse .base, or status`;
  const unit = unitOf(selector);
  if (!areConvertible(unit, channel.unit))
    return `record ${name} is in ${unit}, which channel ${channel.id} cannot show in ${channel.unit}: change the channel's unit`;
  if ((selector.quantity === "volume") !== isRegister(channel.quantity))
    return `record ${name} is ${selector.quantity === "volume" ? "a total" : "a gauge"}, channel ${channel.id} is ${channel.quantity}`;
  return undefined;
}

function unitOf({ quantity, flavour }: MbusSelector): Unit {
  const unit = UNITS[quantity as keyof typeof UNITS];
  if (flavour !== "base") return unit;
  return unit === "m3" ? "Sm3" : unit === "m3/h" ? "Sm3/h" : unit;
}
