import { setTimeout as delay } from "node:timers/promises";
import { fillPacketLengths } from "@nightflow/domain";
import { connectAsync, type MqttClient } from "mqtt";
import { writeToStream } from "mqtt-packet";
import { PendingCalls } from "./pending-calls.ts";
import type { OpenUplink, Uplink, UplinkListener } from "./uplink.ts";

export interface MqttUplinkOptions {
  readonly url: string;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** What the connection trusts and shows, PEM; asked for at each connection. @throws when there is nothing to show. */
  readonly tls?: () => TlsMaterial;
  /** Hears that the broker has refused what was shown. */
  readonly onRefused?: () => void;
  readonly keepaliveS: number;
  readonly connectTimeoutMs: number;
  /** Topics without which there is no point in a connection. */
  readonly subscribe: readonly string[];
  /** Topics that a broker of other people may refuse: what comes on them is then done without. */
  readonly subscribeIfAllowed?: readonly string[];
  /** Hears which of those were refused. */
  readonly onNotAllowed?: (topics: readonly string[]) => void;
  /** Topic and payload that the broker publishes, retained, when this connection dies. The payload is made at connection. */
  readonly will: { readonly topic: string; readonly payload: () => string };
}

/** PEM texts for a TLS connection; absent ones are the system's. */
export interface TlsMaterial {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const CLOSE_MS = 1000;
// SUBACK return code of MQTT 3.1.1 for a subscription that is refused, which mqtt.js makes the code of its error.
const REFUSED_SUBSCRIPTION = 128;
// CONNACK return codes of MQTT 3.1.1: bad user name or password, not authorized.
const REFUSALS = new Set<unknown>([4, 5]);

/**
 * Connections by mqtt.js: one client per connection, without its reconnection and without a session, so that nothing
 * waits inside the library. What was not acknowledged is sent again from the outbox.
 */
export function mqttUplinks(options: MqttUplinkOptions): OpenUplink {
  fillPacketLengths(writeToStream);
  return async (listener) => {
    const client = await connectOnce(options).catch((error: unknown) => {
      if (REFUSALS.has((error as { code?: unknown }).code)) options.onRefused?.();
      throw error;
    });
    const uplink = new MqttUplink(client, listener);
    try {
      const refused = await uplink.subscribe([...options.subscribe, ...(options.subscribeIfAllowed ?? [])]);
      const needed = refused.filter((topic) => options.subscribe.includes(topic));
      if (needed.length > 0) throw new Error(`the broker refuses the subscription to ${needed.join(", ")}`);
      if (refused.length > 0) options.onNotAllowed?.(refused);
      return uplink;
    } catch (error) {
      client.end(true);
      throw error;
    }
  };
}

async function connectOnce(options: MqttUplinkOptions): Promise<MqttClient> {
  const { url, clientId, username, password, tls, keepaliveS, connectTimeoutMs, will } = options;
  const { ca, cert, key } = tls?.() ?? {};
  return await connectAsync(
    url,
    {
      clientId,
      clean: true,
      protocolVersion: 4,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      keepalive: keepaliveS,
      connectTimeout: connectTimeoutMs,
      will: { topic: will.topic, payload: Buffer.from(will.payload()), qos: 1, retain: true },
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    },
    false,
  );
}

class MqttUplink implements Uplink {
  readonly #client: MqttClient;
  readonly #waiting = new PendingCalls();
  #isLost = false;

  constructor(client: MqttClient, listener: UplinkListener) {
    this.#client = client;
    client.on("message", (topic, payload) => listener.onMessage({ topic, payload }));
    // Without a listener an error event would end the process; the close that follows says what matters.
    client.on("error", () => undefined);
    client.once("close", () => {
      this.#waiting.failAll(new Error("the connection to the broker is lost"));
      if (!this.#isLost) listener.onLost("the connection to the broker is lost");
      this.#isLost = true;
      client.end(true);
    });
  }

  /** Subscribes, and gives what was refused. mqtt.js fails where anything is, so each is asked for by itself. */
  async subscribe(topics: readonly string[]): Promise<string[]> {
    const granted = await Promise.all(topics.map((topic) => this.#isGranted(topic)));
    return topics.filter((_, at) => granted[at] !== true);
  }

  async #isGranted(topic: string): Promise<boolean> {
    const asked = this.#client.subscribeAsync(topic, { qos: 1 }).then(
      (granted) => granted.every(({ qos }) => qos !== 128),
      (error: unknown) => {
        if ((error as { code?: unknown }).code === REFUSED_SUBSCRIPTION) return false;
        throw error;
      },
    );
    return await this.#waiting.add(asked);
  }

  async publish(topic: string, payload: string, { retain }: { readonly retain: boolean }): Promise<void> {
    await this.#waiting.add(this.#client.publishAsync(topic, payload, { qos: 1, retain }));
  }

  async close(): Promise<void> {
    this.#isLost = true;
    await Promise.race([this.#client.endAsync(), delay(CLOSE_MS, undefined, { ref: false })]);
    this.#client.end(true);
  }
}
