import { checkAll } from "./checks.ts";
import { Chaos } from "./faults.ts";
import { Town } from "./town.ts";
import { type Break, type BrokenPromise, World } from "./world.ts";

/** What one simulation is to be like. */
export interface SimulationOptions {
  readonly seed: number;
  /** Faults that are let loose. */
  readonly steps: number;
  /** A promise to be broken on purpose. */
  readonly broken?: Break;
  /** Puts the rooms' own log lines into the trace. */
  readonly withLogs?: boolean;
}

/** How one simulation went. */
export interface SimulationResult {
  readonly seed: number;
  /** The same for two runs of one seed. */
  readonly hash: string;
  readonly failure: BrokenPromise | undefined;
  readonly trace: readonly string[];
  readonly layout: string;
  readonly taken: number;
  readonly stored: number;
  readonly setAside: number;
  readonly givenUp: number;
  readonly commits: number;
  readonly events: number;
  /** Virtual time that it took. */
  readonly virtualMs: number;
  /** Of it the time from the last fault until everything was stored. */
  readonly drainMs: number;
}

const LONGEST_CHAOS_MS = 3_600_000;

/** Agents wait up to 32 time-outs between two sendings of one batch; a drain needs some of these, and back-offs. */
const LONGEST_CALM_TIMEOUTS = 80;
const LONGEST_CALM_MS = 300_000;
const FLUSHED_MS = 12_000;
const SETTLE_MS = 10_000;

/** Lets a town run through its faults, then calms it, and checks what it promises. Same seed, same course. */
export async function simulate({ seed, steps, broken, withLogs }: SimulationOptions): Promise<SimulationResult> {
  const world = new World(seed, broken);
  const town = new Town(world, withLogs ? (line) => world.trace.remark(line) : undefined);
  watchDeletions(town);
  const stopWatching = watchRejections(world);
  const chaos = new Chaos(town, steps);
  town.startAll();
  await world.time.run(() => chaos.isOver || world.failure !== undefined, LONGEST_CHAOS_MS);
  const calmFromMs = world.time.now();
  if (world.failure === undefined) await calm(town, chaos);
  const drainMs = world.time.now() - calmFromMs;
  if (world.failure === undefined) checkAll(calmOf(town));
  stopWatching();
  return resultOf(town, drainMs);
}

async function calm(town: Town, chaos: Chaos): Promise<void> {
  const { world, agents, ingests, store } = town;
  world.note("calm", "everything heals");
  chaos.heal();
  for (const agent of agents) agent.stopPolling();
  town.startBroker();
  const startAgain = () => {
    for (const ingest of ingests) if (!ingest.isUp) void town.startIngest(ingest);
    for (const agent of agents) if (!agent.isUp) void agent.start();
  };
  startAgain();
  const tick = () => {
    startAgain();
    world.time.after(5000, tick);
  };
  world.time.after(5000, tick);
  // What was handed over before the calm is flushed first, at the latest after the outbox's longest back-off; only then
  // does an empty outbox mean anything.
  await world.time.run(() => false, FLUSHED_MS);
  const isDrained = () =>
    agents.every((agent) => agent.held === 0 && agent.inFlight === 0) &&
    ingests.every((ingest) => ingest.isUp && ingest.pending === 0) &&
    town.consumers.every((consumer) => consumer.cursor === store.content.commits.length);
  const isDone = () => world.failure !== undefined || isDrained();
  const longestMs = town.ackTimeoutMs * LONGEST_CALM_TIMEOUTS + LONGEST_CALM_MS;
  if (!(await world.time.run(isDone, longestMs))) world.fail("drains in bounded time", stateOf(town));
  // Whatever was still on its way comes, and the feed is read to its end again.
  await world.time.run(() => false, SETTLE_MS);
  await world.time.run(isDone, SETTLE_MS);
}

function stateOf({ agents, ingests, consumers, store }: Town): string {
  const parts = [
    ...agents.map((agent) => `${agent.name} holds ${agent.held} with ${agent.inFlight} in flight`),
    ...ingests.map((ingest) => `${ingest.name} ${ingest.isUp ? `has ${ingest.pending} pending` : "is down"}`),
    ...consumers.map((consumer) => `a cursor is at ${consumer.cursor} of ${store.content.commits.length}`),
  ];
  return parts.join("; ");
}

/** No agent may delete what is not stored. */
function watchDeletions({ world, agents, store }: Town): void {
  for (const agent of agents)
    agent.book.onDeleted = ({ epoch, seq }) => {
      if (!store.content.holds({ agent: agent.markName, epoch, seq }))
        world.fail("nothing deleted before it is stored", `${agent.name} deleted batch ${epoch.slice(0, 4)}/${seq}`);
    };
}

function watchRejections(world: World): () => void {
  const onRejection = (reason: unknown) =>
    world.fail(
      "no rejection goes unheard",
      reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    );
  process.on("unhandledRejection", onRejection);
  return () => void process.off("unhandledRejection", onRejection);
}

function calmOf({ world, agents, ingests, consumers, store, channels }: Town) {
  const registered = new Set(channels.flatMap(({ known }) => known.map(({ id }) => id)));
  return { world, agents, ingests, consumers, content: store.content, registered };
}

function resultOf(town: Town, drainMs: number): SimulationResult {
  const { world, agents, store, layout } = town;
  const batches = agents.flatMap(({ book }) => [...book.batches.values()]);
  return {
    seed: world.seed,
    hash: world.trace.hash,
    failure: world.failure,
    trace: world.trace.lines,
    layout,
    taken: batches.reduce((sum, { readings }) => sum + readings.length, 0),
    stored: store.content.commits.reduce((sum, rows) => sum + rows.length, 0),
    setAside: store.content.setAside.length,
    givenUp: agents.reduce((sum, { book }) => sum + book.givenUp.size, 0),
    commits: store.content.commits.length,
    events: world.time.events,
    virtualMs: world.time.now(),
    drainMs,
  };
}
