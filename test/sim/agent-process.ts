import { agentTopics, encodeStatus, type Reading, toWireReading } from "@nightflow/domain";
import { Outbox, type OutboxLimits, Publisher, type Timers } from "@nightflow/edge-agent/durable";
import type { Logger } from "pino";
import type { SimBroker } from "./broker.ts";
import { SettableClock } from "./clocks.ts";
import { type EndOfLife, SimDisk } from "./disk.ts";
import { Life, never } from "./life.ts";
import { Weather } from "./line.ts";
import { Meter, type MeterChannels } from "./meter.ts";
import type { Dice } from "./random.ts";
import { TakenBook, type Wire } from "./taken-book.ts";
import type { World } from "./world.ts";

/** What an agent works with. */
export interface AgentProcessDeps {
  readonly world: World;
  readonly name: string;
  readonly broker: SimBroker;
  readonly logger: Logger;
  readonly channels: MeterChannels;
  readonly limits: OutboxLimits;
  readonly ackTimeoutMs: number;
  readonly pollMs: number;
}

interface Running {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
}

const SITE = "town";
const FOLDER = "outbox";

/** One agent's machine: its disk, its clock, its line to the broker, and the process that is killed and started again. */
export class AgentProcess {
  readonly #deps: AgentProcessDeps;
  readonly #dice: Dice;
  readonly #meter: Meter;
  readonly book = new TakenBook();
  readonly disk: SimDisk;
  readonly clock: SettableClock;
  readonly weather = new Weather();
  /** How often each reading was handed to an outbox. */
  readonly added = new Map<string, number>();
  #life = new Life();
  #running: Running | undefined;
  #isPolling = true;

  constructor(deps: AgentProcessDeps) {
    const { world, channels } = deps;
    this.#deps = deps;
    this.#dice = world.dice.fork();
    this.clock = new SettableClock(world.time);
    this.disk = new SimDisk(world, this.book);
    this.#meter = new Meter(world.dice.fork(), this.clock, channels);
    this.#life.end();
    this.#poll();
  }

  get name(): string {
    return this.#deps.name;
  }

  /** `site/agent`, as marks name it. */
  get markName(): string {
    return `${SITE}/${this.name}`;
  }

  get isUp(): boolean {
    return this.#life.isAlive;
  }

  /** Batches that are held and not acknowledged end to end; undefined while the agent is down or starting. */
  get held(): number | undefined {
    return this.#running?.outbox.fill().records;
  }

  /** Readings given up under the policy, as the agent counts them. */
  get dropped(): number {
    return this.#running?.outbox.fill().dropped ?? 0;
  }

  /** Batches on their way, as the publisher counts them. */
  get inFlight(): number {
    return this.#running?.publisher.inFlight ?? 0;
  }

  stopPolling(): void {
    this.#isPolling = false;
  }

  async start(): Promise<void> {
    if (this.#life.isAlive) return;
    const life = new Life();
    this.#life = life;
    this.#deps.world.note(this.name, "starts");
    const { logger, limits } = this.#deps;
    const disk = this.disk.mountFor(life);
    try {
      const timers = this.#timersOf(life);
      const outbox = await Outbox.open({ folder: FOLDER, limits, logger, timers, disk });
      if (life.isAlive) this.#running = { outbox, publisher: this.#publisher(life, outbox, timers) };
    } catch (error) {
      if (!life.isAlive) return;
      this.#deps.world.note(this.name, `cannot start: ${String(error)}`);
      this.kill("process");
    }
  }

  kill(how: EndOfLife): void {
    if (!this.#life.isAlive) return;
    this.#deps.world.note(this.name, how === "power" ? "power fails" : "killed");
    this.#running = undefined;
    this.#life.end();
    this.disk.crash(how);
  }

  /** Stops as an agent does that is told to. */
  async close(): Promise<void> {
    const [life, running] = [this.#life, this.#running];
    if (running === undefined) return;
    this.#deps.world.note(this.name, "closes");
    await running.outbox.flush();
    await running.publisher.close();
    await running.outbox.close();
    if (life === this.#life) this.kill("process");
  }

  #poll(): void {
    const { pollMs, world } = this.#deps;
    world.time.after(pollMs * this.#dice.between(0.7, 1.3), () => {
      if (this.#isPolling) this.#poll();
      if (this.#running !== undefined) this.#add(this.#running.outbox, this.#meter.poll());
    });
  }

  #add(outbox: Outbox, readings: readonly Reading[]): void {
    for (const reading of readings) {
      const key = readingKey(toWireReading(reading) as Wire);
      this.added.set(key, (this.added.get(key) ?? 0) + 1);
    }
    outbox.add(readings);
  }

  #publisher(life: Life, outbox: Outbox, timers: Timers): Publisher {
    const { broker, world, logger, ackTimeoutMs } = this.#deps;
    const agent = { site: SITE, name: this.name };
    return new Publisher({
      outbox,
      open: (listener) => (life.isAlive ? broker.connect({ life, agent, weather: this.weather }, listener) : never()),
      topics: agentTopics(SITE, this.name),
      status: (state) => encodeStatus({ state, at: this.clock.now() }),
      configReport: () => "{}",
      clock: this.clock,
      logger,
      statusMs: 30_000,
      ackTimeoutMs,
      timers,
      realNow: () => world.time.now(),
      random: () => this.#dice.share(),
    });
  }

  #timersOf(life: Life): Timers {
    const { time } = this.#deps.world;
    return { after: (ms, wake) => time.after(ms, () => (life.isAlive ? wake() : undefined)) };
  }
}

/** Names a reading by what it says: channel, instant, value. */
export function readingKey([channel, readAtMs, value]: Wire): string {
  return `${channel} ${readAtMs} ${String(value)}`;
}
