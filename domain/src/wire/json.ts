import type { z } from "zod";
import { WireError, WireVersionError } from "../errors.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** JSON of a payload. @throws {WireError} when it is not UTF-8 JSON. */
export function parseJson(payload: Uint8Array | string, what: string): unknown {
  try {
    return JSON.parse(typeof payload === "string" ? payload : UTF8.decode(payload));
  } catch (cause) {
    throw new WireError(`${what} is not UTF-8 JSON`, { cause });
  }
}

/** The faults of a zod check as one line that says where and what. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`).join("; ");
}

/**
 * A payload of a known version, checked against its schema.
 *
 * @throws {WireVersionError} when `v` is a number above `newest`, or below 1.
 * @throws {WireError} when it is anything else than the schema says.
 */
export function decodeVersioned<T>(
  payload: Uint8Array | string,
  { what, newest, schema }: { readonly what: string; readonly newest: number; readonly schema: z.ZodType<T> },
): T {
  const json = parseJson(payload, what);
  const version = (json as { v?: unknown } | null)?.v;
  if (typeof version === "number" && (version > newest || version < 1))
    throw new WireVersionError(`${what} has version ${version}; this program knows 1 to ${newest}`, {
      remedy: "update this program: the sender is newer",
    });
  const decoded = schema.safeParse(json);
  if (!decoded.success) throw new WireError(`${what} is malformed: ${describeIssues(decoded.error)}`);
  return decoded.data;
}
