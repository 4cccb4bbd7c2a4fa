import { join } from "node:path";
import { z } from "zod";

/** Where a running head-end says how its store is held still for a copy; readable by its user alone. */
export function holdFile(dataDir: string): string {
  return join(dataDir, "store-hold.json");
}

/** What stands in that file. */
export const HoldAddress = z.strictObject({ port: z.int(), token: z.string() });
export type HoldAddress = z.infer<typeof HoldAddress>;

/** What the one who copies says, one JSON object a line. The end of the connection lets go of the store. */
export const FromCopier = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hold"), token: z.string(), installation: z.uuid() }),
  z.strictObject({ type: z.literal("still") }),
  z.strictObject({ type: z.literal("copied") }),
]);
export type FromCopier = z.infer<typeof FromCopier>;

/** What the owner of the store answers. */
export const FromOwner = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("held"), installation: z.string() }),
  z.strictObject({ type: z.literal("still"), path: z.string(), bytes: z.int(), lastCommit: z.int() }),
  z.strictObject({ type: z.literal("done"), isUntouched: z.boolean() }),
  z.strictObject({ type: z.literal("failed"), message: z.string(), remedy: z.string().optional() }),
]);
export type FromOwner = z.infer<typeof FromOwner>;
