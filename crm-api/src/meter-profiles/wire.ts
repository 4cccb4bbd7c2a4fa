import { z } from "zod";
import { AgentPath, ConfigFaultRow } from "../agent-config/wire.ts";
import { Instant, named } from "../http/schema.ts";

export const ProfileParams = z.strictObject({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/) });

/** One meter profile in a list. */
export const MeterProfileRow = named(
  "MeterProfileRow",
  z.strictObject({
    name: z.string(),
    model: z.string(),
    document: z.string().meta({ description: "What the registers were taken from." }),
    origin: z.enum(["bundled", "own", "own-over-bundled"]).meta({
      description: "bundled: comes with the program; own-over-bundled: the utility's own goes before a bundled one.",
    }),
    version: z.int().nullable().meta({ description: "Of an own one; null for a bundled one." }),
    registers: z.int(),
    vectors: z.int(),
    verified: z.int().meta({ description: "Vectors that were captured from a meter." }),
    agents: z.array(z.string()).meta({ description: "`site/agent` whose configuration names it." }),
  }),
);
export const MeterProfileList = named("MeterProfileList", z.strictObject({ items: z.array(MeterProfileRow) }));

const Version = z.strictObject({ version: z.int(), madeAt: Instant, madeBy: z.string(), reason: z.string() });

/** One meter profile whole. */
export const MeterProfileDetail = named(
  "MeterProfileDetail",
  MeterProfileRow.extend({
    profile: z.unknown().meta({ description: "The domain's `MeterProfile`." }),
    versions: z.array(Version).meta({ description: "Newest first." }),
  }),
);

/** What each captured telegram decodes to. */
export const CheckedProfile = named(
  "CheckedProfile",
  z.strictObject({
    faults: z.array(ConfigFaultRow),
    vectors: z.array(
      z.strictObject({
        register: z.string(),
        words: z.string(),
        expected: z.string(),
        decoded: z.string(),
        isRight: z.boolean(),
        verified: z.boolean(),
      }),
    ),
  }),
);

const reason = z.string().trim().min(1).max(500);
export const CheckProfileBody = z.strictObject({ profile: z.unknown() });
export const SaveProfileBody = z.strictObject({
  profile: z.unknown(),
  reason,
  basedOn: z.int().min(1).nullable().meta({ description: "The newest own version that the person saw; null: none." }),
});
export const SendProfileBody = z.strictObject({ agents: z.array(AgentPath).min(1).max(500), reason });

/** What became of sending a profile, agent by agent. */
export const SentProfile = named(
  "SentProfile",
  z.strictObject({
    items: z.array(
      z.strictObject({
        agent: z.string(),
        version: z.int().nullable().meta({ description: "Of its configuration; null: see `why`." }),
        why: z.string().nullable(),
      }),
    ),
  }),
);
