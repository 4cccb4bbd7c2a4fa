import { createHash } from "node:crypto";
import {
  areConvertible,
  type DeviceField,
  type DeviceItem,
  type DeviceProfile,
  dividedBy,
  type Exact,
  exactOf,
  factorBetween,
  isId,
  isIgnored,
  isRegister,
  isSameNumber,
  nearestWhole,
  parseDecimal,
  QUALITY_CODES,
  times,
  toFloat,
  type Unit,
  type WireReading,
  wholeOf,
} from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage";
import { deadLetter, type Reason } from "../reasons.ts";

/** What a device's reading is mapped with. */
export interface DeviceContext {
  /** `dev/{site}/{device}`, or `spb/{group}/{edge node}` with the device behind it. */
  readonly source: string;
  readonly profile: DeviceProfile;
  readonly receivedAtMs: number;
  readonly lookup: (channel: string) => KnownChannel | undefined;
  /** The unit of what comes under a name that was approved for a channel; null where none was said. */
  readonly unitOfName: (name: string) => Unit | null;
}

/** A device's reading as a wire reading; or why it cannot be one, under the channel's name. */
export type Mapped =
  | { readonly wire: WireReading }
  | { readonly reason: Reason; readonly channel: string; readonly readAtMs: number | null };

const ONE: Exact = { numerator: 1n, denominator: 1n };
const MAX_ID_LENGTH = 64;

/**
 * The reading of a device in counts or in the unit of its channel, by exact arithmetic; undefined when its profile says
 * that the field is no reading.
 */
export function mapDeviceItem(item: DeviceItem, context: DeviceContext): Mapped | undefined {
  const { profile, source, receivedAtMs, lookup } = context;
  const field = Object.hasOwn(profile.fields, item.field) ? profile.fields[item.field] : undefined;
  if (field === undefined && isIgnored(profile, item.field)) return undefined;
  const name = field?.channel ?? fieldChannelId(source, item.field);
  const readAtMs = item.timeMs ?? (profile.arrivalTime ? receivedAtMs : null);
  const refused = (reason: Reason): Mapped => ({ reason, channel: name, readAtMs });
  if (readAtMs === null) return refused(noTime(item));
  const channel = lookup(name);
  if (channel === undefined) return refused(unknownField(item, source, name));
  const value = wireValueOf(item, field, channel, context.unitOfName(name));
  if (typeof value === "object" && value !== null) return refused(value);
  return { wire: wireOf(item, name, readAtMs, value) };
}

/**
 * The channel that a field without a profile stands for, until somebody approves it: source and field, as an id.
 * A name that had to be changed or cut ends in a digest, so that two fields never share one.
 */
export function fieldChannelId(source: string, field: string): string {
  const name = `${source.replaceAll("/", ":")}.${field}`;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 10);
  const readable = name.replaceAll(/[^A-Za-z0-9_.:-]/g, "_");
  return isId(name) ? name : `${readable.slice(0, MAX_ID_LENGTH - digest.length - 1)}.${digest}`;
}

function wireOf(item: DeviceItem, name: string, readAtMs: number, value: number | string | null): WireReading {
  const flags = item.timeMs === null ? [...item.flags, "clock_shift"] : item.flags;
  if (value === null)
    return [name, readAtMs, null, QUALITY_CODES.missing, [item.value === null ? "not_a_number" : "sentinel"]];
  const quality = item.isSuspect ? QUALITY_CODES.suspect : QUALITY_CODES.good;
  return flags.length === 0 ? [name, readAtMs, value, quality] : [name, readAtMs, value, quality, flags];
}

function wireValueOf(
  item: DeviceItem,
  field: DeviceField | undefined,
  channel: KnownChannel,
  unitOfName: Unit | null,
): number | string | null | Reason {
  const said = item.value === null ? undefined : parseDecimal(item.value);
  if (said === undefined || isMissing(said, field)) return null;
  const unit = item.unit ?? field?.unit ?? unitOfName ?? channel.unit;
  if (!areConvertible(unit, channel.unit)) return wrongUnit(item, unit, channel);
  const scale = (field && parseDecimal(field.scale)) ?? ONE;
  const value = times(times(said, scale), factorBetween(unit, channel.unit));
  if (!isRegister(channel.quantity) || channel.resolution === null) return toFloat(value);
  const counts = dividedBy(value, exactOf(channel.resolution));
  const whole = field?.rounding === "nearest" ? nearestWhole(counts) : wholeOf(counts);
  return whole === undefined ? betweenCounts(item, unit, channel) : countsOnWire(whole);
}

function isMissing(said: Exact, field: DeviceField | undefined): boolean {
  return (
    field?.missing.some((text) => {
      const none = parseDecimal(text);
      return none !== undefined && isSameNumber(none, said);
    }) ?? false
  );
}

function countsOnWire(whole: bigint): number | string {
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole.toString();
}

function noTime({ field }: DeviceItem): Reason {
  return deadLetter(
    "DEVICE_NO_TIME",
    `the reading of ${field} says no time: let the device send timeMs, or allow arrivalTime in its profile`,
  );
}

function unknownField({ field }: DeviceItem, source: string, name: string): Reason {
  const text = `field ${field} of ${source} feeds no channel in the registry (${name})`;
  return { list: "quarantine", code: "UNKNOWN_CHANNEL", text };
}

function wrongUnit({ field }: DeviceItem, unit: Unit, channel: KnownChannel): Reason {
  return deadLetter("UNIT_MISMATCH", `${field} is in ${unit}, which ${channel.id} (${channel.unit}) cannot be`);
}

function betweenCounts({ field, value }: DeviceItem, unit: Unit, { id, resolution, unit: own }: KnownChannel): Reason {
  const text = `${field} = ${value} ${unit} lies between two counts of ${id} (${resolution} ${own})`;
  return deadLetter("NOT_A_COUNT", `${text}: give the channel a finer resolution, or allow rounding in the profile`);
}
