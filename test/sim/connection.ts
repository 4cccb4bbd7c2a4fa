import type { Uplink, UplinkListener } from "@nightflow/edge-agent/durable";
import type { Life } from "./life.ts";
import { Lane, type Weather } from "./line.ts";
import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

/** Who an agent is to the broker. */
export interface AgentName {
  readonly site: string;
  readonly name: string;
}

/** The broker's side of a connection. */
export interface Visit {
  readonly agent: AgentName;
  readonly topic: string;
  readonly payload: string;
  readonly isRetained: boolean;
  /** Sends the PUBACK. */
  puback(): void;
}

/** A QoS 1 publication is a promise that its PUBACK keeps and the end of the connection breaks. */
interface Publication {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface ConnectionDeps {
  readonly world: World;
  readonly dice: Dice;
  readonly life: Life;
  readonly agent: AgentName;
  readonly weather: Weather;
  readonly listener: UplinkListener;
  readonly arrived: (visit: Visit) => void;
  readonly gone: (connection: Connection) => void;
}

/** One MQTT connection of an agent, without a session: what it has not heard the PUBACK of at its end is void. */
export class Connection implements Uplink {
  readonly #deps: ConnectionDeps;
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #open = new Set<Publication>();
  #isOver = false;

  constructor(deps: ConnectionDeps) {
    const { world, dice, weather, life } = deps;
    this.#deps = deps;
    this.#up = new Lane(world, dice, weather);
    this.#down = new Lane(world, dice, weather);
    life.onEnd(() => this.#end(false, "the agent's process ended"));
  }

  get agent(): AgentName {
    return this.#deps.agent;
  }

  publish(topic: string, payload: string, { retain }: { readonly retain: boolean }): Promise<void> {
    return new Promise((resolve, reject) => {
      const publication = { resolve, reject };
      if (this.#isOver) return reject(new Error("the connection to the broker is lost"));
      this.#open.add(publication);
      const puback = () => this.#down.send(() => this.#acked(publication));
      const { agent, arrived } = this.#deps;
      this.#up.send(() => arrived({ agent, topic, payload, isRetained: retain, puback }));
    });
  }

  /** Hands a message to the agent. */
  deliver(topic: string, payload: string): void {
    this.#down.send(() => {
      if (this.#deps.life.isAlive && !this.#isOver)
        this.#deps.listener.onMessage({ topic, payload: Buffer.from(payload) });
    });
  }

  async close(): Promise<void> {
    this.#end(false, "closed");
  }

  /** The line breaks; both ends hear of it after `noticedMs`. */
  cut(noticedMs: number): void {
    this.#up.cut();
    this.#down.cut();
    this.#deps.world.time.after(noticedMs, () => this.#end(true, "cut"));
  }

  #acked(publication: Publication): void {
    if (this.#open.delete(publication) && this.#deps.life.isAlive) publication.resolve();
  }

  #end(isHeard: boolean, why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#up.cut();
    this.#down.cut();
    this.#deps.gone(this);
    if (!this.#deps.life.isAlive) return;
    for (const publication of this.#open) publication.reject(new Error(`the connection is lost: ${why}`));
    if (isHeard) this.#deps.listener.onLost(why);
  }
}
