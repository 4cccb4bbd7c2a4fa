import type { Client, PublishPacket } from "aedes";
import { refreshKeepAlive, withhold } from "./aedes-internals.ts";
import type { BrokerLimits } from "./config-limits.ts";
import type { IntakeGate } from "./intake.ts";
import { Throttle } from "./limits/throttle.ts";
import { WaitingLine } from "./limits/waiting-line.ts";
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
    this.#withinRate(client, visitor, identity, packet, (isWithin) => {
      if (isWithin) this.#store(kind, identity, packet, done);
      else done(null);
    });
  }

  // Until `go` is called nothing more is read from the client's socket: that is the back-pressure.
  #withinRate(
    client: Client,
    visitor: Visitor,
    identity: Identity,
    packet: PublishPacket,
    go: (isWithin: boolean) => void,
  ): void {
    visitor.allowance ??= this.#throttle.allowanceOf(identityKey(identity));
    const bytes = packet.payload.length;
    const isFirst = !visitor.line?.length || packet.qos === 0;
    if (isFirst && this.#throttle.take(visitor.allowance, bytes)) go(true);
    else if (packet.qos === 0) {
      this.#dropped++;
      withhold(packet);
      go(false);
    } else this.#delay(client, visitor, this.#throttle.reserve(visitor.allowance, bytes), () => go(true));
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

  // Aedes writes the PUBACK after this, so that it waits for the store as the end-to-end ack does.
  #store(kind: PublishKind, identity: Identity, packet: PublishPacket, done: Done): void {
    const { intake } = this.#deps;
    const isStored = kind === "readings" || (kind === "foreign" && intake?.takes(packet.topic));
    if (!isStored || intake === undefined) {
      done(null);
      return;
    }
    intake.pass(packet.topic, packet.payload as Buffer, identity, (outcome) => {
      if (outcome === "held") withhold(packet);
      done(null);
    });
  }
}
