import { setTimeout as delay } from "node:timers/promises";
import { describeError } from "@nightflow/domain";
import type { IPublishPacket } from "mqtt-packet";
import type { Logger } from "pino";
import type { Ingest } from "../ingest.ts";
import type { HostLease } from "../sparkplug/host-lease.ts";
import { hostState, hostStateTopic } from "../sparkplug/host-state.ts";
import { encodeRebirthCommand } from "../sparkplug/payload.ts";
import { nodeCommandTopic, SPARKPLUG_ROOT } from "../sparkplug/topic.ts";
import type { MqttAccess, SparkplugHostConfig } from "./config.ts";
import { MqttAwayError } from "./errors.ts";
import { MqttLink } from "./link.ts";
import { SparkplugReader } from "./sparkplug-reader.ts";

const LOOKS_A_LEASE = 4;
const LEASES_HELD = 3;

export interface SparkplugHostDeps {
  readonly mqtt: MqttAccess;
  readonly sparkplug: SparkplugHostConfig;
  readonly lease: HostLease;
  readonly ingest: Pick<Ingest, "openForeign" | "relearn" | "forgetNodes">;
  /** Tells this ingest room from the others at the broker. */
  readonly holder: string;
  readonly logger: Logger;
}

/** How this room fares with Sparkplug. */
export interface SparkplugStanding {
  readonly isHost: boolean;
  readonly isConnected: boolean;
  readonly held: number;
  readonly inHand: number;
  readonly dropped: number;
}

/** What edge nodes publish; commands of other hosts are none of it. */
export function sparkplugFilters(): readonly string[] {
  const ofNodes = ["NBIRTH", "NDATA", "NDEATH"].map((kind) => `${SPARKPLUG_ROOT}/+/${kind}/+`);
  return [...ofNodes, ...["DBIRTH", "DDATA", "DDEATH"].map((kind) => `${SPARKPLUG_ROOT}/+/${kind}/+/+`)];
}

/**
 * One ingest room's part in reading Sparkplug: a connection of its own that hears every node, and the lease that says
 * which room stores. The host alone says `online` under the host id, on a connection whose last will says `offline`, and
 * only while the store takes: a node that has it as its primary host keeps its data meanwhile.
 *
 * @see Sparkplug 3.0.0, 5.13 to 5.15 and 6.4.29
 */
export class SparkplugHost {
  readonly #deps: SparkplugHostDeps;
  readonly #reader: SparkplugReader;
  readonly #stopping = new AbortController();
  #link: MqttLink | undefined;
  #stateLink: MqttLink | undefined;
  /** Until when the lease is this room's for certain, monotonic ms. */
  #leaseUntilMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #isSaying = false;
  #said: Promise<void> = Promise.resolve();

  constructor(deps: SparkplugHostDeps) {
    const { leaseMs, holdBytes } = deps.sparkplug;
    const most = { ms: leaseMs * LEASES_HELD, bytes: holdBytes };
    this.#deps = deps;
    const ask = (node: Parameters<typeof nodeCommandTopic>[0]) =>
      this.#link?.publish(nodeCommandTopic(node), encodeRebirthCommand(Date.now()));
    this.#reader = new SparkplugReader({ ...deps, most, ask });
  }

  start(): void {
    this.#running = this.#run();
  }

  standing(): SparkplugStanding {
    return { isHost: this.#reader.isHost, isConnected: this.#link?.isLost === false, ...this.#reader.figures() };
  }

  /** Publishes a command to a node, unless it asks for births that are here already. @throws {MqttAwayError} */
  async publishCommand(topic: string, payload: Uint8Array): Promise<void> {
    const [, group = "", , node = ""] = topic.split("/");
    if (this.#reader.awaitsBirthOf({ group, node })) return;
    if (this.#link === undefined) throw new MqttAwayError("the broker is away");
    this.#link.publish(topic, payload);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#resign();
    this.#link?.end();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const everyMs = this.#deps.sparkplug.leaseMs / LOOKS_A_LEASE;
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) =>
        this.#deps.logger.warn({ reason: describeError(error) }, "Sparkplug: trying again"),
      );
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    if (this.#link === undefined || this.#link.isLost) {
      await this.#resign();
      await this.#connect();
    }
    const isAnothers = await this.#askForLease();
    const isHost = performance.now() < this.#leaseUntilMs;
    if (isHost !== this.#reader.isHost) this.#change(isHost);
    this.#reader.look(isAnothers);
    this.#sayInTurn(isHost && this.#reader.isStoring);
  }

  // Gives whether another room holds it. Half of the lease is left to what is being stored when nobody answers any more.
  async #askForLease(): Promise<boolean> {
    const askedAtMs = performance.now();
    try {
      const isMine = await this.#deps.lease.hold();
      this.#leaseUntilMs = isMine ? askedAtMs + this.#deps.sparkplug.leaseMs / 2 : Number.NEGATIVE_INFINITY;
      return !isMine;
    } catch (error) {
      this.#deps.logger.warn({ reason: describeError(error) }, "Sparkplug: nobody can say who the host is");
      return false;
    }
  }

  #change(isHost: boolean): void {
    const { hostId } = this.#deps.sparkplug;
    this.#deps.logger.info(
      { hostId, ...this.#reader.figures() },
      isHost ? "Sparkplug: host" : "Sparkplug: standing by",
    );
    if (isHost) this.#reader.lead();
    else this.#reader.standBy();
  }

