import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { z } from "zod";
import type { BaseVolumeTotal } from "./base-volume.ts";

const Decimal = z.string().regex(/^-?\d{1,40}$/);
const TotalsFile = z.strictObject({
  v: z.literal(1),
  totals: z.record(
    z.string(),
    z.strictObject({
      vmCounts: Decimal,
      vbCounts: Decimal,
      restCounts: z.number().min(0).max(1),
      factor: z.number().positive(),
      at: z.int(),
    }),
  ),
});

/** Totals by channel. */
export type Totals = ReadonlyMap<string, BaseVolumeTotal>;

/** Keeps totals that the agent itself counts. */
export interface TotalStore {
  load(): Totals;
  /** Returns when they would survive a power cut. */
  save(totals: Totals): void;
}

/**
 * Totals in one file of the agent's folder, written whole and put in place at once. A file that cannot be read is set aside
 * and said in the log; its totals begin anew, which the platform sees as a reset.
 */
export function fileTotalStore(dataDir: string, logger: Logger): TotalStore {
  const path = join(dataDir, "computed-totals.json");
  return {
    load() {
      try {
        return new Map(Object.entries(TotalsFile.parse(JSON.parse(readFileSync(path, "utf8"))).totals));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") setAside(path, error, logger);
        return new Map();
      }
    },
    save(totals) {
      writeDurably(path, JSON.stringify({ v: 1, totals: Object.fromEntries(totals) }));
    },
  };
}

function setAside(path: string, error: unknown, logger: Logger): void {
  const aside = `${path}.damaged`;
  renameSync(path, aside);
  logger.error({ file: aside, error: describeError(error) }, "computed totals cannot be read and begin anew");
}

function writeDurably(path: string, text: string): void {
  const fresh = `${path}.new`;
  const file = openSync(fresh, "w");
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
