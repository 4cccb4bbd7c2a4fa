import { setTimeout as delay } from "node:timers/promises";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  DataChangeFilter,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  LogLevel,
  MessageSecurityMode,
  OPCUAClient,
  resolveNodeId,
  SecurityPolicy,
  setLogLevel,
  TimestampsToReturn,
} from "node-opcua-client";
import type { Logger } from "pino";
import type { LinkListener, OpcUaLink, OpcUaSample, OpenLink } from "./link.ts";

export interface NodeLinkOptions {
  readonly endpointUrl: string;
  readonly samplingMs: number;
  readonly publishMs: number;
  readonly nodeIds: readonly string[];
  /** Folder for the client's keys; node-opcua would put them into the home folder. */
  readonly pkiFolder: string;
  readonly logger: Logger;
}

const ITEMS_PER_REQUEST = 500;
const CLOSE_MS = 2000;
const OPEN_MS = 15_000;
const READ_MS = 5000;

/**
 * Links to an OPC UA server by node-opcua. Its own reconnection is switched off: a link that is lost stays lost and the
 * bus opens another, because a session repaired half-way is how subscriptions fall silent for ever.
 */
export function nodeLinks(options: NodeLinkOptions): OpenLink {
  // node-opcua writes notices to the console; what matters reaches the bus as events.
  setLogLevel(LogLevel.Error);
  const certificates = new OPCUACertificateManager({ rootFolder: options.pkiFolder });
  return async (listener) => {
    const client = createClient(certificates);
    const link = new NodeLink(client, options, listener);
    try {
      await within(OPEN_MS, "opening the session", link.open());
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  };
}

function createClient(clientCertificateManager: OPCUACertificateManager): OPCUAClient {
  return OPCUAClient.create({
    applicationName: "Nightflow edge agent",
    clientCertificateManager,
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1000 },
    keepSessionAlive: true,
    requestedSessionTimeout: 60_000,
  });
}

class NodeLink implements OpcUaLink {
  readonly #client: OPCUAClient;
  readonly #options: NodeLinkOptions;
  readonly #listener: LinkListener;
  #session: ClientSession | undefined;
  #isLost = false;

  constructor(client: OPCUAClient, options: NodeLinkOptions, listener: LinkListener) {
    this.#client = client;
    this.#options = options;
    this.#listener = listener;
  }

  async open(): Promise<void> {
    const lose = (why: string) => () => this.#lose(why);
    this.#client.on("connection_lost", lose("the connection was lost"));
    this.#client.on("close", lose("the connection was closed"));
    await this.#client.connect(this.#options.endpointUrl);
    const session = await this.#client.createSession();
    session.on("session_closed", lose("the session was closed"));
    session.on("keepalive_failure", lose("the session does not answer"));
    this.#session = session;
    await this.#subscribe(session);
  }

  async read(items: readonly number[]): Promise<OpcUaSample[]> {
    const session = this.#session;
    if (session === undefined || this.#isLost) throw new Error("the link is lost");
    const samples: OpcUaSample[] = [];
    for (let from = 0; from < items.length; from += ITEMS_PER_REQUEST) {
      const chunk = this.#known(items.slice(from, from + ITEMS_PER_REQUEST));
      const nodes = chunk.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
      const values = await within(READ_MS, "a read", session.read(nodes, 0));
      for (const [at, { item }] of chunk.entries()) samples.push(sampleOf(item, values[at]));
    }
    return samples;
  }

  async close(): Promise<void> {
    this.#isLost = true;
    // A server that is gone would make the disconnection wait for its time-outs.
    await Promise.race([this.#client.disconnect().catch(() => undefined), delay(CLOSE_MS, undefined, { ref: false })]);
  }

  async #subscribe(session: ClientSession): Promise<void> {
    const { publishMs, nodeIds } = this.#options;
    const subscription = ClientSubscription.create(session, {
      requestedPublishingInterval: publishMs,
      requestedLifetimeCount: Math.max(60, Math.ceil(60_000 / publishMs)),
      requestedMaxKeepAliveCount: Math.max(5, Math.ceil(5000 / publishMs)),
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
    });
    subscription.on("terminated", () => this.#lose("the subscription was ended"));
    subscription.on("internal_error", (error: Error) => this.#lose(`the subscription failed: ${error.message}`));
    const all = nodeIds.map((_, item) => item);
    for (let from = 0; from < all.length; from += ITEMS_PER_REQUEST)
      await this.#monitor(subscription, this.#known(all.slice(from, from + ITEMS_PER_REQUEST)));
  }

  async #monitor(subscription: ClientSubscription, known: readonly KnownItem[]): Promise<void> {
    if (known.length === 0) return;
    const nodes = known.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
    // Time stamps trigger too: a meter whose total stands still must not look stale.
    const filter = new DataChangeFilter({
      trigger: DataChangeTrigger.StatusValueTimestamp,
      deadbandType: DeadbandType.None,
      deadbandValue: 0,
    });
    const parameters = { samplingInterval: this.#options.samplingMs, queueSize: 16, discardOldest: true, filter };
    const group = await subscription.monitorItems(nodes, parameters, TimestampsToReturn.Source);
    group.on("changed", (_, value: DataValue, at: number) => {
      const item = known[at]?.item;
      if (item !== undefined && !this.#isLost) this.#listener.onSample(sampleOf(item, value));
    });
    for (const [at, monitored] of group.monitoredItems.entries())
      if (statusOf(monitored.statusCode.value) === "bad")
        this.#refused(known[at]?.item, monitored.statusCode.toString());
  }

  /** One node that the server does not know harms no other; the boundary's read looks for it again. */
  #refused(item: number | undefined, why: string): void {
    if (item === undefined) return;
    this.#options.logger.warn({ nodeId: this.#options.nodeIds[item], why }, "opcua: the server refuses an item");
    this.#listener.onSample({ item, status: "bad", value: null, sourceAt: null });
  }

  #known(items: readonly number[]): KnownItem[] {
    return items.flatMap((item) => {
      try {
        return [{ item, nodeId: resolveNodeId(this.#options.nodeIds[item] ?? "") }];
      } catch {
        this.#refused(item, "it is no node id");
        return [];
      }
    });
  }

  #lose(why: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#listener.onLost(why);
  }
}

interface KnownItem {
  readonly item: number;
  readonly nodeId: ReturnType<typeof resolveNodeId>;
}

function sampleOf(item: number, value: DataValue | undefined): OpcUaSample {
  if (value === undefined) return { item, status: "bad", value: null, sourceAt: null };
  const sourceAt = value.sourceTimestamp?.getTime() ?? null;
  const status = statusOf(value.statusCode.value);
  return { item, status, value: status === "bad" ? null : numberOf(value.value?.value), sourceAt };
}

/** The two highest bits of a status code say good, uncertain or bad. @see OPC UA Part 4, section 7.39 */
function statusOf(code: number): OpcUaSample["status"] {
  const severity = code >>> 30;
  return severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad";
}

/** A node's value as a number; 64-bit integers come as pairs of 32-bit halves and leave as bigints. */
function numberOf(raw: unknown): number | bigint | null {
  if (typeof raw === "number" || typeof raw === "bigint") return raw;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  const [high, low, ...rest] = Array.isArray(raw) ? (raw as unknown[]) : [];
  const isPair = typeof high === "number" && typeof low === "number" && rest.length === 0;
  return isPair ? BigInt.asIntN(64, (BigInt(high) << 32n) + BigInt(low)) : null;
}

async function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  const limit = new AbortController();
  const tooLong = delay(ms, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms} ms`);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    tooLong.catch(() => undefined);
    limit.abort();
  }
}
