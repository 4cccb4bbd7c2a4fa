import type { AgentProcess } from "./agent-process.ts";
import { readingKey } from "./agent-process.ts";
import type { Consumer } from "./consumer.ts";
import type { IngestProcess } from "./ingest-process.ts";
import type { StoreContent } from "./store-content.ts";
import { keyOf, type TakenBatch, type Wire } from "./taken-book.ts";
import type { World } from "./world.ts";

/** What is looked at once everything has calmed down. */
export interface Calm {
  readonly world: World;
  readonly agents: readonly AgentProcess[];
  readonly ingests: readonly IngestProcess[];
  readonly consumers: readonly Consumer[];
  readonly content: StoreContent;
  /** Channels that were registered all the time. */
  readonly registered: ReadonlySet<string>;
}

/** Checks every promise; the first broken one is the world's failure. */
export function checkAll(calm: Calm): void {
  const kept = new Kept(calm.content);
  for (const agent of calm.agents) checkLoss(calm.world, agent, kept);
  checkTwice(calm, kept);
  checkQuarantine(calm);
  for (const agent of calm.agents) checkMarks(calm, agent);
  for (const consumer of calm.consumers) checkFeed(calm, consumer);
  checkWindows(calm);
}

/** Everything the store holds, by what it says. */
class Kept {
  /** How often each reading is there, in whatever list. */
  readonly times = new Map<string, number>();
  readonly #instants = new Set<string>();
  /** Instants that hold a value more than once. */
  readonly twice: string[] = [];

  constructor({ commits, setAside }: StoreContent) {
    for (const rows of commits)
      for (const { channel, readAtMs, counts, gauge, quality } of rows) {
        const instant = `${channel} ${readAtMs} ${quality === 2 ? "missing" : "value"}`;
        if (this.#instants.has(instant)) this.twice.push(instant);
        this.#instants.add(instant);
        this.#add([channel, readAtMs, String(counts ?? gauge), quality]);
      }
    for (const { raw } of setAside) this.#add(JSON.parse(raw) as Wire);
  }

  /** Whether a reading is stored or set aside; a missing one also where its instant has a value. */
  has(wire: Wire): boolean {
    const [channel, readAtMs, , quality] = wire;
    if (this.times.has(readingKey(wire))) return true;
    return quality === 2 && this.#instants.has(`${channel} ${readAtMs} value`);
  }

  #add(wire: Wire): void {
    const key = readingKey(wire);
    this.times.set(key, (this.times.get(key) ?? 0) + 1);
  }
}

function checkLoss(world: World, agent: AgentProcess, kept: Kept): void {
  let dropped = 0;
  for (const batch of agent.book.batches.values()) {
    const lost = batch.readings.filter((wire) => !kept.has(wire));
    const [first] = lost;
    if (first === undefined) continue;
    dropped += lost.length;
    if (!agent.book.givenUp.has(keyOf(batch)))
      world.fail("0 lost", `${agent.name} took ${JSON.stringify(first)} in batch ${nameOf(batch)}, and it is nowhere`);
  }
  if (agent.dropped < dropped)
    world.fail("drops are counted", `${agent.name} gave up ${dropped} readings and counts ${agent.dropped}`);
}

function checkTwice({ world, agents }: Calm, kept: Kept): void {
  const [twice] = kept.twice;
  if (twice !== undefined) world.fail("0 twice", `${twice} is stored twice`);
  for (const [key, times] of kept.times) {
    const added = agents.reduce((sum, agent) => sum + (agent.added.get(key) ?? 0), 0);
    if (times > added) world.fail("0 twice", `${key} came ${added} times and is there ${times} times`);
  }
}

function checkQuarantine({ world, content, registered }: Calm): void {
  const wrong = content.setAside.find(({ list, channel }) => list === "quarantine" && registered.has(channel ?? ""));
  if (wrong !== undefined)
    world.fail("no known channel in quarantine", `${wrong.raw} of batch ${wrong.seq} of ${wrong.agent}`);
}

function checkMarks({ world, content }: Calm, agent: AgentProcess): void {
  const newest = new Map<string, number>();
  for (const { epoch, seq } of agent.book.batches.values()) newest.set(epoch, Math.max(seq, newest.get(epoch) ?? 0));
  for (const [epoch, lastSeq] of newest) {
    const { seq, above } = content.markOf(agent.markName, epoch);
    if (above.length > 0 || seq < lastSeq)
      world.fail("marks contiguous", `${agent.name} ${epoch}: ${seq} and ${above.join(",") || "none"} of ${lastSeq}`);
  }
}

function checkFeed({ world, content }: Calm, consumer: Consumer): void {
  const stored = content.commits.flat();
  const wrong = stored.findIndex((row, at) => {
    const read = consumer.rows[at];
    return (
      read === undefined || read.channel !== row.channel || read.readAtMs !== row.readAtMs || read.counts !== row.counts
    );
  });
  if (wrong >= 0 || consumer.rows.length !== stored.length)
    world.fail(
      "feed complete and in order",
      `${consumer.rows.length} rows read, ${stored.length} stored, differs at ${wrong}`,
    );
}

function checkWindows({ world, agents, ingests }: Calm): void {
  for (const ingest of ingests)
    if (ingest.pending > 0) world.fail("windows released", `${ingest.name} holds ${ingest.pending}`);
  for (const agent of agents)
    if (agent.inFlight > 0) world.fail("windows released", `${agent.name} has ${agent.inFlight} in flight`);
}

function nameOf(batch: TakenBatch): string {
  return `${batch.epoch.slice(0, 4)}/${batch.seq}`;
}
