import type { ConfigResult } from "@nightflow/domain";
import type { z } from "zod";
import type { ConfigStanding } from "./wire.ts";

/** The last that an agent said of a configuration. */
export function newestResult(...results: readonly (ConfigResult | null | undefined)[]): ConfigResult | null {
  const known = results.filter((result) => result !== null && result !== undefined);
  return known.toSorted((a, b) => b.at - a.at)[0] ?? null;
}

/** How what an agent does stands to what it should do, by the hashes of both and the last that it said. */
export function configStanding(
  desired: string | null,
  applied: string | undefined,
  result: ConfigResult | null,
): z.infer<typeof ConfigStanding> {
  if (desired === null) return "unmanaged";
  const isAboutIt = result?.hash === desired;
  if (isAboutIt && result.outcome !== "applied") return result.outcome;
  if (applied === desired) return "applied";
  return isAboutIt ? "drift" : "waiting";
}
