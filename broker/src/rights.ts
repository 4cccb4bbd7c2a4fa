import { agentTopics, ID_PATTERN, isId, parseTopic, TOPIC_ROOT, type TopicKind } from "@nightflow/domain";
import type { BrokerRole, ForeignTopics, SparkplugNode } from "./config-identities.ts";
import { foreignTopicsOf } from "./foreign-rights.ts";
import { covers } from "./topic-filter.ts";

/** Who is connected. For an agent, `name` and `site` are the levels of its topics. */
export interface Identity {
  readonly name: string;
  readonly role: BrokerRole;
  readonly site?: string | undefined;
  /** Rights on topics that are not Nightflow's own. */
  readonly topics?: ForeignTopics | undefined;
  /** Sparkplug B edge nodes that it is. */
  readonly sparkplug?: readonly SparkplugNode[] | undefined;
}

/** One name for an identity: agents of two sites may be called the same. */
export function identityKey({ name, site }: Pick<Identity, "name" | "site">): string {
  return site === undefined ? name : `${name}@${site}`;
}

/** What a publish is; `foreign` is on a topic that is not Nightflow's own, `host-state` Sparkplug's STATE. */
export type PublishKind = TopicKind | "foreign" | "host-state";

/** What one identity may say and hear. */
export interface TopicRights {
  /** The topic of an agent's own readings; undefined for everyone else. */
  readonly readings: string | undefined;
  /** The kind of `topic` when this identity may publish there, else undefined. */
  publishKind(topic: string): PublishKind | undefined;
  /** Whether every topic that `filter` matches may be heard. */
  maySubscribe(filter: string): boolean;
  /** Whether a message on `topic` may be delivered; for queues that outlive a change of rights. */
  mayReceive(topic: string): boolean;
}

interface RoleRights {
  readonly publishes: ReadonlySet<TopicKind>;
  readonly hears: ReadonlySet<TopicKind>;
}

const roleRights = (publishes: readonly TopicKind[], hears: readonly TopicKind[]): RoleRights => ({
  publishes: new Set(publishes),
  hears: new Set(hears),
});

// `monitor` hears neither configuration, which may name secrets, nor commands. `device` has what is listed for it alone.
const RIGHTS: Readonly<Record<BrokerRole, RoleRights>> = {
  agent: roleRights(
    ["readings", "status", "config/report", "command-reply", "time"],
    ["ack", "config", "command", "time/reply"],
  ),
  ingest: roleRights(["ack", "heartbeat", "time/reply"], ["readings", "status", "config/report", "time"]),
  api: roleRights(
    ["config", "command", "time/reply"],
    ["status", "config/report", "command-reply", "heartbeat", "time"],
  ),
  monitor: roleRights([], ["readings", "ack", "status", "config/report", "heartbeat"]),
  device: roleRights([], []),
};

// Retained, a command would be carried out again at every reconnect, and a reading would look fresh for ever.
const RETAINED: ReadonlySet<PublishKind> = new Set<PublishKind>([
  "ack",
  "status",
  "config",
  "config/report",
  "heartbeat",
  "host-state",
]);

/** Whether messages of this kind may be kept by the broker for later subscribers. */
export function mayRetain(kind: PublishKind): boolean {
  return RETAINED.has(kind);
}

/** The rights of an identity. An agent without a site has none on Nightflow's own topics. */
export function rightsOf(identity: Identity): TopicRights {
  return new IdentityRights(identity);
}

// One for each connection, so it holds little: what a role may is shared.
class IdentityRights implements TopicRights {
  readonly #identity: Identity;
  readonly readings: string | undefined;

  constructor(identity: Identity) {
    const { role, site, name } = identity;
    this.#identity = identity;
    this.readings = role === "agent" && site !== undefined ? agentTopics(site, name).readings : undefined;
  }

  publishKind(topic: string): PublishKind | undefined {
    // Almost every message is an agent's own readings: one comparison of strings instead of taking the topic apart.
    if (topic === this.readings) return "readings";
    const kind = this.#kindWithin(topic, RIGHTS[this.#identity.role].publishes);
    return kind ?? (isCovered(topic, foreignTopicsOf(this.#identity).publish) ? foreignKind(topic) : undefined);
  }

  mayReceive(topic: string): boolean {
    const isOwnKind = this.#kindWithin(topic, RIGHTS[this.#identity.role].hears) !== undefined;
    return isOwnKind || isCovered(topic, foreignTopicsOf(this.#identity).subscribe);
  }

  maySubscribe(filter: string): boolean {
    const { role } = this.#identity;
    const parsed = parseFilter(filter);
    if (parsed === undefined) return isCovered(filter, foreignTopicsOf(this.#identity).subscribe);
    return RIGHTS[role].hears.has(parsed.kind) && this.#isOwn(parsed.site, parsed.agent);
  }

  #kindWithin(topic: string, kinds: ReadonlySet<TopicKind>): TopicKind | undefined {
    const parsed = parseTopic(topic);
    return parsed !== undefined && kinds.has(parsed.kind) && this.#isOwn(parsed.site, parsed.agent)
      ? parsed.kind
      : undefined;
  }

  #isOwn(topicSite: string, topicAgent: string): boolean {
    const { role, site, name } = this.#identity;
    return role !== "agent" || (topicSite === site && topicAgent === name);
  }
}

function foreignKind(topic: string): PublishKind {
  return topic.startsWith("spBv1.0/STATE/") ? "host-state" : "foreign";
}

function isCovered(topicOrFilter: string, granted: readonly string[]): boolean {
  return granted.some((filter) => covers(filter, topicOrFilter));
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
