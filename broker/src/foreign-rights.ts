import { deviceTopic } from "@nightflow/domain";
import type { ForeignTopics, SparkplugNode } from "./config-identities.ts";
import type { Identity } from "./rights.ts";

const NONE: ForeignTopics = { publish: [], subscribe: [] };

// Ingest hears the devices, asks Sparkplug nodes for their births, and is their host.
const OF_INGEST: ForeignTopics = {
  publish: ["spBv1.0/+/NCMD/+", "spBv1.0/STATE/+"],
  subscribe: ["dev/v1/+/+/readings", "spBv1.0/+/+/+", "spBv1.0/+/+/+/+"],
};

// Identities are few and live long; their rights are asked for with every message.
const known = new WeakMap<Identity, ForeignTopics>();

/** What an identity may say and hear outside `nf/`: what is listed for it, and what follows from what it is. */
export function foreignTopicsOf(identity: Identity): ForeignTopics {
  const kept = known.get(identity);
  if (kept !== undefined) return kept;
  const { topics = NONE, sparkplug = [], role } = identity;
  const parts = [topics, ownDeviceTopic(identity), ...sparkplug.map(nodeTopics), role === "ingest" ? OF_INGEST : NONE];
  const all = {
    publish: parts.flatMap(({ publish }) => publish),
    subscribe: parts.flatMap(({ subscribe }) => subscribe),
  };
  known.set(identity, all);
  return all;
}

function ownDeviceTopic({ role, site, name }: Identity): ForeignTopics {
  return role === "device" && site !== undefined ? { ...NONE, publish: [deviceTopic(site, name)] } : NONE;
}

function nodeTopics({ group, node }: SparkplugNode): ForeignTopics {
  const root = `spBv1.0/${group}`;
  return {
    publish: [
      ...["NBIRTH", "NDATA", "NDEATH"].map((kind) => `${root}/${kind}/${node}`),
      ...["DBIRTH", "DDATA", "DDEATH"].map((kind) => `${root}/${kind}/${node}/+`),
    ],
    subscribe: [`${root}/NCMD/${node}`, `${root}/DCMD/${node}/+`, "spBv1.0/STATE/+"],
  };
}
