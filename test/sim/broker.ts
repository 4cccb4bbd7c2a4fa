import { agentTopics } from "@nightflow/domain";
import type { Uplink, UplinkListener } from "@nightflow/edge-agent/durable";
import { type AgentName, Connection, type Visit } from "./connection.ts";
import { type Life, never } from "./life.ts";
import type { Weather } from "./line.ts";
import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

/** Where batches go from the broker. */
export interface Readers {
  /** A batch has come. Whoever takes it says when its PUBACK may go. */
  batch(visit: Visit): void;
  status(visit: Visit): void;
  connected(agent: AgentName): void;
}

/** What of its retained messages a broker still knows after a kill. */
export type Memory = "none" | "saved" | "all";

/** Who connects, and what stands between him and the broker. */
export interface Caller {
  readonly life: Life;
  readonly agent: AgentName;
  readonly weather: Weather;
}

/** An MQTT broker as agents and ingest see one: QoS 1, retained messages, a session for each connection only. */
export class SimBroker {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #connections = new Map<string, Connection>();
  #retained = new Map<string, string>();
  #saved = new Map<string, string>();
  isUp = true;
  /** Set once, before anything connects. */
  readers: Readers | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.fork();
  }

  /** Makes an agent's connection; the retained ack comes with it. */
  async connect(caller: Caller, listener: UplinkListener): Promise<Uplink> {
    const { time } = this.#world;
    const { life, agent, weather } = caller;
    await time.wait(this.#dice.between(1, 60));
    if (!life.isAlive) return never();
    if (weather.isDown && this.#dice.chance(0.5)) await time.wait(10_000);
    if (!this.isUp || weather.isDown) throw new Error("the broker cannot be reached");
    const connection = this.#accept(caller, listener);
    await time.wait(this.#dice.between(1, 60));
    if (!life.isAlive) return never();
    if (this.#connections.get(agent.name) !== connection) throw new Error("lost while it was made");
    const topic = agentTopics(agent.site, agent.name).ack;
    const retained = this.#retained.get(topic);
    if (retained !== undefined) connection.deliver(topic, retained);
    this.readers?.connected(agent);
    return connection;
  }

  /** Publishes an ack, retained; resolves when the broker has it. @throws when it is away. */
  async publishAck(topic: string, payload: string): Promise<void> {
    await this.#world.time.wait(this.#dice.between(0.1, 20));
    if (!this.isUp) throw new Error("the broker is away");
    this.#retained.set(topic, payload);
    if (this.#dice.chance(0.1)) this.#saved = new Map(this.#retained);
    for (const connection of this.#connections.values()) {
      const { site, name } = connection.agent;
      if (agentTopics(site, name).ack === topic) connection.deliver(topic, payload);
    }
  }

  kill(memory: Memory): void {
    this.isUp = false;
    if (memory === "none") this.#retained = new Map();
    if (memory === "saved") this.#retained = new Map(this.#saved);
    for (const connection of [...this.#connections.values()]) connection.cut(this.#noticedMs());
    this.#connections.clear();
  }

  start(): void {
    this.isUp = true;
  }

  /** Breaks the connection of one agent, if it has one. */
  cut(agent: string): void {
    this.#connections.get(agent)?.cut(this.#noticedMs());
    this.#connections.delete(agent);
  }

  #accept({ life, agent, weather }: Caller, listener: UplinkListener): Connection {
    this.cut(agent.name);
    const connection = new Connection({
      world: this.#world,
      dice: this.#dice,
      life,
      agent,
      weather,
      listener,
      arrived: (visit) => this.#arrived(visit),
      gone: (ended) => {
        if (this.#connections.get(agent.name) === ended) this.#connections.delete(agent.name);
      },
    });
    this.#connections.set(agent.name, connection);
    return connection;
  }

  #arrived(visit: Visit): void {
    if (visit.topic.endsWith("/readings")) {
      this.#world.note(
        "broker",
        `has batch ${/"epoch":"(.{4}).*?"seq":(\d+)/.exec(visit.payload)?.slice(1).join("/")} of ${visit.agent.name}`,
      );
      this.readers?.batch(visit);
    } else {
      visit.puback();
      if (visit.topic.endsWith("/status")) this.readers?.status(visit);
    }
  }

  // A reset is seen at once, silence only when nothing has answered for a while.
  #noticedMs(): number {
    return this.#dice.chance(0.6) ? this.#dice.between(0, 50) : this.#dice.between(5000, 22_000);
  }
}
