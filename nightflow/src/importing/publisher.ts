import {
  agentTopics,
  decodeAck,
  encodeBatch,
  isAcked,
  MAX_BATCHES_IN_FLIGHT,
  type WireReading,
} from "@nightflow/domain";
import mqtt from "mqtt";
import type { Logger } from "pino";

/** Who imports, and where to. */
export interface ImportTarget {
  readonly mqttUrl: string;
  readonly username: string;
  readonly password: string;
  readonly site: string;
  readonly agent: string;
  readonly logger: Logger;
}

/** Called after each end-to-end ack with the number of readings that are stored for good by now. */
export type OnProgress = (storedForGood: number) => void;

interface Waiting {
  readonly payload: string;
  readonly readings: number;
}

const RESEND_AFTER_MS = 20_000;

/**
 * Sends blocks of readings as the batches 1, 2, 3, … of `epoch`, with origin `import`, and resolves when ingest has
 * acknowledged every one end to end. At most 64 are on their way; a lost connection is made again and what is not
 * acknowledged is sent again, which ingest recognises as repeats.
 *
 * @throws {Error} when the broker refuses the name or the password.
 */
export async function publishImport(
  target: ImportTarget,
  epoch: string,
  blocks: AsyncIterable<readonly WireReading[]>,
  onProgress: OnProgress = () => {},
): Promise<{ readonly batches: number; readonly readings: number }> {
  const sender = await BlockSender.connect(target, epoch, onProgress);
  let seq = 0;
  try {
    for await (const readings of blocks) {
      seq++;
      const sentAt = Date.now();
      await sender.send(seq, {
        payload: encodeBatch({ origin: "import", epoch, seq, sentAt, readings }),
        readings: readings.length,
      });
    }
    await sender.drained();
    return { batches: seq, readings: sender.acknowledged };
  } finally {
    await sender.close();
  }
}

/** The window of unacknowledged blocks, and the connection that they travel on. */
class BlockSender {
  acknowledged = 0;
  readonly #client: mqtt.MqttClient;
  readonly #topic: string;
  readonly #epoch: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onProgress: OnProgress;
  readonly #resendTimer: NodeJS.Timeout;
  #wake: () => void = () => {};
  #lastAckAt = Date.now();

  private constructor(client: mqtt.MqttClient, target: ImportTarget, epoch: string, onProgress: OnProgress) {
    const topics = agentTopics(target.site, target.agent);
    this.#client = client;
    this.#topic = topics.readings;
    this.#epoch = epoch;
    this.#onProgress = onProgress;
    client.on("message", (topic, payload) => {
      if (topic === topics.ack) this.#onAck(payload);
    });
    client.on("connect", () => {
      client.subscribe(topics.ack, { qos: 1 });
      this.#sendAgain();
    });
    client.on("error", (error) =>
      target.logger.warn({ error: error.message }, "connection to the broker failed; trying again"),
    );
    this.#resendTimer = setInterval(() => {
      if (this.#waiting.size > 0 && Date.now() - this.#lastAckAt > RESEND_AFTER_MS) this.#sendAgain();
    }, RESEND_AFTER_MS / 4);
  }

  static async connect(target: ImportTarget, epoch: string, onProgress: OnProgress): Promise<BlockSender> {
    const client = await mqtt.connectAsync(target.mqttUrl, {
      username: target.username,
      password: target.password,
      clientId: `${target.agent}-${process.pid}`,
      clean: true,
      reconnectPeriod: 1000,
      queueQoSZero: false,
    });
    const sender = new BlockSender(client, target, epoch, onProgress);
    await client.subscribeAsync(agentTopics(target.site, target.agent).ack, { qos: 1 });
    return sender;
  }

  async send(seq: number, block: Waiting): Promise<void> {
    while (this.#waiting.size >= MAX_BATCHES_IN_FLIGHT) await this.#change();
    this.#waiting.set(seq, block);
    this.#client.publish(this.#topic, block.payload, { qos: 1 });
  }

  async drained(): Promise<void> {
    while (this.#waiting.size > 0) await this.#change();
  }

  async close(): Promise<void> {
    clearInterval(this.#resendTimer);
    await this.#client.endAsync(true);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #onAck(payload: Buffer): void {
    const ack = decodeAck(payload);
    this.#lastAckAt = Date.now();
    for (const [seq, block] of this.#waiting) {
      if (!isAcked(ack, this.#epoch, seq)) continue;
      this.#waiting.delete(seq);
      this.acknowledged += block.readings;
    }
    this.#onProgress(this.acknowledged);
    this.#wake();
  }

  #sendAgain(): void {
    this.#lastAckAt = Date.now();
    for (const { payload } of this.#waiting.values()) this.#client.publish(this.#topic, payload, { qos: 1 });
  }
}
