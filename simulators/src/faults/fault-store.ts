import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { z } from "zod";
import { type Fault, FaultPlan } from "./fault.ts";
import { FaultBook } from "./fault-book.ts";

const FILE = "faults.json";
const FaultFile = z.strictObject({ v: z.literal(1), faults: FaultPlan });

/**
 * The fault book of a data directory. What a former run kept there wins over `planned`, so that registers go on
 * where they were, repairs included; a first run keeps `planned`.
 *
 * @throws {ConfigError} when the plan, or the file of a former run, is not a fault plan.
 */
export function openFaultBook(dataDir: string, planned: readonly Fault[]): FaultBook {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, FILE);
  const keep = (faults: readonly Fault[]) => writeDurably(path, JSON.stringify({ v: 1, faults }, undefined, 2));
  if (existsSync(path)) return new FaultBook(readFaults(path), keep);
  const faults = checked("fault plan", FaultPlan.safeParse(planned));
  keep(faults);
  return new FaultBook(faults, keep);
}

function readFaults(path: string): readonly Fault[] {
  try {
    return checked(path, FaultFile.safeParse(JSON.parse(readFileSync(path, "utf8")))).faults;
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(path, ["the file is not JSON"], { cause, remedy: "remove it to start with the script anew" });
  }
}

function checked<T>(source: string, parsed: z.ZodSafeParseResult<T>): T {
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    source,
    parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
  );
}

// Synchronous on purpose: while a repair is being kept no poll may be answered, or a register could step back.
function writeDurably(path: string, text: string): void {
  const file = openSync(`${path}.new`, "w");
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
