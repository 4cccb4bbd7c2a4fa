import type { OutboxLimits } from "@nightflow/edge-agent/durable";
import { type Logger, pino } from "pino";
import { AgentProcess } from "./agent-process.ts";
import { SimBroker } from "./broker.ts";
import { SettableClock } from "./clocks.ts";
import type { Visit } from "./connection.ts";
import { Consumer } from "./consumer.ts";
import { IngestProcess } from "./ingest-process.ts";
import { channelsOf, type MeterChannels } from "./meter.ts";
import { RegistrySource } from "./registry-source.ts";
import { type Replica, SharedSubscription } from "./shared-subscription.ts";
import { StoreServer } from "./store-server.ts";
import type { World } from "./world.ts";

/**
 * How the head-end is made up: broker, ingest and store in one process, PUBACK after the commit; or a foreign broker,
 * ingest replicas on a shared subscription, and a store elsewhere.
 */
export type Layout = "one-process" | "replicas";

const INTAKE_TIMEOUT_MS = 10_000;

/** All that there is in one simulation. */
export class Town {
  readonly world: World;
  readonly layout: Layout;
  readonly broker: SimBroker;
  readonly registry: RegistrySource;
  readonly store: StoreServer;
  readonly ingests: readonly IngestProcess[];
  readonly agents: readonly AgentProcess[];
  readonly consumers: readonly Consumer[];
  readonly headEndClock: SettableClock;
  readonly ackTimeoutMs: number;
  readonly channels: readonly MeterChannels[];
  readonly #shared: SharedSubscription;
  readonly #joined = new Map<IngestProcess, Replica>();

  constructor(world: World, log?: (line: string) => void) {
    const { dice } = world;
    const logger = log === undefined ? pino({ level: "silent" }) : pino({ level: "debug", base: null }, { write: log });
    this.world = world;
    this.layout = dice.chance(0.5) ? "one-process" : "replicas";
    this.headEndClock = new SettableClock(world.time);
    this.broker = new SimBroker(world);
    this.registry = new RegistrySource(world);
    this.store = new StoreServer(world, this.layout === "one-process" ? "embedded" : "remote");
    this.#shared = new SharedSubscription(world);
    this.ackTimeoutMs = dice.pick([1000, 3000, 15_000]);
    this.channels = Array.from({ length: dice.whole(1, 3) }, (_, at) => channelsOf(`A${at + 1}`, dice.whole(1, 5)));
    for (const { known } of this.channels) for (const channel of known) this.registry.add(channel);
    this.ingests = this.#makeIngests(logger);
    this.agents = this.channels.map((channels, at) => this.#makeAgent(`A${at + 1}`, channels, logger));
    this.consumers = [new Consumer(world, this.store, "consumer-1"), new Consumer(world, this.store, "consumer-2")];
    this.broker.readers = this.#readers();
  }

  startAll(): void {
    for (const ingest of this.ingests) void this.startIngest(ingest);
    for (const agent of this.agents) void agent.start();
  }

  async startIngest(ingest: IngestProcess): Promise<void> {
    // The broker of one process listens before its ingest is there.
    if (this.layout === "one-process") this.#startEmbedded();
    await ingest.start();
    if (ingest.isUp && this.layout === "replicas") this.#join(ingest);
  }

  killIngest(ingest: IngestProcess): void {
    ingest.kill();
    this.#leave(ingest);
    if (this.layout === "one-process") {
      this.broker.kill("none");
      this.store.kill();
    }
  }

  async closeIngest(ingest: IngestProcess): Promise<void> {
    this.world.note(ingest.name, "closes");
    if (this.layout === "one-process") this.broker.kill("none");
    this.#leave(ingest);
    await ingest.close();
  }

  killBroker(): void {
    if (this.layout === "one-process") return;
    const { dice } = this.world;
    const memory = dice.pick(["none", "saved", "all"] as const);
    this.world.note("broker", `killed, remembers ${memory} of its retained messages`);
    this.broker.kill(memory);
    for (const ingest of this.ingests) this.#leave(ingest);
    this.#shared.forget(dice.pick([0, 0.5, 1]));
  }

  startBroker(): void {
    if (this.broker.isUp) return;
    this.broker.start();
    if (this.layout === "replicas") for (const ingest of this.ingests) if (ingest.isUp) this.#join(ingest);
  }

  #startEmbedded(): void {
    this.store.isAway = false;
    this.broker.start();
  }

  #join(ingest: IngestProcess): void {
    if (this.#joined.has(ingest) || !this.broker.isUp) return;
    const replica = { name: ingest.name, take: (visit: Visit) => ingest.take(visit) };
    this.#joined.set(ingest, replica);
    this.#shared.join(replica);
  }

  #leave(ingest: IngestProcess): void {
    const replica = this.#joined.get(ingest);
    this.#joined.delete(ingest);
    if (replica !== undefined) this.#shared.leave(replica);
  }

  #readers() {
    const anyOf = () => this.ingests.filter((ingest) => ingest.isUp);
    return {
      batch: (visit: Visit) => (this.layout === "replicas" ? this.#shared.batch(visit) : this.#takeBeforePuback(visit)),
      status: (visit: Visit) => anyOf()[0]?.takeStatus(visit),
      connected: (agent: Visit["agent"]) => {
        if (this.layout === "one-process") for (const ingest of anyOf()) ingest.connected({ agent });
      },
    };
  }

  #takeBeforePuback(visit: Visit): void {
    let isHeld = false;
    const cancel = this.world.time.after(INTAKE_TIMEOUT_MS, () => {
      isHeld = true;
    });
    const answer = () => {
      cancel();
      if (!isHeld) visit.puback();
    };
    this.ingests[0]?.take(visit).then(answer, cancel);
  }

  #makeIngests(logger: Logger): IngestProcess[] {
    const { world, store, registry, broker, headEndClock: clock } = this;
    const { dice } = world;
    const names = this.layout === "one-process" ? ["head-end"] : ["ingest-1", "ingest-2"];
    const config = {
      groupMaxReadings: dice.pick([8, 100, 10_000]),
      maxPendingBytes: dice.pick([1024, 1024 * 1024]),
      retryForMs: dice.pick([0, 500, 5000]),
    };
    return names.map((name) => new IngestProcess({ world, name, store, registry, broker, clock, logger, config }));
  }

  #makeAgent(name: string, channels: MeterChannels, logger: Logger): AgentProcess {
    const { world, broker, ackTimeoutMs } = this;
    const { dice } = world;
    const limits: OutboxLimits = {
      maxBytes: dice.pick([12_000, 40_000, 10_000_000]),
      maxAgeDays: 90,
      policy: dice.pick(["dropOldest", "stop"]),
      flushMs: dice.pick([20, 300, 1000]),
      maxBatch: dice.pick([1, 4, 50]),
    };
    const pollMs = dice.pick([300, 1000, 3000]);
    return new AgentProcess({ world, name, broker, logger, channels, limits, ackTimeoutMs, pollMs });
  }
}
