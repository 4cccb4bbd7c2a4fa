import { type ChannelDescription, type Flag, type Reading, Unit } from "@nightflow/domain";
import { missingReading, readingOfDigits, readingOfNumber } from "../polled/channel-values.ts";
import type { DeviceClock } from "../polled/device-clock.ts";
import { STATUS_ALARM } from "./header.ts";
import type { MbusRecord } from "./records.ts";
import { findRecord, type MbusSelector, parseSelector } from "./selector.ts";

/** What a meter said, in one telegram or several. */
export interface MbusReport {
  readonly records: readonly MbusRecord[];
  readonly status: number;
}

/** A channel and the record that feeds it; `null` is the status byte. */
export interface FedChannel {
  readonly name: string;
  readonly selector: MbusSelector | null;
  readonly channel: ChannelDescription;
}

/** The channels of a unit with what feeds each. */
export function fedChannels(
  wanted: Readonly<Record<string, string>>,
  channels: ReadonlyMap<string, ChannelDescription>,
): FedChannel[] {
  return Object.entries(wanted).flatMap(([name, id]) => {
    const channel = channels.get(id);
    const selector = name === "status" ? null : parseSelector(name);
    return channel === undefined || selector === undefined ? [] : [{ name, selector, channel }];
  });
}

/** The readings of a report, with what is wrong with the meter in words for people. */
export function readingsOf(
  { records, status }: MbusReport,
  fed: readonly FedChannel[],
  { deviceClock, agentMs }: { readonly deviceClock: DeviceClock; readonly agentMs: number },
): { readonly readings: Reading[]; readonly readAt: number; readonly fault: string | null } {
  const time = deviceClock.judge(clockOf(records), agentMs);
  const isUnwell = (status & STATUS_ALARM) !== 0;
  const at = { readAt: time.readAt, flags: [...time.flags, ...(isUnwell ? (["device_alarm"] as const) : [])] };
  const readings = fed.map(({ selector, channel }) =>
    selector === null
      ? readingOfDigits(channel, { digits: status, exponent: 0, unit: "1" }, at)
      : readingOf(findRecord(records, selector), channel, at),
  );
  const absent = fed.filter(({ selector }) => selector !== null && findRecord(records, selector) === undefined);
  const missing = absent.length === 0 ? null : `the meter sends no ${absent.map(({ name }) => name).join(", ")}`;
  return { readings, readAt: time.readAt, fault: missing ?? statusInWords(status) ?? time.fault };
}

/** The wall clock that a meter sends as its present time; undefined where it sends none, null where it is no date. */
function clockOf(records: readonly MbusRecord[]): number | null | undefined {
  const clock = records.find(
    ({ quantity, storage, function: what, tariff }) =>
      quantity === "time" && storage === 0 && tariff === 0 && what === "current",
  );
  if (clock?.value.kind !== "instant") return undefined;
  const { instant } = clock.value;
  return instant === null || instant.isInvalid ? null : instant.localMs;
}

function readingOf(
  record: MbusRecord | undefined,
  channel: ChannelDescription,
  at: { readonly readAt: number; readonly flags: readonly Flag[] },
): Reading {
  if (record === undefined) return missingReading(channel, at.readAt, "bad_status");
  const unit = Unit.safeParse(record.flavour === "base" ? `S${record.unit}` : record.unit);
  if (!unit.success) return missingReading(channel, at.readAt, "bad_status");
  const { value, exponent, factor } = record;
  if (value.kind === "float")
    return readingOfNumber(channel, { value: value.number * factor * 10 ** exponent, unit: unit.data }, at);
  if (value.kind !== "integer") return missingReading(channel, at.readAt, "not_a_number");
  const digits = factor === 1 ? value.digits : BigInt(value.digits) * BigInt(factor);
  return readingOfDigits(channel, { digits, exponent, unit: unit.data }, at);
}

/** What the status byte says. @see EN 13757-3, status field */
export function statusInWords(status: number): string | null {
  const said = [
    ...((status & 0x03) === 2 ? ["an application error"] : []),
    ...((status & 0x04) !== 0 ? ["low power"] : []),
    ...((status & 0x08) !== 0 ? ["a permanent error"] : []),
    ...((status & 0x10) !== 0 ? ["a temporary error"] : []),
  ];
  return said.length === 0 ? null : `the meter reports ${said.join(", ")}`;
}
