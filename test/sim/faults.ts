import type { AgentProcess } from "./agent-process.ts";
import type { IngestProcess } from "./ingest-process.ts";
import type { Dice } from "./random.ts";
import type { Town } from "./town.ts";

/** Lasts: until it is healed by itself or by the calm. Gives what heals it. */
type Fault = (town: Town, dice: Dice) => () => void;

const HOUR_MS = 3_600_000;

const anyAgent = (town: Town, dice: Dice): AgentProcess => dice.pick(town.agents);
const anyIngest = (town: Town, dice: Dice): IngestProcess => dice.pick(town.ingests);
const noHealing = () => {};

/** Strikes now, or in the middle of the next piece of work, which is when it hurts. */
function atOnceOrBusy(dice: Dice, busy: { whenBusy(then: () => void): void }, strike: () => void): void {
  if (dice.chance(0.4)) strike();
  else busy.whenBusy(strike);
}

/** Everything that may go wrong, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "kill agent": (town, dice) => {
    const agent = anyAgent(town, dice);
    atOnceOrBusy(dice, agent.disk, () => agent.kill("process"));
    return () => void agent.start();
  },
  "power of agent": (town, dice) => {
    const agent = anyAgent(town, dice);
    atOnceOrBusy(dice, agent.disk, () => agent.kill("power"));
    return () => void agent.start();
  },
  "close agent": (town, dice) => {
    const agent = anyAgent(town, dice);
    void agent.close();
    return () => void agent.start();
  },
  "kill ingest": (town, dice) => {
    const ingest = anyIngest(town, dice);
    atOnceOrBusy(dice, town.store, () => town.killIngest(ingest));
    return () => void town.startIngest(ingest);
  },
  "close ingest": (town, dice) => {
    const ingest = anyIngest(town, dice);
    void town.closeIngest(ingest);
    return () => void town.startIngest(ingest);
  },
  "kill broker": (town) => {
    town.killBroker();
    return () => town.startBroker();
  },
  "cut line": (town, dice) => {
    const agent = anyAgent(town, dice);
    agent.weather.isDown = dice.chance(0.5);
    town.broker.cut(agent.name);
    return () => {
      agent.weather.isDown = false;
    };
  },
  "stall line": (town, dice) => {
    const { weather } = anyAgent(town, dice);
    weather.stalledUntilMs = town.world.time.now() + dice.between(200, 30_000);
    return () => {
      weather.stalledUntilMs = 0;
    };
  },
  "slow line": (town, dice) => {
    const { weather } = anyAgent(town, dice);
    weather.slowestMs = dice.between(200, 3000);
    return () => {
      weather.slowestMs = 40;
    };
  },
  "fill disk": (town, dice) => {
    const { disk } = anyAgent(town, dice);
    disk.fill();
    return () => disk.makeRoom();
  },
  "stall disk": (town, dice) => {
    const { disk } = anyAgent(town, dice);
    disk.stall(dice.between(100, 20_000));
    return () => disk.unstall();
  },
  "set clock of agent": (town, dice) => {
    anyAgent(town, dice).clock.offsetMs += dice.pick([-30, -2, -0.01, 0.01, 2, 30]) * HOUR_MS;
    return noHealing;
  },
  "set clock of head-end": (town, dice) => {
    town.headEndClock.offsetMs += dice.pick([-30, -1, 1, 30]) * HOUR_MS;
    return noHealing;
  },
  "store away": ({ store }) => {
    store.isAway = true;
    return () => {
      store.isAway = false;
    };
  },
  "store killed": ({ store, layout }) => {
    if (layout === "replicas") store.kill();
    return () => {
      store.isAway = false;
    };
  },
  "stall store": ({ store, world }, dice) => {
    store.stalledUntilMs = world.time.now() + dice.between(100, 20_000);
    return () => {
      store.stalledUntilMs = 0;
    };
  },
  "lose answers of store": ({ store }, dice) => {
    store.lossShare = dice.between(0.1, 0.7);
    return () => {
      store.lossShare = 0;
    };
  },
  // A remote store keeps its marks and its feed in PostgreSQL too.
  "PostgreSQL gone": ({ registry, store, layout }, dice) => {
    registry.state = dice.pick(["refusing", "silent"]);
    if (layout === "replicas") store.isAway = true;
    return () => {
      registry.state = "up";
      if (layout === "replicas") store.isAway = false;
    };
  },
  "channel registered": ({ registry, channels }, dice) => {
    registry.add(dice.pick(channels).unknown);
    return noHealing;
  },
  "kill consumer": ({ consumers }, dice) => {
    dice.pick(consumers).kill();
    return noHealing;
  },
};

/** Breaks things for a while, one after the other and some at once; `heal` ends it. */
export class Chaos {
  readonly #town: Town;
  readonly #dice: Dice;
  readonly #names: readonly string[];
  readonly #healing = new Set<() => void>();
  #left: number;

  constructor(town: Town, steps: number) {
    this.#town = town;
    this.#dice = town.world.dice.fork();
    this.#left = steps;
    // Each seed has its own mix: what always happens together hides what happens alone.
    const share = this.#dice.between(0.15, 1);
    const names = Object.keys(FAULTS).filter(() => this.#dice.chance(share));
    this.#names = names.length > 0 ? names : ["kill agent"];
    this.#next();
  }

  get isOver(): boolean {
    return this.#left === 0;
  }

  /** Heals all that is still broken. */
  heal(): void {
    for (const heal of this.#healing) heal();
    this.#healing.clear();
  }

  #next(): void {
    const { time } = this.#town.world;
    time.after(this.#dice.chance(0.3) ? this.#dice.between(0, 60) : this.#dice.between(0, 6000), () => {
      this.#left--;
      if (this.#left > 0) this.#next();
      this.#strike(this.#dice.pick(this.#names));
    });
  }

  #strike(name: string): void {
    const fault = FAULTS[name];
    if (fault === undefined) return;
    this.#town.world.note("fault", name);
    const heal = fault(this.#town, this.#dice);
    this.#healing.add(heal);
    const lastsMs = this.#dice.chance(0.5) ? this.#dice.between(1, 2000) : this.#dice.between(500, 40_000);
    this.#town.world.time.after(lastsMs, () => {
      if (!this.#healing.delete(heal)) return;
      this.#town.world.note("healed", name);
      heal();
    });
  }
}
