import { parseDecimal, times, wholeOf } from "../decimal.ts";
import { MAX_FIELD_LENGTH } from "../device-profile.ts";
import { WireError } from "../errors.ts";
import { isId } from "../ids.ts";
import { Unit } from "../units.ts";

/** First two levels of the topic of a device that is not a Nightflow agent; the third and fourth are site and device. */
export const DEVICE_TOPIC_ROOT = "dev/v1";

/** A device's payload may have so many bytes. */
export const MAX_DEVICE_BYTES = 256 * 1024;

/** A device's payload may hold so many readings. */
export const MAX_DEVICE_READINGS = 5000;

/** Where a device publishes: `dev/v1/{site}/{device}/readings`. */
export function deviceTopic(site: string, device: string): string {
  return `${DEVICE_TOPIC_ROOT}/${site}/${device}/readings`;
}

/** Site and device of such a topic; undefined for any other topic. */
export function parseDeviceTopic(topic: string): { readonly site: string; readonly device: string } | undefined {
  const [root, version, site, device, readings, ...more] = topic.split("/");
  if (`${root}/${version}` !== DEVICE_TOPIC_ROOT || readings !== "readings" || more.length > 0) return undefined;
  return isId(site) && isId(device) ? { site, device } : undefined;
}

/** One reading of a device, before its field is mapped to a channel. */
export interface DeviceItem {
  readonly field: string;
  /** As a decimal text; null when the device has no value. */
  readonly value: string | null;
  /** Null when the device says no unit. */
  readonly unit: Unit | null;
  /** Epoch ms; null when the device says no time. */
  readonly timeMs: number | null;
  readonly isSuspect: boolean;
  /** Cause flags in words. */
  readonly flags: readonly string[];
}

/** An item that cannot be read: the code and words for the dead letter, and what came. */
export interface DeviceFault {
  /** `DEVICE_MALFORMED`, `DEVICE_TIME`, `DEVICE_VALUE`, `DEVICE_UNIT`, or one of another protocol. */
  readonly fault: string;
  readonly reason: string;
  /** The item as JSON. */
  readonly raw: string;
  readonly field: string | null;
}

/** Whether an item of a payload could be read. */
export function isDeviceFault(item: DeviceItem | DeviceFault): item is DeviceFault {
  return "fault" in item;
}

/**
 * The readings of a device's payload, one by one: a bad one never costs its neighbours.
 *
 * Shape: one object, or an array of them. Each is `{field, value}`, `{values: {field: value, …}}`, or
 * `{readings: [{field, value}, …]}`, with at most one of `time` (ISO 8601 with offset), `timeMs` and `timeS`; what an
 * outer object says of time holds for what is inside it. See docs/devices.md.
 *
 * @throws {WireError} when it is not UTF-8 JSON of such a shape, or too long.
 */
export function decodeDevicePayload(payload: Uint8Array | string): (DeviceItem | DeviceFault)[] {
  if (payload.length > MAX_DEVICE_BYTES) throw new WireError(`the payload is longer than ${MAX_DEVICE_BYTES} bytes`);
  const json = parseExactly(payload);
  const items: (DeviceItem | DeviceFault)[] = [];
  for (const part of Array.isArray(json) ? (json as unknown[]) : [json])
    for (const item of itemsOf(part, {})) {
      if (items.length >= MAX_DEVICE_READINGS)
        throw new WireError(`the payload holds more than ${MAX_DEVICE_READINGS} readings`);
      items.push(item);
    }
  return items;
}

/** One reading as `rawOfItem` wrote it, or as a person repaired it. */
export function decodeDeviceItem(raw: string): DeviceItem | DeviceFault {
  const [item, ...more] = decodeDevicePayload(raw);
  if (item === undefined || more.length > 0) throw new WireError("this is not one reading of a device");
  return item;
}

/** An item as JSON that `decodeDeviceItem` reads again. */
export function rawOfItem({ field, value, unit, timeMs, isSuspect, flags }: DeviceItem): string {
  return JSON.stringify({
    field,
    value,
    ...(unit !== null && { unit }),
    ...(timeMs !== null && { timeMs }),
    ...(isSuspect && { quality: "suspect" }),
    ...(flags.length > 0 && { flags }),
  });
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** A number of a payload as it was written: a float between would lose digits. */
class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return Number.isSafeInteger(Number(this.text)) ? Number(this.text) : this.text;
  }
}

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

function parseExactly(payload: Uint8Array | string): unknown {
  const keepDigits: Reviver = (_key, value, context) =>
    typeof value === "number" ? new Digits(context?.source ?? String(value)) : value;
  try {
    return JSON.parse(typeof payload === "string" ? payload : UTF8.decode(payload), keepDigits);
  } catch (cause) {
    throw new WireError("the payload of a device is not UTF-8 JSON", { cause });
  }
}

type Fields = Readonly<Record<string, unknown>>;

const TIME_KEYS = ["time", "timeMs", "timeS"] as const;
const READING_KEYS = new Set<string>([...TIME_KEYS, "field", "value", "unit", "quality", "flags"]);
const MAP_KEYS = new Set<string>([...TIME_KEYS, "values", "units"]);
const LIST_KEYS = new Set<string>([...TIME_KEYS, "readings"]);

