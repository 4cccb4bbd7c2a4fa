import type { DeviceFault, DeviceItem } from "@nightflow/domain";
import type { DeviceReadings } from "../devices/device-payload.ts";
import { noSparkplugCounts, type SparkplugFigures } from "./figures.ts";
import { faultOfUnborn, itemOfMetric, type MetricDefinition, unbornOf } from "./metric-item.ts";
import type { SparkplugMetric, SparkplugPayload } from "./payload.ts";
import { type SparkplugTopic, sparkplugSource } from "./topic.ts";

const SEQ_MODULO = 256;
const MOST_NODES = 10_000;
const MOST_METRICS = 50_000;

/** Asks an edge node for its births again. */
export type AskForRebirth = (node: Pick<SparkplugTopic, "group" | "node">, why: string) => void;

interface EdgeNode {
  readonly group: string;
  readonly node: string;
  isAlive: boolean;
  bdSeq: string | null;
  seq: number | null;
  /** Metrics by alias, unique within an edge node and its devices. */
  readonly byAlias: Map<string, MetricDefinition & { readonly device: string | null }>;
  /** Datatypes by device and name. */
  readonly typeOf: Map<string, number | null>;
  askedAtMs: number;
}

// Metrics of the protocol itself.
const CONTROL = /^(bdSeq$|(Node|Device) (Control|Info)\/)/;

/**
 * What is known of Sparkplug's edge nodes: births, aliases, sequence numbers. It lives in memory only: after a restart
 * the first message of a node asks for its births again, and what cannot be read until then is set aside with all it
 * says, to be replayed.
 */
export class EdgeNodes {
  readonly #ask: AskForRebirth;
  readonly #minAskMs: number;
  readonly #now: () => number;
  readonly #nodes = new Map<string, EdgeNode>();
  readonly #counts = noSparkplugCounts();

  /** `now` is in real ms: how often a node is asked is no matter of business time. */
  constructor(ask: AskForRebirth, minAskMs: number, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#minAskMs = minAskMs;
    this.#now = now;
  }

  /** The readings of a message; births carry readings too, deaths none. */
  read(topic: SparkplugTopic, payload: SparkplugPayload): DeviceReadings {
    const node = this.#nodeOf(topic);
    if (topic.kind === "NBIRTH") this.#bear(node, payload);
    else if (topic.kind === "NDEATH") this.#die(node, payload);
    else this.#follow(node, topic, payload.seq);
    if (topic.kind === "DBIRTH") this.#define(node, topic.device, payload.metrics);
    if (topic.kind === "DDEATH") this.#forgetDevice(node, topic.device);
    if (topic.kind === "DBIRTH") this.#counts.deviceBirths++;
    if (topic.kind === "DDEATH") this.#counts.deviceDeaths++;
    const isDeath = topic.kind === "NDEATH" || topic.kind === "DDEATH";
    return { source: sparkplugSource(topic), items: isDeath ? [] : this.#itemsOf(node, topic, payload) };
  }

  /** What was heard since the start, and who is there now. */
  figures(): SparkplugFigures {
    let aliveNodes = 0;
    for (const { isAlive } of this.#nodes.values()) if (isAlive) aliveNodes++;
    return { ...this.#counts, aliveNodes, deadNodes: this.#nodes.size - aliveNodes };
  }

  /** Messages were missed, births may be among them: no alias is believed until its node is born again. */
  forget(): void {
    this.#nodes.clear();
  }

  /** A message of this node could not be stored: ask for what it said, once the store may take it. */
  lost(topic: SparkplugTopic): void {
    this.#askFor(this.#nodeOf(topic), "a message could not be stored");
  }

  /** A metric that was set aside without its birth, as a reading by the birth that has come since. */
  resolve(source: string, json: unknown): DeviceItem | DeviceFault | undefined {
    const metric = unbornOf(json);
    if (metric === undefined) return undefined;
    const [, group = "", name = ""] = source.split("/");
    const definition = this.#nodes.get(keyOf({ group, node: name }))?.byAlias.get(metric.alias ?? "");
    return definition === undefined ? faultOfUnborn(metric) : itemOfMetric(metric, definition);
  }

  #nodeOf({ group, node }: Pick<SparkplugTopic, "group" | "node">): EdgeNode {
    const key = keyOf({ group, node });
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const fresh = {
      ...{ group, node, isAlive: false, bdSeq: null, seq: null, askedAtMs: Number.NEGATIVE_INFINITY },
      ...{ byAlias: new Map(), typeOf: new Map() },
    };
    this.#nodes.set(key, fresh);
    for (const oldest of this.#nodes.keys()) {
      if (this.#nodes.size <= MOST_NODES) break;
      this.#nodes.delete(oldest);
    }
    return fresh;
  }

  #bear(node: EdgeNode, { seq, metrics }: SparkplugPayload): void {
    this.#counts.nodeBirths++;
    node.byAlias.clear();
    node.typeOf.clear();
    node.isAlive = true;
    node.seq = seq;
    node.bdSeq = metrics.find(({ name }) => name === "bdSeq")?.text ?? null;
    this.#define(node, null, metrics);
  }

  // The last will of a session that a newer birth has replaced says nothing of the new one.
  #die(node: EdgeNode, { metrics }: SparkplugPayload): void {
    const bdSeq = metrics.find(({ name }) => name === "bdSeq")?.text ?? null;
    if (bdSeq !== node.bdSeq) return;
    this.#counts.nodeDeaths++;
    node.isAlive = false;
    node.byAlias.clear();
    node.typeOf.clear();
  }

  // A message that came again has the number of the last one: it is read again, and the store knows its readings.
  #follow(node: EdgeNode, { kind }: SparkplugTopic, seq: number | null): void {
    const before = node.seq;
    node.seq = seq ?? before;
    if (!node.isAlive) {
      this.#counts.unbornMessages++;
      this.#askFor(node, `${kind} without a birth certificate`);
    } else if (seq === null || (before !== null && seq !== before && seq !== (before + 1) % SEQ_MODULO)) {
      this.#counts.sequenceGaps++;
      this.#askFor(node, `${kind} with seq ${seq} after ${before}`);
    }
  }

