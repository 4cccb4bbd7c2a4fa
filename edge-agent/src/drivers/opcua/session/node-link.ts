import { X509Certificate } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { OpcUaBus, OpcUaValue } from "@nightflow/domain";
import { AttributeIds, type ClientSession, type NodeId, type OPCUAClient } from "node-opcua-client";
import type { Logger } from "pino";
import type {
  HistoryPart,
  LinkListener,
  LocatedNode,
  MissingNode,
  NodeAnswer,
  NodeName,
  NodeWrite,
  OpcUaLink,
  OpcUaSample,
  OpenLink,
} from "../link.ts";
import { type FaultContext, linkFaultOf, OpcUaLinkError } from "../link-fault.ts";
import type { OwnCertificates } from "../security/own-certificate.ts";
import { identityOf } from "../security/secrets.ts";
import { ServerCheck } from "../security/server-check.ts";
import { describe, type TrustList } from "../security/trust-list.ts";
import { createClient } from "./client.ts";
import { readHistory } from "./history-read.ts";
import { limitsOf, type ServerLimits } from "./limits.ts";
import { locateNodes, readNode, writeNode } from "./node-orders.ts";
import { findByRules, resolveItems } from "./resolve.ts";
import { badSample, nameOf, sampleOf, statusOf } from "./samples.ts";
import { type Subscribed, subscribe } from "./subscription.ts";
import { within } from "./within.ts";

export interface NodeLinkOptions {
  readonly bus: OpcUaBus;
  readonly names: readonly NodeName[];
  readonly dataDir: string;
  readonly trust: TrustList;
  readonly own: OwnCertificates;
  readonly logger: Logger;
}

const CLOSE_MS = 2000;
const OPEN_MS = 60_000;
const CONNECT_MS = 15_000;
const READ_MS = 10_000;
const HISTORY_READ_BIT = 4;
const CERTIFICATE_LOOK_MS = 12 * 3_600_000;

/**
 * Links to an OPC UA server by node-opcua. Its own reconnection is switched off: a link that is lost stays lost and the
 * bus opens another, because a session repaired half-way is how subscriptions fall silent for ever.
 */
export function nodeLinks(options: NodeLinkOptions): OpenLink {
  const { bus, trust, own } = options;
  return async (listener) => {
    const check = new ServerCheck(trust, { bus: bus.id, endpointUrl: bus.endpointUrl });
    const certificate = await own.get();
    const link = new NodeLink(createClient(bus.security, certificate, check), options, listener);
    try {
      await within(OPEN_MS, "opening the session", link.open());
      return link;
    } catch (error) {
      await link.close();
      const shown = describe(new X509Certificate(certificate.certificate).raw).fingerprint;
      const context: FaultContext = {
        endpointUrl: bus.endpointUrl,
        verdict: check.verdict,
        ownFingerprint: bus.security.policy === "None" ? undefined : shown,
        nowMs: Date.now(),
      };
      throw new OpcUaLinkError(linkFaultOf(error, context), error);
    }
  };
}

class NodeLink implements OpcUaLink {
  readonly #client: OPCUAClient;
  readonly #options: NodeLinkOptions;
  readonly #listener: LinkListener;
  readonly #nodes = new Map<number, NodeId>();
  readonly #missing = new Map<number, string>();
  readonly #withHistory = new Set<number>();
  #names: NodeName[];
  #limits: ServerLimits | undefined;
  #session: ClientSession | undefined;
  #subscribed: Subscribed | undefined;
  #watch: NodeJS.Timeout | undefined;
  #isLost = false;

  constructor(client: OPCUAClient, options: NodeLinkOptions, listener: LinkListener) {
    this.#client = client;
    this.#options = options;
    this.#listener = listener;
    this.#names = [...options.names];
  }

  async open(): Promise<void> {
    const { bus, dataDir } = this.#options;
    const lose = (why: string) => () => this.#lose(why);
    this.#client.on("connection_lost", lose("the connection was lost"));
    this.#client.on("close", lose("the connection was closed"));
    const identity = identityOf(bus.identity, dataDir);
    await within(CONNECT_MS, "connecting", this.#client.connect(bus.endpointUrl));
    const session = await within(CONNECT_MS, "creating the session", this.#client.createSession(identity));
    session.on("session_closed", lose("the session was closed"));
    session.on("keepalive_failure", lose("the session does not answer"));
    this.#session = session;
    this.#limits = await limitsOf(session);
    await this.#find(session);
    if (bus.mode === "subscribe")
      this.#subscribed = subscribe(session, bus, this.#limits.itemsPerCall, {
        onSample: (sample) => this.#hear(sample),
        onLost: (why) => this.#lose(why),
      });
    await this.#takeUp(this.#names.map((_, item) => item));
    // A connection may outlive the certificate that it was made with: the next one is made in time all the same.
    this.#watch = setInterval(() => void this.#options.own.get().catch(() => undefined), CERTIFICATE_LOOK_MS).unref();
  }

