import { agentTopics, ID_PATTERN, isId, parseTopic, TOPIC_ROOT, type TopicKind } from "@nightflow/domain";
import type { BrokerRole } from "./config.ts";

/** Who is connected. For an agent, `name` and `site` are the levels of its topics. */
export interface Identity {
  readonly name: string;
  readonly role: BrokerRole;
  readonly site?: string | undefined;
}

/** What one identity may say and hear. */
export interface TopicRights {
  /** The kind of `topic` when this identity may publish there, else undefined. */
  publishKind(topic: string): TopicKind | undefined;
  /** Whether every topic that `filter` matches may be heard. */
  maySubscribe(filter: string): boolean;
  /** Whether a message on `topic` may be delivered; for queues that outlive a change of rights. */
  mayReceive(topic: string): boolean;
}

interface RoleRights {
  readonly publishes: readonly TopicKind[];
  readonly hears: readonly TopicKind[];
}

// `monitor` hears neither configuration, which may name secrets, nor commands.
const FLEET_RIGHTS: Readonly<Record<Exclude<BrokerRole, "agent">, RoleRights>> = {
  ingest: { publishes: ["ack"], hears: ["readings", "status", "config/report"] },
  api: { publishes: ["config", "command"], hears: ["status", "config/report", "command-reply"] },
  monitor: { publishes: [], hears: ["readings", "ack", "status", "config/report"] },
};

const AGENT_RIGHTS: RoleRights = {
  publishes: ["readings", "status", "config/report", "command-reply"],
  hears: ["ack", "config", "command"],
};

// Retained, a command would be carried out again at every reconnect, and a reading would look fresh for ever.
const RETAINED: ReadonlySet<TopicKind> = new Set<TopicKind>(["ack", "status", "config", "config/report"]);

/** Whether messages of this kind may be kept by the broker for later subscribers. */
export function mayRetain(kind: TopicKind): boolean {
  return RETAINED.has(kind);
}

/** The rights of an identity. An agent without a site has none. */
export function rightsOf(identity: Identity): TopicRights {
  const rights = identity.role === "agent" ? AGENT_RIGHTS : FLEET_RIGHTS[identity.role];
  const isOwn = ownershipOf(identity);
  const publishes = new Set(rights.publishes);
  const hears = new Set(rights.hears);
  const readings = ownReadingsTopic(identity);
  const kindWithin = (topic: string, kinds: ReadonlySet<TopicKind>): TopicKind | undefined => {
    const parsed = parseTopic(topic);
    return parsed !== undefined && kinds.has(parsed.kind) && isOwn(parsed.site, parsed.agent) ? parsed.kind : undefined;
  };
  return {
    publishKind: (topic) => (topic === readings ? "readings" : kindWithin(topic, publishes)),
    mayReceive: (topic) => kindWithin(topic, hears) !== undefined,
    maySubscribe: (filter) => {
      const parsed = parseFilter(filter);
      return parsed !== undefined && hears.has(parsed.kind) && isOwn(parsed.site, parsed.agent);
    },
  };
}

// Almost every message is an agent's own readings: one comparison of strings instead of taking the topic apart.
function ownReadingsTopic({ role, site, name }: Identity): string | undefined {
  return role === "agent" && site !== undefined ? agentTopics(site, name).readings : undefined;
}

function ownershipOf({ role, site, name }: Identity): (site: string, agent: string) => boolean {
  if (role !== "agent") return () => true;
  return (topicSite, topicAgent) => topicSite === site && topicAgent === name;
}

interface ParsedFilter {
  readonly kind: TopicKind;
  readonly site: string;
  readonly agent: string;
}

// A filter is granted only when it names its kind: `#` would hear whatever kind is added later. `+` stands for itself
// as site or agent, so that it equals no agent's own levels.
function parseFilter(filter: string): ParsedFilter | undefined {
  const [root, version, site, agent, ...rest] = filter.split("/");
  if (`${root}/${version}` !== TOPIC_ROOT || !isIdOrPlus(site) || !isIdOrPlus(agent)) return undefined;
  const tail = rest.map((level, at) => (level === "+" && rest[0] === "command" && at === 1 ? "any" : level));
  const kind = parseTopic(`${TOPIC_ROOT}/site/agent/${tail.join("/")}`)?.kind;
  return kind === undefined ? undefined : { kind, site, agent };
}

function isIdOrPlus(level: string | undefined): level is string {
  return level === "+" || isId(level);
}

/** Whether `name` may be a user name; those of agents are levels of topics. */
export function isIdentityName(name: string): boolean {
  return ID_PATTERN.test(name);
}
