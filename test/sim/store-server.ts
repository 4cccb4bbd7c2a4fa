import { StoreUnavailableError } from "@nightflow/domain";
import { type CommitRequest, ReadingShapeError, type ReadingStore, refuseStored } from "@nightflow/storage/pure";
import { type Life, never } from "./life.ts";
import type { Dice } from "./random.ts";
import { StoreContent } from "./store-content.ts";
import type { World } from "./world.ts";

/** A count that this store refuses to hold, for reasons of its own; the batch it comes in is poison. */
export const POISON_COUNTS = 666_666_666n;

/** How a store is reached: in the process of ingest, whose end is its own, or over a network that loses answers. */
export type StorePlace = "embedded" | "remote";

/**
 * A store behind its port. A commit is durable as a whole or not at all; its answer may be late or lost, and a remote
 * one may land although its caller has given it up.
 */
export class StoreServer {
  readonly content = new StoreContent();
  readonly #world: World;
  readonly #dice: Dice;
  readonly #place: StorePlace;
  /** Every call fails. */
  isAway = false;
  /** No call is answered before this. */
  stalledUntilMs = 0;
  /** Answers of commits that are lost, as a share. */
  lossShare = 0;
  #commits: Promise<unknown> = Promise.resolve();
  /** Counts how often the store itself was killed: what a broken one had half done is then gone. */
  #run = 0;
  #whenBusy: (() => void) | undefined;

  constructor(world: World, place: StorePlace) {
    this.#world = world;
    this.#dice = world.dice.fork();
    this.#place = place;
  }

  /** Calls `then` while the next commit is under way. */
  whenBusy(then: () => void): void {
    this.#whenBusy = then;
  }

  /** Ends the store's own process; what is durable stays. */
  kill(): void {
    this.#run++;
    this.isAway = true;
  }

  /** The store as one process sees it. */
  linkFor(life: Life, who: string): ReadingStore {
    const { content } = this;
    const isForgetful = this.#world.broken === "no-repeat-check";
    const call = <Result>(work: () => Result | Promise<Result>) => this.#call(life, work);
    const commit = (request: CommitRequest) => this.#commit(life, who, request);
    return {
      kind: this.#place === "embedded" ? "duckdb" : "influxdb",
      marks: (agents) => call(() => (isForgetful ? [] : content.marks(agents))),
      newestReadAt: () => call(() => (isForgetful ? new Map<string, number>() : content.newestReadAt())),
      commit: this.#world.broken === "ack-before-commit" ? (request) => this.#sayDone(commit, request) : commit,
      valuesAt: (keys) => call(() => content.valuesAt(keys)),
      changesSince: (cursor, limit) => call(() => content.feedAfter(cursor, limit)),
      saveCursor: () => call(() => undefined),
      feedConsumers: () => never(),
      forgetConsumer: () => never(),
      curve: () => never(),
      lastValues: (channels) => call(() => content.lastValues(channels)),
      allLastValues: () => never(),
      hourly: () => never(),
      daily: () => never(),
      nightMinimum: () => never(),
      saveChannels: (channels) =>
        call(() => {
          content.channels = channels;
        }),
      channels: () => call(() => [...content.channels]),
      setAside: () => never(),
      findSetAside: (filter, page) => call(() => content.lists.findSetAside(filter, page)),
      countSetAside: (filter) => call(() => content.lists.countSetAside(filter)),
      groupSetAside: (filter, limit) => call(() => content.lists.groupSetAside(filter, limit)),
      settleSetAside: (filter, settled) => call(() => content.lists.settleSetAside(filter, settled)),
      counts: () => never(),
      metrics: () => never(),
      close: async () => undefined,
    };
  }

  async #call<Result>(life: Life, work: () => Result | Promise<Result>): Promise<Result> {
    await this.#travel(life);
    if (this.isAway) throw new StoreUnavailableError("the store is away");
    const result = await work();
    await this.#travel(life);
    return result;
  }

  async #commit(life: Life, who: string, request: CommitRequest): Promise<number> {
    const then = this.#whenBusy;
    this.#whenBusy = undefined;
    if (then !== undefined) this.#world.time.after(this.#dice.between(0, 30), then);
    const isLate = this.#place === "remote" && this.#dice.chance(this.lossShare / 3);
    if (isLate) void this.#landLater(who, request);
    else await (this.#place === "embedded" ? this.#travelOrLand(life, who, request) : this.#travel(life));
    if (this.isAway || isLate) throw new StoreUnavailableError("the store did not answer");
    const no = await this.#inTurn(() => this.#land(who, request));
    await this.#travel(life);
    if (this.#dice.chance(this.lossShare)) throw new StoreUnavailableError("the store's answer was lost");
    return no;
  }

  // An embedded store ends with its process: a commit under way is then on the disk as a whole or not at all.
  async #travelOrLand(life: Life, who: string, request: CommitRequest): Promise<void> {
    let isOnItsWay = true;
    life.onEnd(() => {
      if (isOnItsWay && !this.isAway && this.#dice.chance(0.5)) void this.#inTurn(() => this.#land(who, request));
    });
    await this.#travel(life);
    isOnItsWay = false;
  }

  async #landLater(who: string, request: CommitRequest): Promise<void> {
    await this.#world.time.wait(this.#dice.between(1, 3000));
    if (!this.isAway) await this.#inTurn(() => this.#land(who, request)).catch(() => undefined);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#commits.then(work, work);
    this.#commits = done.catch(() => undefined);
    return done;
  }

  async #land(who: string, asked: CommitRequest): Promise<number> {
    const { content } = this;
    const { broken } = this.#world;
    if (asked.readings.counts.includes(POISON_COUNTS)) throw new ReadingShapeError("the store does not like a count");
    if (broken !== "no-repeat-check") refuseStored(asked.batches, (agent, epoch) => content.markOf(agent, epoch));
    const request = broken === "no-repeat-check" ? asked : await content.sorted(asked);
    content.keepMarks(request.batches);
    const seqs = request.batches.map(({ agent, seq }) => `${agent}#${seq}`).join(" ");
    this.#world.note(
      "store",
      `commit by ${who}: ${request.readings.length} rows, ${request.setAside.length} aside, ${seqs}`,
    );
    if (broken === "mark-apart") return this.#keepLater(request);
    return content.keepReadings(request);
  }

  #keepLater(request: CommitRequest): number {
    const run = this.#run;
    this.#world.time.after(this.#dice.between(50, 500), () => {
      if (run === this.#run) this.content.keepReadings(request);
    });
    return this.content.commits.length + 1;
  }

  async #sayDone(commit: (request: CommitRequest) => Promise<number>, request: CommitRequest): Promise<number> {
    commit(request).catch(() => undefined);
    return this.content.commits.length + 1;
  }

  async #travel(life: Life): Promise<void> {
    if (!life.isAlive) return never();
    await this.#world.time.wait(this.#dice.between(0.1, this.#place === "embedded" ? 6 : 25));
    const { time } = this.#world;
    while (this.stalledUntilMs > time.now()) await time.wait(this.stalledUntilMs - time.now());
    if (!life.isAlive) return never();
  }
}
