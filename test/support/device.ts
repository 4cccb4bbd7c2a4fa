import { agentTopics, decodeAck, encodeBatch, isAcked, type WireReading } from "@nightflow/domain";
import mqtt from "mqtt";
import { eventually } from "./eventually.ts";
import { AGENT, type Installation, SITE } from "./installation.ts";

/** Somebody's own MQTT device: it may say what it likes, and hears the acks of its agent name. */
export class Device {
  readonly acks: string[] = [];
  readonly #client: mqtt.MqttClient;
  readonly #name: string;
  readonly #epoch: string;
  readonly #closed: Promise<false>;
  #seq = 0;

  private constructor(client: mqtt.MqttClient, name: string) {
    this.#client = client;
    this.#name = name;
    this.#epoch = `device-${Math.random().toString(36).slice(2)}`;
    client.on("message", (_, payload) => this.acks.push(payload.toString()));
    client.on("error", () => undefined);
    this.#closed = new Promise((resolve) => client.once("close", () => resolve(false)));
  }

  /** Signs in once, without trying again. @throws {Error} with the broker's answer when it is refused. */
  static async connect(installation: Installation, name: string = AGENT, password?: string): Promise<Device> {
    const client = await mqtt.connectAsync(installation.mqttUrl, {
      username: name,
      password: password ?? installation.mqttPassword(name),
      reconnectPeriod: 0,
    });
    const device = new Device(client, name);
    await client.subscribeAsync(agentTopics(SITE, name).ack, { qos: 1 });
    return device;
  }

  /** Publishes bytes on a topic and gives true once the broker has confirmed them, false when it hangs up instead. */
  async publish(topic: string, payload: string | Buffer): Promise<boolean> {
    const confirmed = this.#client.publishAsync(topic, payload, { qos: 1 }).then(
      () => true,
      () => false,
    );
    return await Promise.race([confirmed, this.#closed]);
  }

  /** Sends readings as the next batch and waits until the head-end says "stored for good" (or set aside for good). */
  async send(...readings: readonly WireReading[]): Promise<void> {
    const [epoch, seq] = [this.#epoch, ++this.#seq];
    const payload = encodeBatch({ origin: "live", epoch, seq, sentAt: Date.now(), readings });
    await this.publish(agentTopics(SITE, this.#name).readings, payload);
    await eventually(`the ack of batch ${seq}`, () =>
      this.acks.some((ack) => isAcked(decodeAck(ack), epoch, seq)) ? true : undefined,
    );
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
