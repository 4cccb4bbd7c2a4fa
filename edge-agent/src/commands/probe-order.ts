import type { OrderOf } from "@nightflow/domain";
import { ProbeUsageError } from "../probe/options.ts";
import { runProbe } from "../probe/probe.ts";

/** Options of `nightflow probe` that look and write nothing: what comes from afar has no business with the gateway's files. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...["tcp", "serial", "baud", "parity", "stop", "framing", "units", "timeout", "read"],
  ...["dial", "profile", "every", "q3", "dn", "gas", "manual-address"],
]);
/** A bundled profile, never a file. */
const PROFILE_NAME = /^[a-z0-9-]{1,64}$/;

/**
 * Looks at a line as `nightflow probe` does and gives what it prints with `--json`.
 *
 * Shape: `options` of the order are those of the command line without their dashes: `{ tcp: "10.0.0.5:502", units: "1-32" }`.
 *
 * @throws {ProbeUsageError} for an option that is none, or that would write a file.
 */
export async function probeAsOrdered({ options }: OrderOf<"probe">): Promise<unknown> {
  const printed: string[] = [];
  const out = (text: string) => void printed.push(text);
  const code = await runProbe([...argsOf(options), "--json"], { out, err: () => undefined });
  return { isWell: code === 0, found: parsed(printed.join("")) };
}

function argsOf(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (!ALLOWED.has(name)) throw new ProbeUsageError(`--${name} is not for probes from afar`);
    if (name === "profile" && !PROFILE_NAME.test(String(value))) throw new ProbeUsageError("name a bundled profile");
    if (value === true) return [`--${name}`];
    return [`--${name}=${String(value)}`];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 100_000);
  }
}
