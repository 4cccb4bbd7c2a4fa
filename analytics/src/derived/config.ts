import { z } from "zod";

/** Configuration of the derived hourly series. */
export const DerivedConfig = z
  .strictObject({
    isEnabled: z.boolean().default(true).meta({
      description:
        "Whether hourly series of districts, key accounts and collection are kept in PostgreSQL (Grafana reads them).",
    }),
    pageReadings: z.int().min(100).max(1_000_000).default(20_000).meta({
      description: "Readings asked of the feed at once.",
      unit: "readings",
    }),
    flushMs: z.int().min(0).max(3_600_000).default(30_000).meta({
      description:
        "Longest time for which a catch-up works on registers in memory before it writes them, in one transaction with the sums and the cursor; at the end of the feed it writes at once. A kill repeats that much work, and counts nothing twice.",
      unit: "ms",
    }),
    heldRegisters: z.int().min(100).max(100_000_000).default(1_000_000).meta({
      description:
        "Registers kept in memory between two transactions, 1 to 1.5 kB each; a fleet that fits is read from the database once. When so many wait to be written, they are written.",
      unit: "registers",
    }),
    pollMs: z.int().min(50).max(600_000).default(10_000).meta({
      description:
        "Wait between two looks at the feed once its end is reached; the series are this much behind at most.",
      unit: "ms",
    }),
    restShare: z.number().min(0).max(10).default(0.5).meta({
      description:
        "Rest after each page of a catch-up, as a share of the time that the page took, so that live work goes first; at least 9 while the detectors themselves have much to catch up.",
    }),
    retryMs: z.int().min(10).max(60_000).default(500).meta({
      description: "First wait after the store or the database failed; doubles up to 30 s.",
      unit: "ms",
    }),
    lateAfterMinutes: z.number().min(1).max(100_000).default(60).meta({
      description: "Age at which a reading that arrives counts as late.",
      unit: "min",
    }),
    keepDays: z.int().min(2).max(3650).default(35).meta({
      description: "How long each register's share in the sums is kept; later corrections of older hours are left out.",
      unit: "d",
    }),
  })
  .meta({ id: "DerivedConfig", description: "Hourly series of districts, key accounts and collection." });
export type DerivedConfig = z.infer<typeof DerivedConfig>;
