import { describe, expect, it } from "vitest";
import { HealthSeries } from "./history.ts";
import { findTroubles, type Looked, TroubleMemory } from "./troubles.ts";
import { HeadEndFigures, type ProcessRow } from "./wire.ts";

const NOW = 1_800_000_000_000;
const nothing = HeadEndFigures.parse(Object.fromEntries(Object.keys(HeadEndFigures.shape).map((name) => [name, null])));
const well: Looked = {
  at: NOW,
  state: "good",
  headEnd: { ...nothing, diskFreeBytes: 50, diskBytes: 100 },
  processes: [],
  queues: [],
  feed: [],
  events: [],
  agents: { online: 2, offline: 0, away: [], filling: [], clocksOff: [], waiting: 0, certificatesEnding: 0 },
  newDeadLetters: 0,
};
const row = (part: ProcessRow["part"], more: Partial<ProcessRow> = {}): ProcessRow => ({
  process: `h1:1:${part}`,
  part,
  site: "town",
  state: "good",
  startedAt: NOW - 9000,
  seenAt: NOW - 1000,
  ageS: 1,
  reasons: [],
  figures: {},
  ...more,
});
const queue = { queue: "usage-report", waiting: 0, running: 0, dead: 0, oldestDueS: 0 };
const codes = (looked: Partial<Looked>) => findTroubles({ ...well, ...looked }).map(({ code }) => code);

describe("what is wrong", () => {
  it("is nothing while all is well", () => {
    expect(findTroubles(well)).toEqual([]);
  });

  it("is told worst first: what keeps readings from being stored before what waits", () => {
    const processes = [
      row("head-end", { state: "degraded", reasons: ["duckdb: the store is closed", "disk: 9 MB are free"] }),
      row("api", { state: "degraded", reasons: ["PostgreSQL: gone"] }),
      row("analytics", { state: "silent" }),
    ];
    const queues = [{ ...queue, dead: 2, oldestDueS: 700 }];
    const found = codes({ state: "degraded", processes, queues, newDeadLetters: 3 });
    expect(found.slice(0, 2)).toEqual(["store_away", "disk_low"]);
    expect(found.slice(2)).toEqual([
      "database_away",
      "process_silent",
      "dead_letters_growing",
      "jobs_dead",
      "jobs_late",
    ]);
  });

  it("is one silent head-end and not each of its processes", () => {
    const event = { id: "e", kind: "head_end_silent" as const, subject: "town", openedAt: NOW, lastSeenAt: 7 };
    const processes = [row("ingest", { state: "silent" }), row("broker", { state: "silent" })];
    const found = findTroubles({ ...well, state: "silent", processes, events: [{ ...event, closedAt: null }] });
    expect(found).toMatchObject([{ code: "head_end_silent", level: "alarm", subjects: ["town"], since: 7 }]);
    const before = { ...well, state: "silent" as const, processes, events: [{ ...event, closedAt: NOW }] };
    expect(findTroubles(before)).toMatchObject([{ code: "head_end_silent", subjects: ["town"], since: NOW - 1000 }]);
  });

  it("holds a process's own words, and those that say the same together", () => {
    const processes = ["a", "b"].map((host) =>
      row("ingest", { process: `${host}:1:ingest`, state: "degraded", reasons: ["broker: ingest is not connected"] }),
    );
    expect(findTroubles({ ...well, state: "degraded", processes })).toMatchObject([
      { code: "broker_away", subjects: ["a:1:ingest", "b:1:ingest"], why: "broker: ingest is not connected" },
    ]);
    expect(codes({ processes: [row("api", { state: "degraded", reasons: ["something new"] })] })).toEqual([
      "not_ready",
    ]);
  });

  it("is a disk with less than a tenth free, and agents that are away", () => {
    const headEnd = { ...nothing, diskFreeBytes: 9, diskBytes: 100 };
    const agents = { ...well.agents, offline: 2, away: ["town/gw-1", "town/gw-2"] };
    expect(findTroubles({ ...well, headEnd, agents })).toMatchObject([
      { code: "disk_filling", count: 9 },
      { code: "agents_silent", count: 2, subjects: ["town/gw-1", "town/gw-2"] },
    ]);
  });
});

