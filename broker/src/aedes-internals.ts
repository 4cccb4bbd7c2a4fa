import type { Duplex } from "node:stream";
import type { Aedes, Client, PublishPacket } from "aedes";

// No filter that rights grant matches it, so what is published there reaches nobody.
const NOWHERE = "held";

/**
 * Ends a packet here, unacknowledged, with its connection open: its sender keeps it and sends it again. Aedes
 * acknowledges whatever was authorized with QoS 1 or 2, so the packet goes on as QoS 0, on a topic that nobody hears.
 */
export function withhold(packet: PublishPacket): void {
  packet.qos = 0;
  packet.topic = NOWHERE;
}

interface Inside {
  connected: boolean;
  connackSent: boolean;
  closed: boolean;
  version: number | null;
  _parsingBatch: number;
  _nextBatch(error?: Error | null): void;
}

const MQTT_5 = 5;

/** Whether a client has its CONNACK and speaks MQTT 3, whose packets have no properties. */
export function isServed(client: Client): boolean {
  const { connected, connackSent, closed, version } = client as unknown as Inside;
  return connected && connackSent && !closed && version !== null && version < MQTT_5;
}

/** Notes a packet that Aedes has not seen: it reads no more from the client until `endPacket`. */
export function beginPacket(client: Client): void {
  (client as unknown as Inside)._parsingBatch++;
}

/** Notes that a packet of `beginPacket` is dealt with; an error ends the connection. */
export function endPacket(client: Client, error?: Error | null): void {
  (client as unknown as Inside)._nextBatch(error);
}

/** Publishes what a client has sent. */
export function publishFrom(aedes: Aedes, packet: PublishPacket, client: Client, done: (error?: Error) => void): void {
  (aedes.publish as (...from: unknown[]) => void).call(aedes, packet, client, done);
}

/** Whether a packet has been ended here: there is nothing to publish. */
export function isWithheld(packet: { readonly topic: string }): boolean {
  return packet.topic === NOWHERE;
}

/** The stream that a client is connected by. */
export function connectionOf(client: Client): Duplex {
  return (client as unknown as { conn: Duplex }).conn;
}

/** Calls `done` when the client's stream takes more, or when it ends for not having done so within the drain timeout. */
export function waitForDrain(client: Client, done: () => void): void {
  (client as unknown as { waitForDrain(done: () => void): void }).waitForDrain(done);
}

/**
 * Stops Aedes from dropping messages as duplicates. It compares each message's number with the highest one that the
 * client has seen, but a QoS 1 or retained message takes longer to its emitter than a later one of QoS 0, and is then
 * taken for a repeat and lost.
 */
export function forgetDuplicates(client: Client): void {
  Object.assign(client, { duplicates: NONE });
}

const NONE = new Proxy({}, { get: () => 0, set: () => true, deleteProperty: () => true });

/** Starts the client's keep-alive time anew: whom we do not read from cannot be blamed for its silence. */
export function refreshKeepAlive(client: Client): void {
  (client as unknown as { _keepaliveTimer: NodeJS.Timeout | null })._keepaliveTimer?.refresh();
}

/** The connected clients by client id. */
export function clientsOf(aedes: Aedes): Readonly<Record<string, Client | undefined>> {
  return (aedes as unknown as { clients: Record<string, Client | undefined> }).clients;
}

/** The filters that a client is subscribed to, with the QoS granted to each. */
export function subscriptionsOf(client: Client): Readonly<Record<string, { readonly qos: number }>> {
  return (client as unknown as { subscriptions: Record<string, { qos: number }> }).subscriptions;
}