function* itemsOf(part: unknown, around: Fields): Generator<DeviceItem | DeviceFault> {
  if (!isFields(part)) {
    yield malformed(part, "a reading is an object");
    return;
  }
  const timed = TIME_KEYS.some((key) => key in part) ? part : { ...timesOf(around), ...part };
  if ("readings" in part) yield* itemsOfList(timed);
  else if ("values" in part) yield* itemsOfMap(timed);
  else yield itemOf(timed);
}

function* itemsOfList(part: Fields): Generator<DeviceItem | DeviceFault> {
  const stranger = strangerIn(part, LIST_KEYS);
  const { readings } = part;
  if (stranger !== undefined) yield malformed(part, `unknown key ${stranger}`);
  else if (!Array.isArray(readings)) yield malformed(part, "readings is not an array");
  else
    for (const reading of readings as unknown[]) {
      const isNested = isFields(reading) && "readings" in reading;
      if (isNested) yield malformed(reading, "readings inside readings");
      else yield* itemsOf(reading, part);
    }
}

function* itemsOfMap(part: Fields): Generator<DeviceItem | DeviceFault> {
  const stranger = strangerIn(part, MAP_KEYS);
  const { values, units = {} } = part;
  if (stranger !== undefined || !isFields(values) || !isFields(units)) {
    yield malformed(part, stranger === undefined ? "values or units is no object" : `unknown key ${stranger}`);
    return;
  }
  const orphan = strangerIn(units, new Set(Object.keys(values)));
  if (orphan !== undefined) yield malformed(part, `a unit for ${orphan}, which has no value`);
  for (const [field, value] of Object.entries(values)) {
    const unit = Object.hasOwn(units, field) ? { unit: units[field] } : {};
    yield itemOf({ ...timesOf(part), field, value, ...unit });
  }
}

function itemOf(part: Fields): DeviceItem | DeviceFault {
  const stranger = strangerIn(part, READING_KEYS);
  if (stranger !== undefined) return malformed(part, `unknown key ${stranger}`);
  const { field, quality = "good", flags = [] } = part;
  if (typeof field !== "string" || field === "" || field.length > MAX_FIELD_LENGTH)
    return malformed(part, `field must be a text of 1 to ${MAX_FIELD_LENGTH} characters`);
  if (!("value" in part)) return malformed(part, "there is no value; null says that the device has none");
  if (quality !== "good" && quality !== "suspect") return malformed(part, "quality must be good or suspect");
  if (!isTextList(flags)) return malformed(part, "flags must be a list of names");
  const time = timeOf(part);
  if (typeof time === "string") return faultOf("DEVICE_TIME", part, time);
  const value = valueTextOf(part.value);
  if (value === undefined) return faultOf("DEVICE_VALUE", part, "value must be a number, a decimal text or null");
  const unit = part.unit === undefined ? null : Unit.safeParse(part.unit).data;
  if (unit === undefined) return faultOf("DEVICE_UNIT", part, `unit must be one of ${Unit.options.join(" ")}`);
  return { field, value, unit, timeMs: time, isSuspect: quality === "suspect", flags };
}

function valueTextOf(value: unknown): string | null | undefined {
  if (value === null) return null;
  const text = value instanceof Digits ? value.text : value;
  return typeof text === "string" && parseDecimal(text) !== undefined ? text : undefined;
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const THOUSAND = { numerator: 1000n, denominator: 1n };

/** Epoch ms, null where no time is said; words where what is said is no time. */
function timeOf(part: Fields): number | null | string {
  const keys = TIME_KEYS.filter((key) => key in part);
  const [key, second] = keys;
  if (key === undefined) return null;
  if (second !== undefined) return `${key} and ${second} both say the time; send one of them`;
  const said = part[key];
  if (key === "time") {
    const isIso = typeof said === "string" && ISO_TIME.test(said) && Number.isFinite(Date.parse(said));
    return isIso ? Date.parse(said) : "time must be ISO 8601 with its offset, such as 2026-11-23T08:00:00+08:00";
  }
  const exact = said instanceof Digits ? parseDecimal(said.text) : undefined;
  const ms = exact && wholeOf(key === "timeS" ? times(exact, THOUSAND) : exact);
  return ms !== undefined && Number.isSafeInteger(Number(ms)) ? Number(ms) : `${key} is not a whole number of ms`;
}

function timesOf(part: Fields): Fields {
  return Object.fromEntries(TIME_KEYS.flatMap((key) => (key in part ? [[key, part[key]]] : [])));
}

function strangerIn(part: Fields, known: ReadonlySet<string>): string | undefined {
  return Object.keys(part).find((key) => !known.has(key));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Digits);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= 32 && value.every((name) => typeof name === "string");
}

function malformed(part: unknown, reason: string): DeviceFault {
  return faultOf("DEVICE_MALFORMED", part, reason);
}

function faultOf(fault: string, part: unknown, reason: string): DeviceFault {
  const field = isFields(part) && typeof part.field === "string" ? part.field.slice(0, MAX_FIELD_LENGTH) : null;
  return { fault, reason, raw: JSON.stringify(part) ?? "", field };
}
