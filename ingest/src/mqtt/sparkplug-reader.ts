import { describeError } from "@nightflow/domain";
import type { IPublishPacket } from "mqtt-packet";
import type { Logger } from "pino";
import type { Ingest, OpenedForeign } from "../ingest.ts";
import { Lanes } from "../sparkplug/lanes.ts";
import { type HeldMessage, Standby } from "../sparkplug/standby.ts";
import { parseSparkplugTopic, type SparkplugTopic } from "../sparkplug/topic.ts";
import { Deliveries, type Outcome } from "./deliveries.ts";
import { offer } from "./offer.ts";

const NOT_TAKEN = 0x83;
/** A host whose messages find no store for so long says that it is offline. */
const STORE_AWAY_MS = 3000;
const ASK_EVERY_MS = 30_000;
const MOST_NODES = 10_000;
/** Messages of one node that are offered at a time; fewer than ingest lets wait of one sender. */
const OFFERED_OF_A_NODE = 32;
/** Stands among the held for a stretch that was missed. */
const MISSED: Omit<HeldMessage, "heldAtMs"> = { topic: "", payload: Buffer.alloc(0) };

type Node = Pick<SparkplugTopic, "group" | "node">;

export interface SparkplugReaderDeps {
  readonly ingest: Pick<Ingest, "openForeign" | "relearn" | "forgetNodes">;
  /** How long is held what came while another room is the host; how much of that, and how much may wait for the store. */
  readonly most: { readonly ms: number; readonly bytes: number };
  /** Asks a node for its births, while another room is the host: this one has come later than they. */
  readonly ask: (node: Node) => void;
  readonly logger: Logger;
  /** Real, monotonic ms. */
  readonly now?: () => number;
}

/**
 * Reads the messages of Sparkplug's edge nodes where several rooms hear all of them and one, the host, stores them.
 *
 * A node's messages build on each other, so that they cannot be dealt out. Every room takes all of them apart in their
 * order and so knows every birth; the others do it late, when the host has had time to store them. When the host dies
 * the next one stores what it has held: what was stored before is known by channel, time and value, and stored once.
 */
export class SparkplugReader {
  readonly #deps: SparkplugReaderDeps;
  readonly #now: () => number;
  readonly #standby: Standby;
  /** Ends with the time as host. */
  #reign: AbortController | undefined;
  #deliveries: Deliveries;
  /** Nodes by when they were asked; Infinity for those whose births came on this connection. */
  readonly #bornOrAsked = new Map<string, number>();
  readonly #lanes = new Lanes(OFFERED_OF_A_NODE);
  #inHand = 0;
  #bytesInHand = 0;
  #dropped = 0;
  #failingSinceMs: number | undefined;

  constructor(deps: SparkplugReaderDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
    this.#standby = new Standby(deps.most);
    this.#deliveries = new Deliveries(() => undefined);
  }

  get isHost(): boolean {
    return this.#reign !== undefined;
  }

  /** False while the store takes nothing: nodes had better keep their data. */
  get isStoring(): boolean {
    return this.#failingSinceMs === undefined || this.#now() - this.#failingSinceMs < STORE_AWAY_MS;
  }

  /** Messages held for the host's death, in hand as host, and dropped since too many waited for the store. */
  figures(): { readonly held: number; readonly inHand: number; readonly dropped: number } {
    return { held: this.#standby.size, inHand: this.#inHand, dropped: this.#dropped };
  }

  /** Messages of another connection come from now on, and some were missed before; `puback` is its. */
  connected(puback: (messageId: number, outcome: Outcome) => void): void {
    this.standBy();
    this.#deliveries = new Deliveries(puback);
    this.#bornOrAsked.clear();
    this.#standby.hold({ ...MISSED, heldAtMs: this.#now() });
  }

  take({ topic, payload, qos, messageId }: IPublishPacket): void {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    const done = qos > 0 && messageId !== undefined ? this.#deliveries.begin(messageId) : undefined;
    if (this.#reign === undefined) {
      // The host confirms it once it is stored, and this room holds it until then.
      this.#standby.hold({ topic, payload: bytes, heldAtMs: this.#now() });
      done?.(0);
      this.#askUnborn(parseSparkplugTopic(topic));
    } else if (done === undefined && this.#bytesInHand + bytes.length > this.#deps.most.bytes) this.#dropped++;
    else this.#deal(topic, bytes, this.#reign.signal, done);
  }

  /** This room is the host now: what it has held may not have been stored. */
  lead(): void {
    if (this.#reign !== undefined) return;
    this.#reign = new AbortController();
    this.#deps.ingest.relearn();
    for (const { topic, payload } of this.#standby.takeAll()) this.#deal(topic, payload, this.#reign.signal);
  }

  /** Another room is the host, or none: nothing more is stored, and what is in hand is let go of. */
  standBy(): void {
    this.#reign?.abort();
    this.#reign = undefined;
    this.#failingSinceMs = undefined;
  }

  /** Takes apart what the host must have stored by now. `isHostKnown` false: nobody can say whether there is one. */
  look(isHostKnown: boolean): void {
    if (this.#reign !== undefined) return;
    for (const held of this.#standby.leaving(this.#now(), isHostKnown)) this.#open(held);
  }

  /** Whether births of a node are on their way through this room. */
  awaitsBirthOf(node: Node): boolean {
    return this.#standby.hasBirthOf(node);
  }

  // A room that has come late must know the births before it is the host.
  #askUnborn(topic: SparkplugTopic | undefined): void {
    if (topic === undefined) return;
    const key = `${topic.group}/${topic.node}`;
    const known = this.#bornOrAsked;
    const [oldest] = known.size < MOST_NODES ? [] : known.keys();
    if (oldest !== undefined && !known.has(key)) known.delete(oldest);
    const isBorn = topic.kind === "NBIRTH";
    if (!isBorn && this.#now() - (known.get(key) ?? Number.NEGATIVE_INFINITY) < ASK_EVERY_MS) return;
    known.set(key, isBorn ? Number.POSITIVE_INFINITY : this.#now());
    if (!isBorn && topic.kind !== "NDEATH") this.#deps.ask(topic);
  }

  #open({ topic, payload }: Pick<HeldMessage, "topic" | "payload">): OpenedForeign | undefined {
    if (topic !== MISSED.topic) return this.#deps.ingest.openForeign(topic, payload);
    this.#deps.ingest.forgetNodes();
    return undefined;
  }

  #deal(topic: string, payload: Buffer, reign: AbortSignal, done?: (outcome: Outcome) => void): void {
    const opened = this.#open({ topic, payload });
    if (opened === undefined) return void done?.(NOT_TAKEN);
    this.#inHand++;
    this.#bytesInHand += payload.length;
    const [, group, , node] = topic.split("/");
    void this.#lanes
      .run(`${group}/${node}`, () => this.#store(topic, opened, reign))
      .then(done, () => undefined)
      .finally(() => {
        this.#inHand--;
        this.#bytesInHand -= payload.length;
      });
  }

  async #store(topic: string, opened: OpenedForeign, reign: AbortSignal): Promise<Outcome> {
    reign.throwIfAborted();
    const error = await offer(
      () => opened.take(),
      reign,
      () => {
        if (!reign.aborted) this.#failingSinceMs ??= this.#now();
      },
    );
    if (!reign.aborted) this.#failingSinceMs = undefined;
    if (error === undefined) return 0;
    this.#deps.logger.error({ topic, reason: describeError(error) }, "a Sparkplug message was not taken");
    return NOT_TAKEN;
  }
}
