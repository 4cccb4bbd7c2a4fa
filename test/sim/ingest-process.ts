import { Ack, type Clock, describeError } from "@nightflow/domain";
import { type ChannelRegistry, createChannelRegistry, type Ingest, IngestConfig, startIngest } from "@nightflow/ingest";
import type { Logger } from "pino";
import type { SimBroker } from "./broker.ts";
import type { Visit } from "./connection.ts";
import { Life, never } from "./life.ts";
import type { RegistrySource } from "./registry-source.ts";
import { publisherOf } from "./shared-subscription.ts";
import type { StoreServer } from "./store-server.ts";
import type { World } from "./world.ts";

/** What an ingest process works with. */
export interface IngestProcessDeps {
  readonly world: World;
  readonly name: string;
  readonly store: StoreServer;
  readonly registry: RegistrySource;
  readonly broker: SimBroker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Partial<IngestConfig>;
}

/** One ingest, which is started, killed and started again. */
export class IngestProcess {
  readonly #deps: IngestProcessDeps;
  #life = new Life();
  #ingest: Ingest | undefined;
  #isStarting = false;

  constructor(deps: IngestProcessDeps) {
    this.#deps = deps;
    this.#life.end();
  }

  get name(): string {
    return this.#deps.name;
  }

  get isUp(): boolean {
    return this.#ingest !== undefined;
  }

  /** Batches and bytes that this run holds now; zero when it is down. */
  get pending(): number {
    const stats = this.#ingest?.stats();
    return stats === undefined ? 0 : stats.pendingBatches + stats.pendingBytes;
  }

  async start(): Promise<void> {
    if (this.#life.isAlive || this.#isStarting) return;
    const life = new Life();
    this.#life = life;
    this.#deps.world.note(this.name, "starts");
    const store = this.#deps.store.linkFor(life, this.name);
    const registry = await this.#registry(life, store);
    const ingest = await startIngest({
      ...this.#deps,
      store,
      registry,
      publishAck: (topic, ack) => this.#ack(life, topic, ack),
      config: IngestConfig.parse(this.#deps.config),
    });
    if (life.isAlive) this.#ingest = ingest;
  }

  kill(): void {
    if (!this.#life.isAlive) return;
    this.#deps.world.note(this.name, "killed");
    this.#ingest = undefined;
    this.#life.end();
  }

  /** Ends in order: what was taken is dealt with first. */
  async close(): Promise<void> {
    const life = this.#life;
    await this.#ingest?.close();
    if (life === this.#life) this.kill();
  }

  /** Takes a batch. @throws when it is given back, and while ingest is starting. */
  async take(visit: Visit): Promise<void> {
    if (this.#ingest === undefined) throw new Error("ingest is not there");
    const life = this.#life;
    try {
      await this.#ingest.take(visit.topic, Buffer.from(visit.payload), publisherOf(visit.agent));
    } catch (error) {
      if (life.isAlive)
        this.#deps.world.note(this.name, `gives back a batch of ${visit.agent.name}: ${describeError(error)}`);
      throw error;
    }
    if (!life.isAlive) await never();
  }

  connected({ agent: { site, name } }: Pick<Visit, "agent">): void {
    this.#ingest?.onAgentConnected(site, name);
  }

  takeStatus({ topic, payload }: Visit): void {
    this.#ingest?.takeStatus(topic, payload);
  }

  async #registry(life: Life, store: ReturnType<StoreServer["linkFor"]>): Promise<ChannelRegistry> {
    const { registry: source, logger } = this.#deps;
    const registry = await createChannelRegistry({ load: () => source.load(), store, logger });
    life.onEnd(source.listen(() => void registry.refresh()));
    return registry;
  }

  async #ack(life: Life, topic: string, payload: string): Promise<void> {
    if (!life.isAlive) return never();
    this.#checkAck(topic, Ack.parse(JSON.parse(payload)));
    await this.#deps.broker.publishAck(topic, payload);
    if (!life.isAlive) return never();
  }

  #checkAck(topic: string, ack: Ack): void {
    const { store, world } = this.#deps;
    const agent = topic.split("/").slice(2, 4).join("/");
    world.note(
      this.name,
      `acks ${agent} ${ack.epoch.slice(0, 4)} up to ${ack.seq}${ack.above.length > 0 ? ` and ${ack.above.join(",")}` : ""}`,
    );
    const isDurable = (seq: number) => store.content.holds({ agent, epoch: ack.epoch, seq });
    const early = [...(ack.seq > 0 ? [ack.seq] : []), ...ack.above].find((seq) => !isDurable(seq));
    if (early !== undefined)
      world.fail("acks never ahead of durability", `batch ${early} of ${agent} was acked and is not stored`);
  }
}
