import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import {
  columnsOf,
  DAY_MS,
  HOUR_MS,
  homeLitres,
  hourlyRows,
  meterOf,
  type SeriesRow,
  START_MS,
} from "./testing/series.ts";

const STREET = Array.from({ length: 40 }, (_, at) => meterOf(`m${at}`, { agent: "north/a1", dma: "D1" }));

/** The street's readings; meter `at` stands still in the hours that `stops` gives it. */
function street(days: number, stops: (at: number) => readonly [number, number] | undefined): SeriesRow[] {
  const rows = STREET.flatMap(({ channel }, at) => {
    const [from, to] = stops(at) ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    return hourlyRows(channel, days * 24, (hour) => (hour >= from && hour < to ? 0 : homeLitres(hour)));
  });
  return rows.sort((a, b) => a.readAtMs - b.readAtMs);
}

const told = (events: readonly FindingEvent[]) =>
  events.filter(({ type }) => type !== "update").map(({ rule, type, subject }) => `${rule} ${type} ${subject}`);

describe("meters that stop at once", () => {
  const [from, to] = [40 * 24, 70 * 24];

  test("are one finding about their agent, which ends when they go again", () => {
    const events = new Engine(STREET).feed(columnsOf(street(75, (at) => (at < 12 ? [from, to] : undefined)))).events;
    expect(told(events)).toEqual(["FROZEN open north/a1", "FROZEN clear north/a1"]);
    const [open] = events;
    expect(open).toMatchObject({ subjectKind: "agent", meter: null, startMs: START_MS + from * HOUR_MS });
    expect(open?.evidence?.details).toEqual({ stillMeters: 12, knownMeters: 40 });
    expect(open?.moneyPerDay).toBeGreaterThan(0);
  });

  test("say so when one of them is asked why it was not found", () => {
    const engine = new Engine(STREET);
    engine.feed(columnsOf(street(60, (at) => (at < 12 ? [from, to] : undefined))));
    const viewOf = (channel: string) => engine.viewsOf(channel).find(({ rule }) => rule === "NO_USE");
    expect(viewOf("m3.forward_total")?.nullCase).toContain("stand still since the same day");
    expect(viewOf("m30.forward_total")?.nullCase).toBeNull();
  });

  test("are one finding about their district where files bring them", () => {
    const meters = STREET.map((meter) => ({ ...meter, agent: null }));
    const events = new Engine(meters).feed(columnsOf(street(75, (at) => (at < 12 ? [from, to] : undefined)))).events;
    expect(told(events)).toEqual(["FROZEN open D1", "FROZEN clear D1"]);
  });

  test("leave a meter that goes on standing still to be found by itself", () => {
    const rows = street(90, (at) => (at < 12 ? [from, at === 3 ? Number.POSITIVE_INFINITY : to] : undefined));
    expect(told(new Engine(STREET).feed(columnsOf(rows)).events)).toEqual([
      "FROZEN open north/a1",
      "FROZEN clear north/a1",
      "NO_USE open m3",
    ]);
  });

  test("stay one finding over a restart", async () => {
    const rows = street(75, (at) => (at < 12 ? [from, to] : undefined));
    const half = rows.findIndex(({ readAtMs }) => readAtMs === START_MS + 60 * DAY_MS);
    const first = new Engine(STREET);
    const before = first.feed(columnsOf(rows.slice(0, half))).events;
    const next = new Engine([]);
    await next.restorePieces([...first.snapshotPieces()]);
    await next.takeRegistry(STREET);
    const after = next.feed(columnsOf(rows.slice(half))).events;
    expect(told([...before, ...after])).toEqual(["FROZEN open north/a1", "FROZEN clear north/a1"]);
  });

  test("are their own findings when few stop, each at its time", () => {
    const rows = street(75, (at) => (at < 4 ? [(38 + 3 * at) * 24, Number.POSITIVE_INFINITY] : undefined));
    const events = new Engine(STREET).feed(columnsOf(rows)).events;
    expect(told(events)).toEqual(["NO_USE open m0", "NO_USE open m1", "NO_USE open m2", "NO_USE open m3"]);
  });
});

