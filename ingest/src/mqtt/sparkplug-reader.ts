import { describeError } from "@nightflow/domain";
import type { IPublishPacket } from "mqtt-packet";
import type { Logger } from "pino";
import type { Ingest, OpenedForeign } from "../ingest.ts";
import { type HeldMessage, Standby } from "../sparkplug/standby.ts";
import { Deliveries, type Outcome } from "./deliveries.ts";
import { offer } from "./offer.ts";

const NOT_TAKEN = 0x83;
/** A host whose messages find no store for so long says that it is offline. */
const STORE_AWAY_MS = 3000;

export interface SparkplugReaderDeps {
  readonly ingest: Pick<Ingest, "openForeign" | "relearn">;
  /** Messages that wait for the store at one time. */
  readonly window: number;
  /** How long and how much is held while another room is the host. */
  readonly most: { readonly ms: number; readonly bytes: number };
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
  #inHand = 0;
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

  /** Messages of another connection come from now on; `puback` is its. */
  connected(puback: (messageId: number, outcome: Outcome) => void): void {
    this.#deliveries = new Deliveries(puback);
  }

  take({ topic, payload, qos, messageId }: IPublishPacket): void {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    const done = qos > 0 && messageId !== undefined ? this.#deliveries.begin(messageId) : undefined;
    if (this.#reign === undefined) {
      // The host confirms it once it is stored, and this room holds it until then.
      this.#standby.hold({ topic, payload: bytes, heldAtMs: this.#now() });
      done?.(0);
    } else if (done === undefined && this.#inHand >= this.#deps.window) this.#dropped++;
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
  awaitsBirthOf(node: { readonly group: string; readonly node: string }): boolean {
    return this.#standby.hasBirthOf(node);
  }

  #open({ topic, payload }: Pick<HeldMessage, "topic" | "payload">): OpenedForeign | undefined {
    return this.#deps.ingest.openForeign(topic, payload);
  }

  #deal(topic: string, payload: Buffer, reign: AbortSignal, done?: (outcome: Outcome) => void): void {
    const opened = this.#open({ topic, payload });
    if (opened === undefined) return void done?.(NOT_TAKEN);
    this.#inHand++;
    void this.#store(topic, opened, reign)
      .then(done, () => undefined)
      .finally(() => this.#inHand--);
  }

  async #store(topic: string, opened: OpenedForeign, reign: AbortSignal): Promise<Outcome> {
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
