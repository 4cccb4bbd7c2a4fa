import { randomBytes } from "node:crypto";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { describeError, deviceTopic, NightflowError, TOPIC_ROOT } from "@nightflow/domain";
import type { IPublishPacket } from "mqtt-packet";
import type { Logger } from "pino";
import { type Ingest, type IngestDeps, startIngest } from "../ingest.ts";
import type { HostLease } from "../sparkplug/host-lease.ts";
import type { MqttAccess } from "./config.ts";
import { MqttAwayError } from "./errors.ts";
import { Intake } from "./intake.ts";
import { MqttLink } from "./link.ts";
import { SparkplugHost, type SparkplugStanding } from "./sparkplug-host.ts";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** A connection that lasted this long was a good one: the next wait begins from the start. */
const GOOD_CONNECTION_MS = 30_000;

/** What ingest at a broker of somebody else's needs. */
export interface ConnectIngestDeps extends Omit<IngestDeps, "publishAck" | "publishCommand"> {
  readonly mqtt: MqttAccess;
  /**
   * Name of this ingest room, its own among all. With a name the broker keeps its session while it is away; without one
   * nothing is kept, and agents send again what it had not acknowledged.
   */
  readonly name?: string | undefined;
  /** What the broker publishes, retained, when this ingest is cut off. */
  readonly will?: { readonly topic: string; readonly payload: string } | undefined;
  /** Says which room reads Sparkplug; without it, or without `mqtt.sparkplug`, none does. */
  readonly hostLease?: HostLease | undefined;
}

/** An ingest that takes its batches from a broker. */
export interface ConnectedIngest {
  readonly ingest: Ingest;
  /** Whether the broker has granted its subscriptions. */
  readonly isConnected: boolean;
  /** Batches held without a PUBACK, and messages of QoS 0 that were dropped on this connection. */
  held(): { readonly held: number; readonly dropped: number };
  /** Its part in reading Sparkplug; undefined where that is not configured. */
  sparkplug(): SparkplugStanding | undefined;
  /** Publishes something retained, as ingest. @throws {MqttAwayError} while the broker is away. */
  publish(topic: string, payload: string): Promise<void>;
  /** Stores and confirms what was taken, then leaves. */
  close(): Promise<void>;
}

/**
 * Starts ingest on the shared subscriptions of a broker. Each batch gets its PUBACK once it is stored for good; the
 * window of the connection is the back-pressure. A broker that is away is tried for ever.
 *
 * @throws {MqttRefusedError} when the broker, at the first connection, refuses the sign-in or a subscription;
 * {MqttShareRefusedError} when it has no shared subscriptions.
 */
export async function connectIngest(deps: ConnectIngestDeps): Promise<ConnectedIngest> {
  const connection = new Connection(deps);
  let host: SparkplugHost | undefined;
  const publishCommand = async (topic: string, payload: Uint8Array) => await host?.publishCommand(topic, payload);
  const publishAck = (topic: string, payload: string) => connection.publishAck(topic, payload);
  const ingest = await startIngest({ ...deps, publishAck, publishCommand });
  try {
    await connection.start(ingest);
  } catch (error) {
    await ingest.close();
    throw error;
  }
  host = sparkplugHost(deps, ingest);
  host?.start();
  return {
    ingest,
    publish: (topic, payload) => connection.publishAck(topic, payload),
    get isConnected() {
      return connection.isConnected;
    },
    held: () => connection.held(),
    sparkplug: () => host?.standing(),
    async close() {
      await host?.close();
      await connection.close(ingest);
    },
  };
}

function sparkplugHost(
  { mqtt, hostLease, name, logger }: ConnectIngestDeps,
  ingest: Ingest,
): SparkplugHost | undefined {
  const { sparkplug } = mqtt.config;
  if (sparkplug === undefined || hostLease === undefined) return undefined;
  const holder = name ?? randomBytes(8).toString("hex");
  return new SparkplugHost({ mqtt, sparkplug, lease: hostLease, ingest, holder, logger });
}

/** The filters that ingest rooms share, so that each message comes to one of them. */
export function sharedFilters(shareName: string): readonly string[] {
  const topics = ["readings", "status", "config/report"].map((tail) => `${TOPIC_ROOT}/+/+/${tail}`);
  // Sparkplug B is left out: a node's messages build on each other, and cannot be dealt to several ingest rooms.
  return [...topics, deviceTopic("+", "+")].map((topic) => `$share/${shareName}/${topic}`);
}

