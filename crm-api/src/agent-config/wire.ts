import { AgentId, ConfigResult, SiteId } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

export const AgentPath = z.strictObject({ site: SiteId, agent: AgentId });
export const VersionPath = AgentPath.extend({ version: z.coerce.number().int().min(1) });

/** One thing that is wrong with a configuration. */
export const ConfigFaultRow = named(
  "ConfigFault",
  z.strictObject({
    path: z.string().meta({ description: "Such as buses.0.units.3.periodS." }),
    message: z.string(),
    zh: z.string().optional().meta({ description: "The message in Chinese, where there are words." }),
  }),
);

const IdChangesRow = named(
  "IdChanges",
  z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) }),
);

/** What is different between two versions. */
export const ConfigChanges = named(
  "ConfigChanges",
  z.strictObject({
    buses: IdChangesRow,
    channels: IdChangesRow,
    other: z.array(z.string()).meta({ description: "Other parts that differ, by name." }),
  }),
);

/** One version of an agent's configuration, without its content. */
export const ConfigVersion = named(
  "ConfigVersion",
  z.strictObject({
    version: z.int(),
    hash: z.string(),
    madeAt: Instant,
    madeBy: z.string(),
    reason: z.string(),
    backTo: z.int().nullable().meta({ description: "The version whose content this is, where somebody went back." }),
    changes: ConfigChanges.meta({ description: "Against the version before." }),
  }),
);
export const ConfigVersionPage = named("ConfigVersionPage", pageOf(ConfigVersion));

/** The same with its content. */
export const ConfigVersionContent = named(
  "ConfigVersionContent",
  ConfigVersion.extend({ config: z.unknown().meta({ description: "As in docs/remote-configuration.md." }) }),
);

/** How what an agent does stands to what it should do. */
export const ConfigStanding = z
  .enum(["applied", "waiting", "trying", "refused", "rolled-back", "drift", "unmanaged"])
  .meta({
    description:
      "waiting: the agent has not answered yet; trying: in force and on trial; drift: the agent has another one in force; unmanaged: none is kept here, it reads its own file.",
  });

/** How the configuration of one agent stands. */
export const AgentConfigRow = named(
  "AgentConfigRow",
  z.strictObject({
    site: z.string(),
    agent: z.string(),
    isOnline: z.boolean().nullable().meta({ description: "Null: never heard of." }),
    standing: ConfigStanding,
    desired: ConfigVersion.nullable(),
    applied: z
      .strictObject({
        hash: z.string(),
        at: Instant,
        source: z.enum(["file", "remote", "none"]).nullable(),
        version: z.int().nullable().meta({ description: "The version kept here that has this hash." }),
        channels: z.int(),
      })
      .nullable(),
    result: ConfigResult.nullable().meta({ description: "What the agent last said of a configuration that was sent." }),
  }),
);
export const AgentConfigPage = named("AgentConfigPage", pageOf(AgentConfigRow));
export const AgentConfigQuery = PageQuery.extend({ q: z.string().max(100).optional() });
export type AgentConfigQuery = z.infer<typeof AgentConfigQuery>;

const reason = z.string().trim().min(1).max(500);
const basedOn = z.int().min(1).nullable().meta({
  description:
    "The newest version that the person had seen; null for the first. Another one meanwhile: 409 CONFIG_MOVED_ON.",
});

export const SaveConfigBody = z.strictObject({ config: z.unknown(), reason, basedOn });
export const CheckConfigBody = z.strictObject({ config: z.unknown() });
export const BackToBody = z.strictObject({ version: z.int().min(1), reason, basedOn });

/** What a check found, and what would change. */
export const CheckedConfigAnswer = named(
  "CheckedConfig",
  z.strictObject({ faults: z.array(ConfigFaultRow), changes: ConfigChanges.nullable() }),
);