  get historyItems(): readonly number[] {
    return [...this.#withHistory];
  }

  missing(): readonly MissingNode[] {
    return [...this.#missing].map(([item, why]) => ({ item, why }));
  }

  async lookAgain(): Promise<number> {
    const before = this.#missing.size;
    if (before > 0) await this.#takeUp([...this.#missing.keys()]);
    return before - this.#missing.size;
  }

  async read(items: readonly number[]): Promise<OpcUaSample[]> {
    const { timeFrom } = this.#options.bus;
    const samples: OpcUaSample[] = [];
    for (const chunk of this.#chunks(items, this.#limits?.nodesPerRead)) {
      const nodes = chunk.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
      const values = await within(READ_MS, "a read", this.#open().read(nodes, 0));
      for (const [at, { item }] of chunk.entries()) samples.push(sampleOf(item, values[at], timeFrom));
    }
    return samples;
  }

  async *history(items: readonly number[], fromMs: number, toMs: number): AsyncGenerator<readonly HistoryPart[]> {
    const { history, timeFrom } = this.#options.bus;
    for (const chunk of this.#chunks(items, this.#limits?.nodesPerHistoryRead)) {
      const request = { nodes: chunk, fromMs, toMs, valuesPerRequest: history.valuesPerRequest, timeFrom };
      yield* readHistory(() => this.#open(), request);
    }
  }

  async locate(name: NodeName): Promise<readonly LocatedNode[] | string> {
    return await locateNodes(this.#open(), name, this.#walk());
  }

  async writeNode(nodeId: string, value: OpcUaValue): Promise<NodeWrite> {
    return await writeNode(this.#open(), nodeId, value);
  }

  async readNode(nodeId: string): Promise<NodeAnswer> {
    return await readNode(this.#open(), nodeId);
  }

  async close(): Promise<void> {
    this.#isLost = true;
    clearInterval(this.#watch);
    // A server that is gone would make the disconnection wait for its time-outs.
    await Promise.race([this.#client.disconnect().catch(() => undefined), delay(CLOSE_MS, undefined, { ref: false })]);
  }

  /** Nodes that the patterns of `find` lead to become items of their own. */
  async #find(session: ClientSession): Promise<void> {
    const { bus, logger } = this.#options;
    const { found, isCut } = await findByRules(
      session,
      bus.find.map(({ path }) => path),
      this.#walk(),
    );
    if (isCut) logger.warn({ bus: bus.id, findMax: bus.findMax }, "opcua: not all nodes were looked at: raise findMax");
    const places = this.#listener.onFound(found);
    for (const [at, { nodeId }] of found.entries()) {
      const item = places[at];
      if (item != null) this.#names[item] = { nodeId: nodeId.toString() };
    }
  }

  /** Looks items up, asks what may be read of them, and subscribes to those that are there. */
  async #takeUp(items: readonly number[]): Promise<void> {
    const session = this.#open();
    const named = items.flatMap((item) => (this.#names[item] === undefined ? [] : [{ item, ...this.#names[item] }]));
    const namespaces = await within(READ_MS, "reading the namespaces", session.readNamespaceArray());
    const { nodes, missing } = await resolveItems(session, named, namespaces, this.#walk());
    for (const [item, nodeId] of nodes) this.#nodes.set(item, nodeId);
    for (const { item, why } of missing) this.#miss(item, why);
    const there = await this.#askAccess([...nodes.keys()]);
    await this.#subscribed?.monitor(there.map((item) => ({ item, nodeId: this.#nodes.get(item) as NodeId })));
  }

  /** Which of the items exist, and which have a history; gives those that exist. */
  async #askAccess(items: readonly number[]): Promise<number[]> {
    const there: number[] = [];
    for (const chunk of this.#chunks(items, this.#limits?.nodesPerRead)) {
      const nodes = chunk.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.UserAccessLevel }));
      const values = await within(READ_MS, "a read", this.#open().read(nodes));
      for (const [at, { item }] of chunk.entries()) {
        const value = values[at];
        const code = value?.statusCode;
        const isGone = code === undefined || (statusOf(code) === "bad" && /NodeId/.test(code.name));
        if (isGone) {
          this.#miss(item, code === undefined ? "BadNoData" : nameOf(code));
          continue;
        }
        this.#missing.delete(item);
        there.push(item);
        if ((Number(value?.value?.value ?? 0) & HISTORY_READ_BIT) !== 0) this.#withHistory.add(item);
      }
    }
    return there;
  }

  /** One node that the server does not know harms no other; it is looked for again now and then. */
  #miss(item: number, why: string): void {
    const isNew = !this.#missing.has(item);
    this.#missing.set(item, why);
    this.#nodes.delete(item);
    if (isNew) {
      const { nodeId, path } = this.#names[item] ?? {};
      this.#options.logger.warn(
        { bus: this.#options.bus.id, node: nodeId ?? path, why },
        "opcua: an item is not there",
      );
    }
    this.#listener.onSample(badSample(item, /^(Bad\w+)/.exec(why)?.[1] ?? "BadNodeIdUnknown"));
  }

  #hear(sample: OpcUaSample): void {
    if (this.#isLost) return;
    if (/^BadNodeId(Unknown|Invalid)$/.test(sample.code)) this.#miss(sample.item, sample.code);
    else this.#listener.onSample(sample);
  }

  #walk(): { readonly maxNodes: number; readonly nodesPerRequest: number } {
    return { maxNodes: this.#options.bus.findMax, nodesPerRequest: this.#limits?.nodesPerBrowse ?? 1 };
  }

  *#chunks(items: readonly number[], size = 1) {
    const known = items.flatMap((item) => {
      const nodeId = this.#nodes.get(item);
      return nodeId === undefined ? [] : [{ item, nodeId }];
    });
    for (let from = 0; from < known.length; from += size) yield known.slice(from, from + size);
  }

  #open(): ClientSession {
    if (this.#session === undefined || this.#isLost) throw new Error("the link is lost");
    return this.#session;
  }

  #lose(why: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#listener.onLost(why);
  }
}
