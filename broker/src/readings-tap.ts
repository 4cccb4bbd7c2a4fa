import type { Aedes, Client, PublishPacket } from "aedes";
import { beginPacket, endPacket, isServed, isWithheld, publishFrom, refreshKeepAlive } from "./aedes-internals.ts";
import type { Pubacks } from "./pubacks.ts";
import type { PublishGate } from "./publish-gate.ts";
import { headOf, takeOut } from "./take-out.ts";
import type { Visitor } from "./visitors.ts";

/** What the readings that are taken out of a stream are passed to. */
export interface ReadingsTapDeps {
  readonly aedes: Aedes;
  readonly gate: PublishGate;
  readonly pubacks: Pubacks;
}

type Readings = PublishPacket & { messageId: number };

/**
 * Takes an agent's readings out of the bytes that it sends, so that they reach the gate without Aedes' parser, which makes
 * a list, a packet and a dozen arrays of each: a large share of what a single reading costs.
 *
 * It takes whole PUBLISH packets of QoS 1 on the agent's own topic, in MQTT 3.1 and 3.1.1; all else is left to Aedes, which
 * reads on only when the packets taken here are dealt with too.
 */
export class ReadingsTap {
  readonly #deps: ReadingsTapDeps;

  constructor(deps: ReadingsTapDeps) {
    this.#deps = deps;
  }

  /** What is left of `bytes`, in which a packet begins at `from`; null when nothing is. */
  take(client: Client, visitor: Visitor | undefined, bytes: Buffer, from: number): Buffer | null {
    const topic = visitor?.rights?.readings;
    if (visitor === undefined || topic === undefined || !isServed(client)) return bytes;
    visitor.readingsHead ??= headOf(topic);
    const packets: Readings[] = [];
    const rest = takeOut(bytes, from, visitor.readingsHead, (messageId, payload) => {
      packets.push({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false });
    });
    if (packets.length === 0) return bytes;
    for (let i = 0; i < packets.length; i++) beginPacket(client);
    refreshKeepAlive(client);
    // What is left has to be with the parser before anything more is read.
    process.nextTick(() => {
      for (const packet of packets) this.#pass(client, packet);
    });
    return rest;
  }

  #pass(client: Client, packet: Readings): void {
    const { gate, pubacks, aedes } = this.#deps;
    const { messageId } = packet;
    gate.authorize(client, packet, (error) => {
      if (error || isWithheld(packet)) endPacket(client, error);
      else pubacks.add(client, messageId, () => publishFrom(aedes, packet, client, () => endPacket(client)));
    });
  }
}