describe("what agents say of themselves", () => {
  it("is an alarm when an outbox fills, since readings will be given up, and a warning when a clock is off", () => {
    const agents = { ...well.agents, filling: ["town/gw-1"], clocksOff: ["town/gw-2", "town/gw-3"] };
    expect(findTroubles({ ...well, agents })).toMatchObject([
      { code: "outboxes_filling", level: "alarm", subjects: ["town/gw-1"], count: 1 },
      { code: "clocks_off", level: "warning", count: 2 },
    ]);
  });
});

describe("since when it is wrong", () => {
  it("is the first look that saw it, until it is gone", () => {
    const memory = new TroubleMemory();
    const agents = { ...well.agents, offline: 1, away: ["town/gw-1"] };
    const found = findTroubles({ ...well, agents });
    expect(memory.date([], NOW)).toEqual([]);
    expect(memory.date(found, NOW + 10)).toMatchObject([{ since: NOW + 10, isSinceAtLeast: false }]);
    expect(memory.date(found, NOW + 20)).toMatchObject([{ since: NOW + 10 }]);
    memory.date([], NOW + 30);
    expect(memory.date(found, NOW + 40)).toMatchObject([{ since: NOW + 40 }]);
  });

  it("is said to be at least as long where it was there at the first look", () => {
    const memory = new TroubleMemory();
    const found = findTroubles({ ...well, queues: [{ ...queue, dead: 1 }] });
    expect(memory.date(found, NOW)).toMatchObject([{ since: NOW, isSinceAtLeast: true }]);
    memory.date([], NOW + 10);
    expect(memory.date(found, NOW + 20)).toMatchObject([{ since: NOW + 20, isSinceAtLeast: false }]);
  });
});

describe("the last hour", () => {
  const look = (deadLetters: number | null) => ({ headEnd: { ...nothing, deadLetters }, analytics: null });

  it("keeps an hour and not more, a look every few seconds", () => {
    const series = new HealthSeries();
    for (let second = 0; second <= 7200; second += 5) series.keep(NOW + second * 1000, look(1));
    const { at, lagS } = series.history();
    expect(at).toHaveLength(360);
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThan(3_600_000);
    expect(lagS.every((value) => value === null)).toBe(true);
  });

  it("counts what is new in the dead letter, and takes a new start for none", () => {
    const series = new HealthSeries();
    for (const [index, count] of [5, 5, null, 8, 0, 2].entries()) series.keep(NOW + index * 10_000, look(count));
    expect(series.newDeadLetters(NOW + 60_000)).toBe(5);
    expect(series.newDeadLetters(NOW + 20 * 60_000)).toBe(0);
  });
});

describe("a reader of the feed", () => {
  const reader = (name: string, lagS: number) => ({ name, cursor: 1, lagCommits: lagS === 0 ? 0 : 7, lagS });

  it("that left an hour unread is a warning with its name and since when, once for the detectors that say so themselves", () => {
    expect(findTroubles({ ...well, feed: [reader("analytics", 0), reader("derived", 3599)] })).toEqual([]);
    const found = findTroubles({ ...well, feed: [reader("analytics", 9000), reader("tried-once", 7200)] });
    expect(found).toMatchObject([
      { code: "feed_held", level: "warning", subjects: ["analytics", "tried-once"], count: 7, since: NOW - 9_000_000 },
    ]);
    const behind = row("analytics", { state: "degraded", reasons: ["feed: the detectors are 9000 s behind"] });
    const both = findTroubles({ ...well, processes: [behind], feed: [reader("analytics", 9000)] });
    expect(both.map(({ code }) => code)).toEqual(["feed_behind"]);
  });

  it("is no trouble while the store does not say who reads", () => {
    expect(findTroubles({ ...well, feed: null })).toEqual([]);
  });
});