  #define(node: EdgeNode, device: string | null, metrics: readonly SparkplugMetric[]): void {
    for (const { name, alias, datatype } of metrics) {
      if (name === null || node.typeOf.size >= MOST_METRICS) continue;
      node.typeOf.set(typeKey(device, name), datatype);
      if (alias !== null) node.byAlias.set(alias, { name, datatype, device });
    }
  }

  #forgetDevice(node: EdgeNode, device: string | null): void {
    for (const [alias, metric] of node.byAlias) if (metric.device === device) node.byAlias.delete(alias);
  }

  #itemsOf(
    node: EdgeNode,
    { device, kind }: SparkplugTopic,
    { metrics, timeMs }: SparkplugPayload,
  ): (DeviceItem | DeviceFault)[] {
    const items: (DeviceItem | DeviceFault)[] = [];
    for (const metric of metrics) {
      const timed = { ...metric, timeMs: metric.timeMs ?? timeMs };
      const definition = definitionOf(node, device, metric);
      if (definition === undefined) {
        this.#counts.unknownMetrics++;
        this.#askFor(node, `${kind} with the unknown alias ${metric.alias}`);
        items.push(faultOfUnborn(timed));
      } else if (!CONTROL.test(definition.name)) items.push(itemOfMetric(timed, definition));
    }
    return items;
  }

  #askFor(node: EdgeNode, why: string): void {
    const now = this.#now();
    if (now - node.askedAtMs < this.#minAskMs) return;
    node.askedAtMs = now;
    this.#counts.rebirthsAsked++;
    this.#ask({ group: node.group, node: node.node }, why);
  }
}

function definitionOf(
  node: EdgeNode,
  device: string | null,
  { name, alias, datatype }: SparkplugMetric,
): MetricDefinition | undefined {
  if (name === null) return alias === null ? undefined : node.byAlias.get(alias);
  return { name, datatype: datatype ?? node.typeOf.get(typeKey(device, name)) ?? null };
}

function keyOf({ group, node }: Pick<SparkplugTopic, "group" | "node">): string {
  return `${group}/${node}`;
}

function typeKey(device: string | null, name: string): string {
  return `${device ?? ""}\n${name}`;
}