describe("meters that stop at once, in several shards", () => {
  const SHARDS = 4;
  const TOWN = Array.from({ length: 64 }, (_, at) => meterOf(`2023-${100_000 + 7 * at}`, { agent: "north/a1" }));
  const [from, days] = [16 * 24, 32];
  /** The first `stopped` meters stand still from a day on. */
  const rowsOf = (stopped: number) =>
    TOWN.flatMap(({ channel }, at) =>
      hourlyRows(channel, days * 24, (hour) => (at < stopped && hour >= from ? 0 : homeLitres(hour))),
    ).sort((a, b) => a.readAtMs - b.readAtMs);
  const inShards = (stopped: number) => {
    const columns = columnsOf(rowsOf(stopped));
    return Array.from({ length: SHARDS }, (_, index) =>
      told(new Engine(TOWN, { shard: { index, count: SHARDS } }).feed(columns).events),
    ).flat();
  };

  test.each([3, 20, 60])("are all told, as one by one shard or by themselves, when %i stop", (stopped) => {
    const lines = inShards(stopped);
    const alone = lines.filter((line) => line.startsWith("NO_USE open"));
    const together = lines.filter((line) => line === "FROZEN open north/a1");
    expect(alone.length + together.length).toBe(lines.length);
    expect(together.length).toBeLessThanOrEqual(1);
    // What is held back is held back for a finding that is told.
    if (together.length === 0) expect(alone).toHaveLength(stopped);
    if (stopped === 3) expect(together).toEqual([]);
    if (stopped === 60) expect([together.length, alone.length < stopped / 4]).toEqual([1, true]);
  });
});

describe("a register that says nothing", () => {
  const METER = meterOf("home", { agent: "north/a1" });
  const GAUGE = meterOf("home", {
    channel: "home.pressure",
    quantity: "pressure",
    litresPerCount: null,
    agent: "north/a1",
  });
  const rowsOf = (to: number) => {
    const register = hourlyRows(METER.channel, 60 * 24, homeLitres, { skip: (hour) => hour > 30 * 24 && hour < to });
    const gauge = hourlyRows(GAUGE.channel, 60 * 24, () => 0);
    return [...register, ...gauge].sort((a, b) => a.readAtMs - b.readAtMs);
  };

  /** Day by day, as the clock passes. */
  function live(rows: readonly SeriesRow[]): string[] {
    const engine = new Engine([METER, GAUGE]);
    const events: FindingEvent[] = [];
    for (let day = 1; day <= 60; day++) {
      const [fromMs, toMs] = [START_MS + (day - 1) * DAY_MS, START_MS + day * DAY_MS];
      const today = rows.filter(({ readAtMs }) => readAtMs >= fromMs && readAtMs < toMs);
      events.push(...engine.feed(columnsOf(today)).events, ...engine.tick(toMs).events);
    }
    return events.map(({ rule, type, atMs }) => `${rule} ${type} ${(atMs - START_MS) / DAY_MS}`);
  }

  test("for five days while its meter is heard is a finding for whoever reads it, until it speaks again", () => {
    expect(live(rowsOf(40 * 24))).toEqual(["DATA_GAP open 36", "DATA_GAP clear 41"]);
  });

  test("for less is none, and a silent meter is COMMS's matter", () => {
    expect(live(rowsOf(34 * 24))).toEqual([]);
    const silent = rowsOf(40 * 24).filter(({ readAtMs }) => {
      const hour = (readAtMs - START_MS) / HOUR_MS;
      return hour <= 30 * 24 || hour >= 40 * 24;
    });
    expect(live(silent)).toEqual(["COMMS open 32", "COMMS clear 41"]);
  });
});
