import { describeError, parseTopic, TOPIC_ROOT, type TopicKind } from "@nightflow/domain";
import type { Aedes, AedesPublishPacket, PublishPacket } from "aedes";
import type { Logger } from "pino";
import { mayRetain, rightsOf } from "./rights.ts";
import { type BrokerMessage, type ForeignMessage, type PublishOptions, TopicRightError } from "./running-broker.ts";

type Handler = (message: ForeignMessage) => void;

/** Publishes and listens for rooms of the same process, without a socket. */
export class InProcess {
  readonly #aedes: Aedes;
  readonly #logger: Logger;
  #isStopped = false;

  constructor(aedes: Aedes, logger: Logger) {
    this.#aedes = aedes;
    this.#logger = logger;
  }

  /** @throws {TopicRightError} when the role has no right to the topic. */
  async publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void> {
    const { as, qos = 1, retain = false } = options;
    const kind = rightsOf({ name: as, role: as }).publishKind(topic);
    if (kind === undefined) throw new TopicRightError(`${as} may not publish on ${topic}`);
    const bytes = typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
    const packet: PublishPacket = {
      cmd: "publish",
      topic,
      payload: bytes,
      qos,
      dup: false,
      retain: retain && mayRetain(kind),
    };
    await new Promise<void>((resolve, reject) => {
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  onMessage(kinds: readonly TopicKind[], handler: (message: BrokerMessage) => void): () => void {
    return this.listen(kinds.map(filterOf), (message) => {
      const parsed = parseTopic(message.topic);
      if (parsed !== undefined) handler({ ...parsed, ...message });
    });
  }

  listen(filters: readonly string[], handler: Handler): () => void {
    const deliver = (packet: AedesPublishPacket, done: () => void) => {
      this.#hand(packet, handler);
      done();
    };
    for (const filter of filters) this.#aedes.subscribe(filter, deliver, ignore);
    return () => {
      for (const filter of filters) this.#aedes.unsubscribe(filter, deliver, ignore);
    };
  }

  /** Hands nothing on any more: our own end is no news of theirs, and sets off last wills. */
  stop(): void {
    this.#isStopped = true;
  }

  #hand({ topic, payload }: AedesPublishPacket, handler: Handler): void {
    if (this.#isStopped) return;
    try {
      handler({ topic, payload: payload as Buffer });
    } catch (error) {
      this.#logger.error({ topic, reason: describeError(error) }, "a listener failed on a message");
    }
  }
}

function filterOf(kind: TopicKind): string {
  const tail = kind === "command" ? "command/+" : kind === "command-reply" ? "command/+/reply" : kind;
  return `${TOPIC_ROOT}/+/+/${tail}`;
}

function ignore(): void {}