class Connection {
  readonly #deps: ConnectIngestDeps;
  readonly #logger: Logger;
  readonly #clientId: string;
  readonly #stopping = new AbortController();
  #link: MqttLink | undefined;
  #intake: Intake | undefined;
  #staying: Promise<void> = Promise.resolve();
  /** Ends the wait for the loss of the connection that stands, or is being made. */
  #stopWaiting: () => void = () => undefined;

  constructor(deps: ConnectIngestDeps) {
    this.#deps = deps;
    this.#logger = deps.logger;
    this.#clientId = `nightflow-ingest-${deps.name ?? randomBytes(8).toString("hex")}`;
  }

  get isConnected(): boolean {
    return this.#link?.isLost === false;
  }

  held() {
    return { held: this.#intake?.held ?? 0, dropped: this.#intake?.dropped ?? 0 };
  }

  async publishAck(topic: string, payload: string): Promise<void> {
    if (this.#link === undefined) throw new MqttAwayError("the broker is away");
    await this.#link.publishRetained(topic, payload);
  }

  async start(ingest: Ingest): Promise<void> {
    const connected = await this.#connect(ingest).catch((error: unknown) => {
      if (!isRetriable(error)) throw error;
      this.#logger.error(faultOf(error), "the broker is away; trying again");
      return undefined;
    });
    this.#staying = this.#stay(ingest, connected);
  }

  /** What was taken is stored and confirmed while the connection still stands; nothing more is let in. */
  async close(ingest: Ingest): Promise<void> {
    this.#stopping.abort();
    await ingest.close();
    // The last commits' PUBACKs are made in the turns after it.
    await nextTurn();
    this.#intake?.end();
    this.#link?.end();
    this.#stopWaiting();
    await this.#staying;
  }

  /** Connected for ever: a lost connection is made again, waiting longer each time. */
  async #stay(ingest: Ingest, first: { readonly lost: Promise<void> } | undefined): Promise<void> {
    const { signal } = this.#stopping;
    let connected = first;
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const since = performance.now();
      await connected?.lost;
      if (connected !== undefined && performance.now() - since > GOOD_CONNECTION_MS) waitMs = FIRST_WAIT_MS;
      await delay(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      connected = await this.#connect(ingest).catch((error: unknown) => {
        const level = isRetriable(error) ? "warn" : "error";
        this.#logger[level](faultOf(error), "no connection to the broker; trying again");
        return undefined;
      });
    }
  }

  /** Connects and subscribes; gives the loss of that connection. */
  async #connect(ingest: Ingest): Promise<{ readonly lost: Promise<void> }> {
    const { mqtt, name, will } = this.#deps;
    const { promise: lost, resolve } = Promise.withResolvers<void>();
    this.#stopWaiting = resolve;
    const early: IPublishPacket[] = [];
    let intake: Intake | undefined;
    const link = await MqttLink.open(
      { ...mqtt, will, clientId: this.#clientId, sessionKeptS: name === undefined ? 0 : mqtt.config.sessionKeptS },
      {
        onPublish: (packet) => (intake === undefined ? void early.push(packet) : intake.take(packet)),
        onLost: (error) => {
          intake?.end();
          this.#logger.warn(faultOf(error), "the connection to the broker is lost");
          resolve();
        },
      },
    );
    if (this.#stopping.signal.aborted) {
      link.end();
      return { lost: Promise.resolve() };
    }
    intake = this.#intakeOf(link, ingest);
    this.#link = link;
    // A kept session brings its messages at once, before anybody has subscribed.
    for (const packet of early.splice(0)) intake.take(packet);
    await this.#subscribe(link);
    return { lost };
  }

  #intakeOf(link: MqttLink, ingest: Ingest): Intake {
    const puback = (messageId: number, outcome: number) => link.puback(messageId, outcome);
    const { windowBatches: window } = this.#deps.mqtt.config;
    this.#intake = new Intake({ ingest, puback, window, logger: this.#logger });
    return this.#intake;
  }

  async #subscribe(link: MqttLink): Promise<void> {
    const { config } = this.#deps.mqtt;
    try {
      await link.subscribe(sharedFilters(config.shareName));
    } catch (error) {
      this.#intake?.end();
      link.end();
      throw error;
    }
    this.#logger.info({ url: config.url, clientId: this.#clientId }, "connected to the broker");
  }
}

function isRetriable(error: unknown): boolean {
  return !(error instanceof NightflowError) || error.retriable;
}

function faultOf(error: unknown): { readonly reason: string; readonly remedy?: string } {
  const remedy = error instanceof NightflowError ? error.remedy : undefined;
  return { reason: describeError(error), ...(remedy !== undefined && { remedy }) };
}