  async #resign(): Promise<void> {
    if (this.#reader.isHost) this.#change(false);
    await this.#said;
    await this.#say(false).catch(() => undefined);
    if (performance.now() < this.#leaseUntilMs) await this.#deps.lease.release().catch(() => undefined);
    this.#leaseUntilMs = Number.NEGATIVE_INFINITY;
  }

  async #connect(): Promise<void> {
    const { mqtt, holder, logger } = this.#deps;
    const early: IPublishPacket[] = [];
    let take = (packet: IPublishPacket): void => void early.push(packet);
    const link = await MqttLink.open(
      { ...mqtt, clientId: `nightflow-sparkplug-${holder}`, sessionKeptS: 0 },
      {
        onPublish: (packet) => take(packet),
        onLost: (error) => logger.warn({ reason: describeError(error) }, "Sparkplug: the connection is lost"),
      },
    );
    this.#link = link;
    this.#reader.connected((messageId, outcome) => link.puback(messageId, outcome));
    take = (packet) => this.#reader.take(packet);
    for (const packet of early) take(packet);
    await link.subscribe(sparkplugFilters()).catch((error: unknown) => {
      link.end();
      this.#link = undefined;
      throw error;
    });
  }

  // A broker that is slow to answer must not hold the lease up.
  #sayInTurn(online: boolean): void {
    if (this.#isSaying) return;
    this.#isSaying = true;
    this.#said = this.#say(online)
      .catch((error: unknown) =>
        this.#deps.logger.warn({ reason: describeError(error) }, "Sparkplug: the host's state was not said"),
      )
      .finally(() => {
        this.#isSaying = false;
      });
  }

  /** Says whether the host is there. Each `online` has a connection of its own, whose will has the same time. */
  async #say(online: boolean): Promise<void> {
    const said = this.#stateLink;
    if (online === (said !== undefined && !said.isLost)) return;
    this.#stateLink = undefined;
    if (online) this.#stateLink = await this.#sayOnline();
    else if (said !== undefined && !said.isLost) {
      const topic = hostStateTopic(this.#deps.sparkplug.hostId);
      await said.publishRetained(topic, hostState(false, Date.now())).finally(() => said.end());
    }
  }

  async #sayOnline(): Promise<MqttLink> {
    const { mqtt, sparkplug, logger } = this.#deps;
    const topic = hostStateTopic(sparkplug.hostId);
    const at = Date.now();
    const will = { topic, payload: hostState(false, at) };
    let stop: () => void = () => undefined;
    const link = await MqttLink.open(
      // The same name for every room: a host that was passed over and lives yet is thrown out.
      { ...mqtt, will, clientId: `nightflow-sparkplug-host-${sparkplug.hostId}`, sessionKeptS: 0 },
      {
        // Somebody says under this host id that it is offline: it is not, and a new connection says so.
        onPublish: ({ payload }) => isOffline(payload) && stop(),
        onLost: (error) => logger.warn({ reason: describeError(error) }, "Sparkplug: the host's connection is lost"),
      },
    );
    await link.publishRetained(topic, hostState(true, at));
    stop = () => {
      if (this.#stateLink === link) this.#stateLink = undefined;
      link.end();
    };
    await link.subscribe([topic]);
    logger.info({ topic }, "Sparkplug: the host is online");
    return link;
  }
}

function isOffline(payload: string | Buffer): boolean {
  try {
    return JSON.parse(String(payload)).online === false;
  } catch {
    return false;
  }
}
