import { z } from "zod";

/** A part of the platform that runs in a thread or a process of its own. */
export const ProcessPart = z.enum(["head-end", "broker", "ingest", "analytics", "api", "main"]);
export type ProcessPart = z.infer<typeof ProcessPart>;

/** Parts without which no reading is stored. */
export const COLLECTING_PARTS: readonly ProcessPart[] = ["head-end", "broker", "ingest"];

/** What one part of the platform says of itself. */
export const ProcessReport = z.strictObject({
  part: ProcessPart,
  isReady: z.boolean(),
  reasons: z.array(z.string().max(300)).max(20).meta({ description: "Why it is not ready; empty when it is." }),
  figures: z.record(z.string().max(60), z.number()).meta({
    description: "By name, the unit at its end: storedPerS, commitP99Ms, pendingBytes, diskFreeBytes, lagS, …",
  }),
});
export type ProcessReport = z.infer<typeof ProcessReport>;
