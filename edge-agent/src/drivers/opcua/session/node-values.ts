import type { OpcUaValue } from "@nightflow/domain";
import { DataType, Variant } from "node-opcua-client";
import type { NodeValue } from "../link.ts";
import { numberOf } from "./samples.ts";

const INTEGERS: Readonly<Partial<Record<DataType, readonly [lowest: number, highest: number]>>> = {
  [DataType.SByte]: [-128, 127],
  [DataType.Byte]: [0, 255],
  [DataType.Int16]: [-32_768, 32_767],
  [DataType.UInt16]: [0, 65_535],
  [DataType.Int32]: [-2_147_483_648, 2_147_483_647],
  [DataType.UInt32]: [0, 4_294_967_295],
  [DataType.Int64]: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  [DataType.UInt64]: [0, Number.MAX_SAFE_INTEGER],
};

/**
 * A value as a node's data type wants it; the reason as text where the type cannot hold it: a server that takes a wrong
 * type for a right one would turn the wrong thing.
 */
export function variantOf(dataType: DataType, value: OpcUaValue): Variant | string {
  const name = DataType[dataType] ?? String(dataType);
  if (dataType === DataType.Boolean) return booleanOf(value) ?? `the node is a Boolean, and ${value} is none`;
  if (dataType === DataType.String)
    return typeof value === "string" ? new Variant({ dataType, value }) : `the node is a String, and ${value} is none`;
  const range = INTEGERS[dataType];
  const isReal = dataType === DataType.Float || dataType === DataType.Double;
  if (range === undefined && !isReal) return `nothing is written to nodes of type ${name}`;
  if (typeof value !== "number") return `the node is a number (${name}), and ${value} is none`;
  if (range === undefined) return new Variant({ dataType, value });
  const [lowest, highest] = range;
  if (!Number.isInteger(value) || value < lowest || value > highest)
    return `the node is a whole number from ${lowest} to ${highest} (${name}), and ${value} is none`;
  const isWide = dataType === DataType.Int64 || dataType === DataType.UInt64;
  return new Variant({ dataType, value: isWide ? halvesOf(BigInt(value)) : value });
}

function booleanOf(value: OpcUaValue): Variant | undefined {
  const isBoolean = typeof value === "boolean" || value === 0 || value === 1;
  return isBoolean ? new Variant({ dataType: DataType.Boolean, value: Boolean(value) }) : undefined;
}

/** 64-bit integers travel as pairs of 32-bit halves, the high one first. */
function halvesOf(value: bigint): [number, number] {
  const bits = BigInt.asUintN(64, value);
  return [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
}

/** What a node shows, as orders compare it; null where it is nothing of the kind. */
export function nodeValueOf(raw: unknown): NodeValue | null {
  return typeof raw === "boolean" || typeof raw === "string" ? raw : numberOf(raw);
}
