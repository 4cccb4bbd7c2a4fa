import { WireError } from "@nightflow/domain";
// The package's own decoder loses the sign of UInt32 and every value whose datatype only the birth says; its protocol
// buffers do not.
import proto from "sparkplug-payload/lib/sparkplugPayloadProto.js";

const { Payload } = proto.org.eclipse.tahu.protobuf;

/** Which field of the protocol buffer holds a metric's value. */
export type ValueKind =
  | "intValue"
  | "longValue"
  | "floatValue"
  | "doubleValue"
  | "booleanValue"
  | "stringValue"
  | "other";

/** One metric as it came. */
export interface SparkplugMetric {
  readonly name: string | null;
  readonly alias: string | null;
  readonly timeMs: number | null;
  /** Null where only the birth says it. */
  readonly datatype: number | null;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  readonly kind: ValueKind;
  /** The value as text; whole numbers are without sign, as the protocol buffer holds them. */
  readonly text: string;
}

/** A Sparkplug payload. */
export interface SparkplugPayload {
  readonly timeMs: number | null;
  readonly seq: number | null;
  readonly metrics: readonly SparkplugMetric[];
}

/** A payload may have so many bytes. */
export const MAX_SPARKPLUG_BYTES = 1024 * 1024;

/** Names of Sparkplug's datatypes by their number. */
export const DATATYPES: Readonly<Record<number, string>> = {
  ...{ 1: "Int8", 2: "Int16", 3: "Int32", 4: "Int64", 5: "UInt8", 6: "UInt16", 7: "UInt32", 8: "UInt64" },
  ...{ 9: "Float", 10: "Double", 11: "Boolean", 12: "String", 13: "DateTime", 14: "Text", 15: "UUID" },
  ...{ 16: "DataSet", 17: "Bytes", 18: "File", 19: "Template", 20: "PropertySet", 21: "PropertySetList" },
};

/** The payload of a Sparkplug message. @throws {WireError} when it is none, or too long. */
export function decodeSparkplug(payload: Uint8Array): SparkplugPayload {
  if (payload.length > MAX_SPARKPLUG_BYTES)
    throw new WireError(`the Sparkplug payload is longer than ${MAX_SPARKPLUG_BYTES} bytes`);
  try {
    const decoded = Payload.decode(payload);
    const seq = own(decoded, "seq");
    return {
      timeMs: timeOf(own(decoded, "timestamp")),
      seq: seq === undefined ? null : Number(String(seq)),
      metrics: (decoded.metrics ?? []).map(metricOf),
    };
  } catch (cause) {
    throw new WireError("this is not a Sparkplug B payload", { cause });
  }
}

/** The command that asks an edge node for its births again. */
export function encodeRebirthCommand(atMs: number): Uint8Array {
  const metric = { name: "Node Control/Rebirth", timestamp: atMs, datatype: 11, booleanValue: true };
  return Payload.encode({ timestamp: atMs, metrics: [metric] }).finish();
}

const VALUE_KINDS = ["intValue", "longValue", "floatValue", "doubleValue", "booleanValue", "stringValue"] as const;

type Metric = InstanceType<typeof Payload>["metrics"][number];

function metricOf(metric: Metric): SparkplugMetric {
  const kind = VALUE_KINDS.find((name) => own(metric, name) !== undefined && own(metric, name) !== null) ?? "other";
  const alias = own(metric, "alias");
  return {
    name: metric.name ? String(metric.name) : null,
    alias: alias === undefined || alias === null ? null : String(alias),
    timeMs: timeOf(own(metric, "timestamp")),
    datatype: metric.datatype ? Number(metric.datatype) : null,
    isHistorical: metric.isHistorical === true,
    isNull: metric.isNull === true,
    kind,
    text: kind === "other" ? "" : textOf(kind, metric[kind]),
  };
}

function textOf(kind: ValueKind, value: unknown): string {
  if (kind === "booleanValue") return value === true ? "1" : "0";
  return kind === "floatValue" ? shortestFloat(Number(value)) : String(value);
}

// A float of 32 bits as the fewest digits that give it back: 0.1 came as 0.1, not as 0.10000000149011612.
function shortestFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

function timeOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const ms = Number(String(value));
  return Number.isSafeInteger(ms) ? ms : null;
}

// What a message does not carry stands as a default on its prototype.
function own<Of extends object, Key extends keyof Of>(of: Of, key: Key): Of[Key] | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
