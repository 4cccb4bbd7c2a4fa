import { z } from "zod";

/** What happens to an agent that nobody has announced. */
export const UnknownAgentPolicy = z.enum(["refuse", "hold", "acceptChain"]);
export type UnknownAgentPolicy = z.infer<typeof UnknownAgentPolicy>;

/** How agents join. */
export const EnrolmentConfig = z.strictObject({
  unknownAgents: UnknownAgentPolicy.default("refuse").meta({
    description:
      "An agent without a token, or with a certificate of somebody else's authority: refuse it, hold it for approval, or accept whom an authority of `tls.caFile` has certified.",
  }),
  certificateDays: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .meta({ description: "Life of an agent's certificate; it can be renewed in its last third.", unit: "d" }),
  tokenHours: z
    .int()
    .min(1)
    .max(8760)
    .default(72)
    .meta({ description: "Life of a one-time token when nothing else is said.", unit: "h" }),
  maxHeld: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta({ description: "Requests held for approval; further ones are refused." }),
});
export type EnrolmentConfig = z.infer<typeof EnrolmentConfig>;
