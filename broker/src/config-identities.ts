import { AgentId, SiteId, TOPIC_ROOT } from "@nightflow/domain";
import { isPasswordHash } from "@nightflow/domain/passwords";
import { z } from "zod";

/** What an identity may do; see `rights.ts`. */
export const BrokerRole = z.enum(["agent", "ingest", "api", "monitor", "device"]);
export type BrokerRole = z.infer<typeof BrokerRole>;

const OWN_ROOT = TOPIC_ROOT.split("/", 1)[0];

/** A filter on topics that are not Nightflow's own. */
const ForeignFilter = z
  .string()
  .min(1)
  .max(200)
  .refine(isFilter, "is not a topic filter: + stands for a whole level, # for the last ones")
  .refine(
    (filter) => ![OWN_ROOT, "+", "#"].includes(filter.split("/", 1)[0]) && !filter.startsWith("$"),
    `must begin with a level of its own: not +, #, $ or ${OWN_ROOT}, whose rights come from the role`,
  );

function isFilter(filter: string): boolean {
  const levels = filter.split("/");
  return levels.every(
    (level, at) => !/[+#\0]/.test(level) || level === "+" || (level === "#" && at === levels.length - 1),
  );
}

/** Rights beside those of the role, on topics outside `nf/`: for devices, gateways and bridges that are not agents. */
export const ForeignTopics = z.strictObject({
  publish: z
    .array(ForeignFilter)
    .max(100)
    .default([])
    .meta({ description: "Filters of the topics that it may publish on." }),
  subscribe: z
    .array(ForeignFilter)
    .max(100)
    .default([])
    .meta({ description: "Filters that it may subscribe to; narrower ones are covered." }),
});
export type ForeignTopics = z.infer<typeof ForeignTopics>;

/** A level of a Sparkplug topic. */
const SparkplugId = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^/+#\0]+$/, "must be one level of a topic, without / + #");

/** An edge node of Sparkplug B: what it may say and hear follows from its group and its name. */
export const SparkplugNode = z.strictObject({ group: SparkplugId, node: SparkplugId });
export type SparkplugNode = z.infer<typeof SparkplugNode>;

/** One user name of the broker. The secret itself is never here: a hash, or the file that holds the hash. */
export const IdentityConfig = z
  .strictObject({
    name: AgentId.meta({ description: "User name. For an agent also its level of the topic." }),
    role: BrokerRole,
    site: SiteId.optional().meta({
      description:
        "Site of an agent, its other level of the topic. A device with one may publish on dev/v1/{site}/{name}/readings.",
    }),
    passwordHash: z
      .string()
      .refine(isPasswordHash, "is not an argon2id hash ($argon2id$v=19$…)")
      .optional()
      .meta({ description: "argon2id hash of the password, as `hashPassword` writes it." }),
    passwordFile: z.string().min(1).optional().meta({ description: "File that holds such a hash." }),
    sparkplug: z.array(SparkplugNode).max(100).optional().meta({
      description: "Sparkplug B edge nodes that it is: rights to their births, data and deaths, and to their commands.",
    }),
    topics: ForeignTopics.optional().meta({ description: "Rights on topics that are not Nightflow's own." }),
  })
  .superRefine((identity, context) => {
    if (identity.role === "agent" && identity.site === undefined)
      context.addIssue({ code: "custom", path: ["site"], message: `agent ${identity.name} needs a site` });
    if ((identity.passwordHash === undefined) === (identity.passwordFile === undefined))
      context.addIssue({ code: "custom", message: `${identity.name} needs either passwordHash or passwordFile` });
  });
export type IdentityConfig = z.infer<typeof IdentityConfig>;
