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
  #isHost = false;
  /** Lets go of what is in hand and another host has stored. */
  #letGo = new AbortController();
  /** Messages in hand that wait for this room to be the host again. */
  #paused: (() => void)[] = [];
  #standsBySinceMs = Number.NEGATIVE_INFINITY;
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
    return this.#isHost;
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
    if (!this.#isHost) {
      // The host confirms it once it is stored, and this room holds it until then.
      this.#standby.hold({ topic, payload: bytes, heldAtMs: this.#now() });
      done?.(0);
      this.#askUnborn(parseSparkplugTopic(topic));
    } else if (done === undefined && this.#bytesInHand + bytes.length > this.#deps.most.bytes) this.#dropped++;
    else this.#deal(topic, bytes, done);
  }

  /** This room is the host now: what it has held may not have been stored. */
  lead(): void {
    if (this.#isHost) return;
    this.#isHost = true;
    this.#deps.ingest.relearn();
    for (const goOn of this.#paused.splice(0)) goOn();
    for (const { topic, payload } of this.#standby.takeAll()) this.#deal(topic, payload);
  }

  /** Another room is the host, or none: nothing more is stored here; what is in hand waits, should this one be it again. */
  standBy(): void {
    if (!this.#isHost) return;
    this.#isHost = false;
    this.#standsBySinceMs = this.#now();
    this.#failingSinceMs = undefined;
  }

  /** Lets go of what the host must have stored by now. `isHostKnown` false: perhaps there is none. */
  look(isHostKnown: boolean): void {
    if (this.#isHost) return;
    for (const held of this.#standby.leaving(this.#now(), isHostKnown)) this.#open(held);
    if (!isHostKnown || this.#now() - this.#standsBySinceMs <= this.#deps.most.ms) return;
    this.#letGo.abort();
    this.#letGo = new AbortController();
    for (const goOn of this.#paused.splice(0)) goOn();
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

  #deal(topic: string, payload: Buffer, done?: (outcome: Outcome) => void): void {
    const opened = this.#open({ topic, payload });
    if (opened === undefined) return void done?.(NOT_TAKEN);
    this.#inHand++;
    this.#bytesInHand += payload.length;
    const [, group, , node] = topic.split("/");
    const { signal } = this.#letGo;
    void this.#lanes
      .run(`${group}/${node}`, () => this.#store(topic, opened, signal))
      .then(done, () => undefined)
      .finally(() => {
        this.#inHand--;
        this.#bytesInHand -= payload.length;
      });
  }

  async #store(topic: string, opened: OpenedForeign, signal: AbortSignal): Promise<Outcome> {
    const error = await offer(
      () => this.#asHost(opened, signal),
      signal,
      () => {
        if (this.#isHost) this.#failingSinceMs ??= this.#now();
      },
    );
    this.#failingSinceMs = undefined;
    if (error === undefined) return 0;
    this.#deps.logger.error({ topic, reason: describeError(error) }, "a Sparkplug message was not taken");
    return NOT_TAKEN;
  }

  async #asHost(opened: OpenedForeign, signal: AbortSignal): Promise<void> {
    while (!this.#isHost && !signal.aborted) await new Promise<void>((resolve) => this.#paused.push(resolve));
    // Whoever is the host has it too, and has had the time to store it.
    if (!signal.aborted) await opened.take();
  }
}
