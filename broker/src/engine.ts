import { fillPacketLengths } from "@nightflow/domain";
import { Aedes, type AedesPublishPacket, type Client, type PublishPacket, type Subscription } from "aedes";
import { writeToStream } from "mqtt-packet";
import { forgetDuplicates, isWithheld, subscriptionsOf } from "./aedes-internals.ts";
import type { BrokerLimits } from "./config-limits.ts";
import type { BoundedEmitter } from "./emitter.ts";
import type { BoundedPersistence } from "./persistence.ts";
import type { PublishGate } from "./publish-gate.ts";
import type { RefusalReason } from "./refusals.ts";
import { covers } from "./topic-filter.ts";
import type { ConnectRequest, Visitors } from "./visitors.ts";

/** What Aedes is given in place of its own parts, and whom it asks. */
export interface EngineParts {
  readonly limits: BrokerLimits;
  readonly emitter: BoundedEmitter;
  readonly persistence: BoundedPersistence;
  readonly visitors: Visitors;
  readonly gate: PublishGate;
}

/** Aedes with our queues, bounds and judgements. */
export function createEngine(parts: EngineParts): Aedes {
  const { limits, visitors, gate } = parts;
  fillPacketLengths(writeToStream);
  return new Engine({
    mq: parts.emitter,
    persistence: parts.persistence,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxInflightInbound: limits.maxInflightQos2,
    maxClientsIdLength: 200,
    preConnect: (client, packet, done) => {
      visitors.greet(client, packet as ConnectRequest);
      forgetDuplicates(client);
      done(null, true);
    },
    authenticate: (client, _username, password, done) => {
      void visitors.signIn(client, password).then((error) => done(error, error === null));
    },
    authorizePublish: (client, packet, done) => gate.authorize(client, packet, done),
    authorizeSubscribe: (client, subscription, done) =>
      done(null, maySubscribe(parts, client, subscription) ? subscription : null),
    authorizeForward: (client, packet) => forward(visitors, client, packet),
  });
}

class Engine extends Aedes {
  // A packet that was ended here reaches nobody; Aedes would look for its subscribers all the same.
  override publish(packet: PublishPacket, ...more: unknown[]): void {
    const done = more.at(-1);
    if (isWithheld(packet)) {
      if (typeof done === "function") done();
      return;
    }
    (super.publish as (packet: PublishPacket, ...more: unknown[]) => void).call(this, packet, ...more);
  }
}

function maySubscribe({ visitors, limits }: EngineParts, client: Client, { topic }: Subscription): boolean {
  const visitor = visitors.of(client);
  const refuse = (reason: RefusalReason) => {
    visitors.refuse(visitor, "subscribe", reason, topic);
    return false;
  };
  if (!visitor?.rights?.maySubscribe(topic))
    return refuse(topic.startsWith("$share/") ? "shared-subscription" : "topic-without-right");
  const filters = subscriptionsOf(client);
  const isFull = !(topic in filters) && Object.keys(filters).length >= limits.maxSubscriptions;
  return isFull ? refuse("too-many-subscriptions") : true;
}

// Live delivery follows a granted subscription; only what waited in a queue must be looked at again.
function forward(visitors: Visitors, client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
  if (!client.connected && !visitors.of(client)?.rights?.mayReceive(packet.topic)) return null;
  // Aedes keeps to the granted QoS of exact filters alone, and for retained messages not even to a QoS of 0.
  if (packet.qos === 2 || packet.retain) packet.qos = grantedQos(client, packet);
  return packet;
}

function grantedQos(client: Client, { topic, qos }: AedesPublishPacket): 0 | 1 | 2 {
  const granted = Object.entries(subscriptionsOf(client))
    .filter(([filter]) => covers(filter, topic))
    .map(([, subscription]) => subscription.qos);
  return granted.length === 0 ? qos : (Math.min(qos, Math.max(...granted)) as 0 | 1 | 2);
}
