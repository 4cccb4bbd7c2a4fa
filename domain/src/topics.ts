import { isId } from "./ids.ts";

/** First two levels of every topic of this wire version. */
export const TOPIC_ROOT = "nf/v1";

export type TopicKind =
  | "readings"
  | "ack"
  | "status"
  | "config"
  | "config/report"
  | "command"
  | "command-reply"
  | "time"
  | "time/reply"
  | "heartbeat";

/** A topic taken apart. `commandId` is there for commands and their replies only. */
export interface ParsedTopic {
  readonly kind: TopicKind;
  readonly site: string;
  readonly agent: string;
  readonly commandId?: string;
}

/** The topics of one agent. */
export function agentTopics(site: string, agent: string) {
  const root = `${TOPIC_ROOT}/${site}/${agent}`;
  return {
    readings: `${root}/readings`,
    ack: `${root}/ack`,
    status: `${root}/status`,
    config: `${root}/config`,
    configReport: `${root}/config/report`,
    time: `${root}/time`,
    timeReply: `${root}/time/reply`,
    commands: `${root}/command/+`,
    command: (id: string) => `${root}/command/${id}`,
    commandReply: (id: string) => `${root}/command/${id}/reply`,
  };
}

/** Where the head-end of a site says that it lives. */
export function heartbeatTopic(site: string): string {
  return `${TOPIC_ROOT}/${site}/head-end/heartbeat`;
}

const BY_TAIL: ReadonlyMap<string, TopicKind> = new Map(
  (["readings", "ack", "status", "config", "config/report", "time", "time/reply", "heartbeat"] as const).map((kind) => [
    kind,
    kind,
  ]),
);

/** Takes a topic apart; undefined when it is not one of ours or an id in it is not an id. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  const [root, version, site, agent, ...rest] = topic.split("/");
  if (`${root}/${version}` !== TOPIC_ROOT || !isId(site) || !isId(agent)) return undefined;
  const kind = BY_TAIL.get(rest.join("/"));
  if (kind !== undefined) return { kind, site, agent };
  const [command, commandId, reply, ...more] = rest;
  if (command !== "command" || !isId(commandId) || more.length > 0) return undefined;
  if (reply === undefined) return { kind: "command", site, agent, commandId };
  return reply === "reply" ? { kind: "command-reply", site, agent, commandId } : undefined;
}
