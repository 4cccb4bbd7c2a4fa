import { randomBytes } from "node:crypto";
import type { FieldLine, FieldMessage } from "@nightflow/crm-api";
import { describeError, TOPIC_ROOT } from "@nightflow/domain";
import type { MqttAccess } from "@nightflow/ingest";
import { connect, type MqttClient } from "mqtt";
import type { Logger } from "pino";
import { timeAnswerTo } from "./answer-time.ts";

const HEARD = ["status", "config/report", "command/+/reply", "time"].map((tail) => `${TOPIC_ROOT}/+/+/${tail}`);
/** Longer than a broker takes to confirm; nothing waits inside the library while there is no connection. */
const CONFIRM_MS = 10_000;

/** The API's way to agents through a broker of somebody else's. It comes back by itself. */
export class MqttFieldLine implements FieldLine {
  readonly #client: MqttClient;
  readonly #logger: Logger;
  readonly #listeners = new Set<(message: FieldMessage) => void>();
  readonly #ups = new Set<() => void>();

  constructor({ config, password, caPem, certPem, keyPem }: MqttAccess, logger: Logger) {
    this.#logger = logger;
    this.#client = connect(config.url, {
      clientId: `nightflow-api-${randomBytes(8).toString("hex")}`,
      clean: true,
      protocolVersion: 4,
      reconnectPeriod: 2000,
      resubscribe: false,
      queueQoSZero: false,
      ...(config.username !== undefined && { username: config.username }),
      ...(password !== undefined && { password }),
      ...(caPem !== undefined && { ca: caPem }),
      ...(certPem !== undefined && { cert: certPem }),
      ...(keyPem !== undefined && { key: keyPem }),
    });
    this.#client.on("connect", () => void this.#connected());
    this.#client.on("message", (topic, payload) => this.#hear(topic, payload));
    this.#client.on("error", (error) =>
      logger.warn({ reason: describeError(error) }, "the way to agents: the broker is away"),
    );
  }

  async publish({ topic, payload, retain }: Parameters<FieldLine["publish"]>[0]): Promise<void> {
    if (!this.#client.connected) throw new Error("the broker is away");
    const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
    const late = AbortSignal.timeout(CONFIRM_MS);
    await Promise.race([
      this.#client.publishAsync(topic, bytes, { qos: 1, retain }),
      new Promise<never>((_, reject) => {
        late.addEventListener("abort", () => reject(new Error("the broker does not confirm")), { once: true });
      }),
    ]);
  }

  onMessage(listener: (message: FieldMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onUp(listener: () => void): () => void {
    this.#ups.add(listener);
    if (this.#client.connected) listener();
    return () => void this.#ups.delete(listener);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  async #connected(): Promise<void> {
    try {
      await this.#client.subscribeAsync(HEARD, { qos: 1 });
      for (const up of this.#ups) up();
    } catch (error) {
      this.#logger.error(
        { reason: describeError(error), topics: HEARD },
        "the way to agents: the broker refuses the topics; docs/rooms-alone.md lists them",
      );
    }
  }

  #hear(topic: string, payload: Buffer): void {
    try {
      const answer = timeAnswerTo(topic, payload);
      if (answer === undefined) for (const listener of this.#listeners) listener({ topic, payload });
      else this.#client.publish(answer.topic, answer.payload, { qos: 0 });
    } catch (error) {
      this.#logger.debug({ topic, reason: describeError(error) }, "the way to agents: a message that says nothing");
    }
  }
}
