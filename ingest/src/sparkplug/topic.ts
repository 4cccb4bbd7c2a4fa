/** The namespace of Sparkplug B. */
export const SPARKPLUG_ROOT = "spBv1.0";

/** The messages of edge nodes and their devices; commands and host states are none of them. */
export type SparkplugKind = "NBIRTH" | "NDATA" | "NDEATH" | "DBIRTH" | "DDATA" | "DDEATH";

/** A Sparkplug topic taken apart. */
export interface SparkplugTopic {
  readonly kind: SparkplugKind;
  readonly group: string;
  readonly node: string;
  /** Null for messages of the edge node itself. */
  readonly device: string | null;
}

const OF_NODES: ReadonlySet<string> = new Set(["NBIRTH", "NDATA", "NDEATH"]);
const OF_DEVICES: ReadonlySet<string> = new Set(["DBIRTH", "DDATA", "DDEATH"]);

/** Group, node and device of a topic; undefined when it carries no readings. */
export function parseSparkplugTopic(topic: string): SparkplugTopic | undefined {
  const [root, group = "", kind = "", node = "", device, ...more] = topic.split("/");
  if (root !== SPARKPLUG_ROOT || group === "" || node === "" || more.length > 0) return undefined;
  if (device === undefined)
    return OF_NODES.has(kind) ? { kind: kind as SparkplugKind, group, node, device: null } : undefined;
  return OF_DEVICES.has(kind) && device !== "" ? { kind: kind as SparkplugKind, group, node, device } : undefined;
}

/** The source under which an edge node, or a device of it, has its profile and is listed. */
export function sparkplugSource({ group, node, device }: Omit<SparkplugTopic, "kind">): string {
  return device === null ? `spb/${group}/${node}` : `spb/${group}/${node}/${device}`;
}

/** Where an edge node listens for commands. */
export function nodeCommandTopic({ group, node }: Pick<SparkplugTopic, "group" | "node">): string {
  return `${SPARKPLUG_ROOT}/${group}/NCMD/${node}`;
}
