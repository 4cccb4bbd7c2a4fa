import type { DeviceFault, DeviceItem } from "@nightflow/domain";
import { parseDecimal } from "@nightflow/domain";
import { z } from "zod";
import { DATATYPES, type SparkplugMetric } from "./payload.ts";

/** What a birth says of a metric. */
export interface MetricDefinition {
  readonly name: string;
  readonly datatype: number | null;
}

const INTEGER_BITS: Readonly<Record<number, number>> = { 1: 8, 2: 16, 3: 32, 4: 64 };
const UNSIGNED = new Set([5, 6, 7, 8]);
const [FLOAT, DOUBLE, BOOLEAN, STRING, TEXT, TEMPLATE] = [9, 10, 11, 12, 14, 19] as const;

/** A metric as a device's reading, under the name and the datatype that its birth gave. */
export function itemOfMetric(metric: SparkplugMetric, definition: MetricDefinition): DeviceItem | DeviceFault {
  const datatype = metric.datatype ?? definition.datatype;
  const value = metric.isNull ? null : valueOfMetric(metric, datatype);
  if (value !== null && typeof value === "object") return { ...value, ...faultSubject(metric, definition) };
  const flags = metric.isHistorical ? ["out_of_order"] : [];
  return { field: definition.name, value, unit: null, timeMs: metric.timeMs, isSuspect: false, flags };
}

/** A metric whose birth never came here: kept with all it says, so that it can be read once the birth has. */
export function faultOfUnborn(metric: SparkplugMetric): DeviceFault {
  const { alias, timeMs, datatype, isHistorical, kind, text } = metric;
  return {
    fault: "SPARKPLUG_NO_BIRTH",
    reason: `metric with alias ${alias} came before its birth certificate; a rebirth was asked for`,
    raw: JSON.stringify({ alias, timeMs, datatype, isHistorical, isNull: metric.isNull, kind, text }),
    field: null,
  };
}

const Unborn = z.strictObject({
  alias: z.string(),
  timeMs: z.int().nullable(),
  datatype: z.int().nullable(),
  isHistorical: z.boolean(),
  isNull: z.boolean(),
  kind: z.enum(["intValue", "longValue", "floatValue", "doubleValue", "booleanValue", "stringValue", "other"]),
  text: z.string(),
});

/** The metric that `faultOfUnborn` kept; undefined when the text is none. */
export function unbornOf(json: unknown): SparkplugMetric | undefined {
  const kept = Unborn.safeParse(json).data;
  return kept && { ...kept, name: null };
}

type Fault = Pick<DeviceFault, "fault" | "reason">;

function valueOfMetric({ kind, text }: SparkplugMetric, datatype: number | null): string | null | Fault {
  const type = DATATYPES[datatype ?? 0];
  if (datatype === TEMPLATE)
    return { fault: "SPARKPLUG_TEMPLATE", reason: "templates are not read; publish their members as metrics" };
  if (datatype === null || type === undefined) return wrongType(`unknown datatype ${datatype}`);
  const bits = INTEGER_BITS[datatype];
  const isWhole = kind === "intValue" || kind === "longValue";
  if (bits !== undefined) return isWhole ? signed(text, kind, bits) : wrongType(`${type} without a whole number`);
  if (UNSIGNED.has(datatype)) return isWhole ? text : wrongType(`${type} without a whole number`);
  if (datatype === FLOAT || datatype === DOUBLE)
    return kind === "floatValue" || kind === "doubleValue" ? finite(text) : wrongType(`${type} without a float`);
  if (datatype === BOOLEAN && kind === "booleanValue") return text;
  const isText = (datatype === STRING || datatype === TEXT) && kind === "stringValue";
  if (isText && parseDecimal(text) !== undefined) return text;
  return wrongType(isText ? `the text ${text.slice(0, 40)} is no number` : `${type} is no reading`);
}

// Negative numbers stand as two's complement in 32 bits, Int64 in 64; some senders use the width of the type itself.
function signed(text: string, kind: SparkplugMetric["kind"], bits: number): string {
  const width = kind === "longValue" ? 64 : 32;
  const value = BigInt.asIntN(width, BigInt(text));
  const limit = 1n << BigInt(bits - 1);
  return String(value >= limit && value < limit * 2n ? value - limit * 2n : value);
}

// Not a number means that there is no value.
function finite(text: string): string | null | Fault {
  if (text === "NaN") return null;
  return parseDecimal(text) === undefined ? { fault: "NOT_FINITE", reason: `the value is ${text}` } : text;
}

function wrongType(reason: string): Fault {
  return { fault: "SPARKPLUG_TYPE", reason };
}

function faultSubject(metric: SparkplugMetric, { name }: MetricDefinition): Pick<DeviceFault, "raw" | "field"> {
  const { timeMs, datatype, text } = metric;
  return { raw: JSON.stringify({ field: name, value: text, timeMs, datatype }), field: name };
}
