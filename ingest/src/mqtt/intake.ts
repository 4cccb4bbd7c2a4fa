import { decodeStatus, describeError, parseTopic } from "@nightflow/domain";
import type { IPublishPacket } from "mqtt-packet";
import type { Logger } from "pino";
import { ForgedTopicError, SeqAheadError } from "../errors.ts";
import type { Ingest } from "../ingest.ts";
import type { Publisher } from "../ports.ts";
import { Deliveries, type Outcome } from "./deliveries.ts";
import { offer } from "./offer.ts";

/** MQTT 5 reasons of a PUBACK that says no. */
const NOT_TAKEN = 0x83;
const TOPIC_NAME_INVALID = 0x90;

export interface IntakeDeps {
  readonly ingest: Ingest;
  readonly puback: (messageId: number, outcome: Outcome) => void;
  /** Messages held at one time; QoS 0 beyond them is dropped, QoS 1 the broker keeps back. */
  readonly window: number;
  readonly logger: Logger;
}

/**
 * What one connection brings, from the message to its PUBACK. A batch that cannot be stored now stays here, in its place
 * of the window, and is offered again: the broker would not bring it a second time on this connection.
 */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #deliveries: Deliveries;
  readonly #ended = new AbortController();
  readonly #greeted = new Set<string>();
  #unconfirmed = 0;
  #dropped = 0;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#deliveries = new Deliveries(deps.puback);
  }

  /** Messages of QoS 0 that were dropped since nothing bounds their sender. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Messages that are held. */
  get held(): number {
    return this.#deliveries.size + this.#unconfirmed;
  }

  take(packet: IPublishPacket): void {
    const { messageId } = packet;
    if (packet.qos > 0 && messageId !== undefined) {
      const done = this.#deliveries.begin(messageId);
      void this.#deal(packet).then(done, () => undefined);
    } else if (this.held >= this.#deps.window) this.#dropped++;
    else {
      this.#unconfirmed++;
      void this.#deal(packet)
        .catch(() => undefined)
        .finally(() => this.#unconfirmed--);
    }
  }

  /** The connection is gone: what is not stored yet is let go of; the broker or its agent brings it again. */
  end(): void {
    this.#ended.abort();
  }

  /** Rejects when the connection ends before the message is dealt with. */
  async #deal({ topic, payload }: IPublishPacket): Promise<Outcome> {
    const parsed = parseTopic(topic);
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    if (parsed?.kind === "readings")
      return await this.#store(topic, bytes, { name: parsed.agent, role: "agent", site: parsed.site });
    if (this.#deps.ingest.takesForeign(topic)) return await this.#store(topic, bytes, { name: topic, role: "device" });
    if (parsed?.kind === "status") return this.#status(topic, bytes, parsed);
    if (parsed?.kind !== "config/report") return TOPIC_NAME_INVALID;
    this.#deps.ingest.takeConfigReport(topic, bytes);
    return 0;
  }

  // Behind a broker of somebody else's nobody can say who has published: its access list lets an agent use its own
  // topics only, and so the topic is the publisher.
  async #store(topic: string, payload: Buffer, publisher: Publisher): Promise<Outcome> {
    const take = () => this.#deps.ingest.take(topic, payload, publisher);
    const error = await offer(take, this.#ended.signal);
    return error === undefined ? 0 : this.#refused(topic, error);
  }

  #refused(topic: string, error: unknown): Outcome {
    if (!(error instanceof SeqAheadError) && !(error instanceof ForgedTopicError))
      this.#deps.logger.error({ topic, reason: describeError(error) }, "a batch was not taken");
    return NOT_TAKEN;
  }

  // After a restart of the broker its retained acks are gone: an agent that says it is online is told what is stored.
  #status(topic: string, payload: Buffer, { site, agent }: { site: string; agent: string }): Outcome {
    const { ingest } = this.#deps;
    ingest.takeStatus(topic, payload);
    const key = `${site}/${agent}`;
    if (!isOnline(payload)) this.#greeted.delete(key);
    else if (!this.#greeted.has(key)) {
      this.#greeted.add(key);
      ingest.onAgentConnected(site, agent);
    }
    return 0;
  }
}

function isOnline(payload: Buffer): boolean {
  try {
    return decodeStatus(payload).state === "online";
  } catch {
    return false;
  }
}
