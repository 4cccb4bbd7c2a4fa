import { z } from "zod";
import { Id } from "./text.ts";

/** What became of a configuration at its agent. `trying`: it is in force, and its buses have still to show that they live. */
export const ConfigOutcome = z.enum(["trying", "applied", "refused", "rolled-back"]);
export type ConfigOutcome = z.infer<typeof ConfigOutcome>;

/** The same with its reasons. A configuration is known by the SHA-256 of its payload. */
export const ConfigResult = z.strictObject({
  hash: Id.meta({ description: "SHA-256 of the payload that this is about, hexadecimal." }),
  outcome: ConfigOutcome,
  at: z.int().meta({ description: "Business clock of the agent, epoch milliseconds." }),
  faults: z.array(z.string().max(1000)).max(200).meta({ description: "All that is wrong; why it was taken back." }),
  buses: z
    .strictObject({ kept: z.int().min(0), opened: z.int().min(0), closed: z.int().min(0) })
    .meta({ description: "Buses that went on untouched, that were opened, and that were closed." }),
});
export type ConfigResult = z.infer<typeof ConfigResult>;
