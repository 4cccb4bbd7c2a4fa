import { pino } from "pino";
import { expect, test } from "vitest";
import { CommitLine, type CommitLineDeps } from "./commit-line.ts";
import { Entry } from "./entry.ts";

const READING_BYTES = 45;
let lastSeq = 0;

function entryOf(agent: string, seq: number, readings: number): Entry {
  const rows = Array.from({ length: readings }, () => ({}) as never);
  const mark = { agent, epoch: "e", seq };
  return new Entry({ agent, mark, rows, setAside: [], isBroken: false }, `${agent} ${seq}`, readings * READING_BYTES);
}

interface Begun {
  readonly agents: readonly string[];
  end(): void;
}

/** A line whose commits end when they are told to; `begun` gives one after the other. */
function lineWith(options: Partial<CommitLineDeps> = {}) {
  const waiting: Begun[] = [];
  let wake = Promise.withResolvers<void>();
  const commit = async (entries: readonly Entry[]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ agents: entries.map(({ batch }) => batch.agent), end: resolve });
    wake.resolve();
    await promise;
    for (const entry of entries) entry.settle();
  };
  const rest = { onRefused: () => undefined, logger: pino({ level: "silent" }), nowMs: () => 0 };
  const bounds = { groupMaxReadings: 10_000, groupMaxBytes: 4_000_000 };
  const line = new CommitLine({ committer: { commit }, ...bounds, ...rest, ...options });
  const begun = async (): Promise<Begun> => {
    for (let next = waiting.shift(); ; next = waiting.shift()) {
      if (next !== undefined) return next;
      wake = Promise.withResolvers();
      await wake.promise;
    }
  };
  return { line, begun };
}

function bring(line: CommitLine, agent: string, batches: number, readings: number): void {
  for (let i = 0; i < batches; i++) line.enter(entryOf(agent, ++lastSeq, readings));
}

/** The line while a commit of `fleet` is under way, which catches up: it has used up what one that brings little may. */
async function lineOfFleet(options: Partial<CommitLineDeps> = {}) {
  const { line, begun } = lineWith(options);
  bring(line, "fleet", 4, 500);
  (await begun()).end();
  bring(line, "fleet", 40, 500);
  return { line, begun, underWay: await begun() };
}

test("a live agent's batch waits for the commit under way and for no other of those who catch up", async () => {
  const { line, begun, underWay } = await lineOfFleet();
  expect(underWay.agents).toHaveLength(20);
  bring(line, "live", 1, 5);
  underWay.end();
  const short = await begun();
  expect(short.agents).toEqual(["live"]);
  short.end();
  expect((await begun()).agents).toHaveLength(20);
});

test("many live agents do not keep one that catches up from going on", async () => {
  const { line, begun, underWay } = await lineOfFleet();
  let commit = underWay;
  const seen: string[] = [];
  for (let round = 0; round < 4; round++) {
    for (let agent = 0; agent < 300; agent++) bring(line, `live${round}-${agent}`, 1, 5);
    commit.end();
    commit = await begun();
    seen.push(commit.agents.includes("fleet") ? "fleet" : "live");
  }
  expect(seen).toEqual(["live", "fleet", "live", "fleet"]);
});

test("with little in all that waits there is one commit for everybody", async () => {
  const { line, begun, underWay } = await lineOfFleet();
  underWay.end();
  const last = await begun();
  bring(line, "fleet", 1, 500);
  bring(line, "live", 1, 5);
  last.end();
  expect((await begun()).agents.toSorted()).toEqual(["fleet", "live"]);
});

test("while the store has no room for those who catch up, live agents go on, and the others follow once it has", async () => {
  const noRoom = Promise.withResolvers<void>();
  let room: Promise<void> | undefined;
  const { line, begun, underWay } = await lineOfFleet({ room: () => room });
  room = noRoom.promise;
  underWay.end();
  for (let i = 0; i < 3; i++) {
    bring(line, "live", 1, 5);
    const short = await begun();
    expect(short.agents).toEqual(["live"]);
    short.end();
  }
  room = undefined;
  noRoom.resolve();
  expect((await begun()).agents).toHaveLength(20);
});

test("a store that has no room because it fails is heard by those who wait", async () => {
  let room: Promise<void> | undefined;
  const { begun, underWay } = await lineOfFleet({ room: () => room });
  room = Promise.reject(new Error("the disk is full"));
  underWay.end();
  expect((await begun()).agents).toHaveLength(20);
});
