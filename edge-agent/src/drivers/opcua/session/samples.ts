import { type DataValue, type StatusCode, StatusCodes } from "node-opcua-client";
import type { OpcUaSample } from "../link.ts";

/** Whose time a reading carries. */
export type TimeFrom = "source" | "server";

/** A value as a server gives it, for one item. */
export function sampleOf(item: number, value: DataValue | undefined, timeFrom: TimeFrom): OpcUaSample {
  if (value === undefined) return badSample(item, "BadNoData");
  const stamp = timeFrom === "source" ? value.sourceTimestamp : value.serverTimestamp;
  const status = statusOf(value.statusCode);
  return {
    item,
    status,
    code: nameOf(value.statusCode),
    value: status === "bad" ? null : numberOf(value.value?.value),
    at: stamp?.getTime() ?? null,
  };
}

/** An item that the server does not give. */
export function badSample(item: number, code: string): OpcUaSample {
  return { item, status: "bad", code, value: null, at: null };
}

/** The two highest bits of a status code say good, uncertain or bad. @see OPC UA Part 4, section 7.39 */
export function statusOf(code: StatusCode): OpcUaSample["status"] {
  const severity = code.value >>> 30;
  return severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad";
}

/** The name of a status code, without the bits that say more about the value. */
export function nameOf(code: StatusCode): string {
  const plain = code.value & 0xffff_0000;
  const known = plain === 0 ? StatusCodes.Good : undefined;
  return known?.name ?? code.name.split("#")[0] ?? `0x${(code.value >>> 0).toString(16)}`;
}

/** A node's value as a number; 64-bit integers come as pairs of 32-bit halves and leave as bigints. */
export function numberOf(raw: unknown): number | bigint | null {
  if (typeof raw === "number" || typeof raw === "bigint") return raw;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  const [high, low, ...rest] = Array.isArray(raw) ? (raw as unknown[]) : [];
  const isPair = typeof high === "number" && typeof low === "number" && rest.length === 0;
  return isPair ? BigInt.asIntN(64, (BigInt(high) << 32n) + BigInt(low)) : null;
}
