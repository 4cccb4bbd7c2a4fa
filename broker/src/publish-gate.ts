import type { Client, PublishPacket } from "aedes";
import { refreshKeepAlive, withhold } from "./aedes-internals.ts";
import type { Audience } from "./audience.ts";
import type { BrokerLimits } from "./config-limits.ts";
import type { IntakeGate } from "./intake.ts";
import { Throttle } from "./limits/throttle.ts";
import { WaitingLine } from "./limits/waiting-line.ts";
import type { Pubacks } from "./pubacks.ts";
import type { RateMeter } from "./rate-meter.ts";
import { type Identity, identityKey, mayRetain, type PublishKind } from "./rights.ts";
import { TopicRightError } from "./running-broker.ts";
import type { Visitor, Visitors } from "./visitors.ts";

/** What the gate passes publishes to, and counts them with. */
export interface PublishGateDeps {
  readonly limits: BrokerLimits;
  readonly visitors: Visitors;
  readonly rate: RateMeter;
  /** Where readings are stored; undefined when nothing is stored in this process. */
  readonly intake: IntakeGate | undefined;
  /** Who hears readings beside the store. */
  readonly audience: Audience;
  readonly pubacks: Pubacks;
}

type Done = (error?: Error | null) => void;

/** Publishes that were over an identity's rate. */
export interface ThrottleStats {
  /** QoS 0, dropped since the start. */
  readonly dropped: number;
  /** QoS 1 and 2, made to wait since the start. */
  readonly delayed: number;
}

/** Judges every publish that comes in: right, rate, and for readings the store. */
export class PublishGate {
  readonly #deps: PublishGateDeps;
  readonly #throttle: Throttle;
  #dropped = 0;
  #delayed = 0;

  constructor(deps: PublishGateDeps) {
    this.#deps = deps;
    this.#throttle = new Throttle(deps.limits);
  }

  stats(): ThrottleStats {
    return { dropped: this.#dropped, delayed: this.#delayed };
  }

  /** Forgets the rates of identities that are gone. */
  sweep(isPresent: (identity: string) => boolean): void {
    this.#throttle.sweep(isPresent);
  }

  // MQTT 3.1.1 has no way to refuse one publish. A PUBACK would be a lie, so the connection ends: see the README.
  authorize(client: Client | null, packet: PublishPacket, done: Done): void {
    const visitor = this.#deps.visitors.of(client);
    const kind = visitor?.rights?.publishKind(packet.topic);
    if (client === null || kind === undefined || visitor?.identity === undefined) {
      this.#deps.visitors.refuse(visitor, "publish", "topic-without-right", packet.topic);
      done(new TopicRightError(`${visitor?.username} may not publish on ${packet.topic}`));
      return;
    }
    const { identity } = visitor;
    this.#deps.rate.count();
    if (!mayRetain(kind)) packet.retain = false;
    // [MQTT-3.3.1-3]: that its publisher sends it again is no news to subscribers.
    packet.dup = false;
    if (!this.#isWithinRate(visitor, identity, packet)) this.#overRate(client, visitor, kind, identity, packet, done);
    else this.#store(client, visitor, kind, identity, packet, done);
  }

  #isWithinRate(visitor: Visitor, identity: Identity, packet: PublishPacket): boolean {
    visitor.allowance ??= this.#throttle.allowanceOf(identityKey(identity));
    const isFirst = !visitor.line?.length || packet.qos === 0;
    return isFirst && this.#throttle.take(visitor.allowance, packet.payload.length);
  }

  // Until a delayed publish goes on nothing more is read from the client's socket: that is the back-pressure.
  #overRate(
    client: Client,
    visitor: Visitor,
    kind: PublishKind,
    identity: Identity,
    packet: PublishPacket,
    done: Done,
  ): void {
    if (packet.qos === 0) {
      this.#dropped++;
      withhold(packet);
      done(null);
      return;
    }
    const allowance = visitor.allowance ?? this.#throttle.allowanceOf(identityKey(identity));
    const waitMs = this.#throttle.reserve(allowance, packet.payload.length);
    this.#delay(client, visitor, waitMs, () => this.#store(client, visitor, kind, identity, packet, done));
  }

  #delay(client: Client, visitor: Visitor, waitMs: number, go: () => void): void {
    this.#delayed++;
    refreshKeepAlive(client);
    visitor.line ??= new WaitingLine();
    visitor.line.add(waitMs, () => {
      refreshKeepAlive(client);
      go();
    });
  }

  // PUBACK waits for the store as the end-to-end ack does.
  #store(
    client: Client,
    visitor: Visitor,
    kind: PublishKind,
    identity: Identity,
    packet: PublishPacket,
    done: Done,
  ): void {
    const { intake } = this.#deps;
    const isStored = kind === "readings" || (kind === "foreign" && intake?.takes(packet.topic));
    if (!isStored || intake === undefined) {
      done(null);
      return;
    }
    intake.pass(packet.topic, packet.payload as Buffer, identity, (outcome) => {
      if (outcome === "held") withhold(packet);
      else if (packet.qos === 1 && !this.#isHeard(visitor, packet.topic)) {
        this.#acknowledge(client, packet, done);
        return;
      }
      done(null);
    });
  }

  #isHeard(visitor: Visitor, topic: string): boolean {
    visitor.heard = this.#deps.audience.of(topic, visitor.heard);
    return visitor.heard.isHeard;
  }

  // Where nobody else is to have the readings Aedes has nothing to do with them any more; else it writes the PUBACK.
  #acknowledge(client: Client, packet: PublishPacket, done: Done): void {
    const { messageId } = packet as { messageId?: number };
    withhold(packet);
    // A last will has none.
    if (messageId === undefined) done(null);
    else this.#deps.pubacks.add(client, messageId, () => done(null));
  }
}
