import { ManualClock, StoreUnavailableError } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { intervalsOf } from "../pure/intervals.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import { DAY_MS, HOUR_MS, hourlyRows, meterOf, type SeriesRow, START_MS } from "../testing/series.ts";
import { DerivedConfig } from "./config.ts";
import { type DerivedSeries, startDerivedSeries } from "./runner.ts";
import { CurveFeed } from "./testing/curve-feed.ts";

const postgres = testDatabase();
const ACCOUNT = "00000000-0000-7000-8000-0000000000aa";
const DAYS = 6;
const HOURS = DAYS * 24;
const QUARTER_MS = HOUR_MS / 4;
const AGENT = "town/a1";
/** Written after every page. */
const QUICK = { pageReadings: 100, pollMs: 50, retryMs: 10, restShare: 0, flushMs: 0 };

let db: Database;
let feed: CurveFeed;
let clock: ManualClock;
let registry: MeteredChannel[];
const running: DerivedSeries[] = [];

beforeEach(async () => {
  db = (await postgres.fresh()).database;
  feed = new CurveFeed();
  clock = new ManualClock(START_MS + HOURS * HOUR_MS);
  registry = town();
});

afterEach(async () => {
  for (const series of running.splice(0)) await series.close();
});

/** Two inlets, one of them a drain to the next district, ten homes and a key account. */
function town(): MeteredChannel[] {
  const at = { zone: "Europe/Berlin", agent: AGENT };
  const inlet = { ...at, purpose: "dma", quantity: "net_total", periodMs: QUARTER_MS } as const;
  const homes = Array.from({ length: 10 }, (_, no) => meterOf(`home${no}`, { ...at, dma: "north" }));
  return [
    meterOf("in", { ...inlet, inletOf: [{ dma: "north", sign: 1 }] }),
    meterOf("out", {
      ...inlet,
      inletOf: [
        { dma: "north", sign: -1 },
        { dma: "south", sign: 1 },
      ],
    }),
    meterOf("hotel", {
      ...at,
      dma: "north",
      account: ACCOUNT,
      isKeyAccount: true,
      periodMs: QUARTER_MS,
      litresPerCount: 0.1,
    }),
    ...homes,
  ];
}

function start(change: Partial<Parameters<typeof startDerivedSeries>[0]> = {}): DerivedSeries {
  const config = DerivedConfig.parse(QUICK);
  const series = startDerivedSeries({
    store: feed.store,
    db,
    clock,
    config,
    logger: silentLogger,
    loadRegistry: async () => registry,
    ...change,
  });
  running.push(series);
  return series;
}

/** A small generator of the same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Readings of the whole town, some missing, a register that rolls over, and one that is exchanged. */
function townRows(random: () => number): SeriesRow[] {
  return registry.flatMap(({ channel, periodMs, meter }) => {
    let counts = Math.floor(random() * 1000);
    const rows: SeriesRow[] = [];
    for (let atMs = START_MS; atMs <= START_MS + HOURS * HOUR_MS; atMs += periodMs) {
      const isGap = random() < 0.05;
      const jitterMs = Math.floor(random() * 30_000);
      rows.push({ channel, readAtMs: atMs + jitterMs, counts: isGap ? 0 : counts, quality: isGap ? 2 : 0 });
      if (meter === "home3" && atMs === START_MS + 50 * HOUR_MS) counts = 0;
      counts += Math.floor(random() * 40);
    }
    return rows;
  });
}

/** In commits by time, with a share of the readings brought days later, and an agent that sends backwards. */
function appendUnordered(rows: readonly SeriesRow[], random: () => number): void {
  const delayed = rows.map((row) => {
    const delayMs = random() < 0.1 ? random() * 2 * DAY_MS : random() * HOUR_MS;
    return { row, arrivedMs: row.readAtMs + delayMs };
  });
  delayed.sort((a, b) => a.arrivedMs - b.arrivedMs);
  for (let at = 0; at < delayed.length; ) {
    const size = 1 + Math.floor(random() * 60);
    feed.append(delayed.slice(at, at + size).map(({ row }) => row));
    at += size;
  }
}

/** Millilitres by hour of one register, straight from the store's whole curve. */
function hoursOf(meter: MeteredChannel): Map<number, number> {
  const hours = new Map<number, number>();
  const { periodMs, capacityCounts, maxCountsPerHour, quantity } = meter;
  const options = { periodMs, capacityCounts, maxCountsPerHour, isSigned: quantity === "net_total" };
  for (const { startMs, counts, quality } of intervalsOf(feed.curveOf(meter.channel), options).rows) {
    if (quality > 2) continue;
    const hourMs = Math.floor(startMs / HOUR_MS) * HOUR_MS;
    hours.set(hourMs, (hours.get(hourMs) ?? 0) + Math.round(counts * (meter.litresPerCount ?? 0) * 1000));
  }
  return hours;
}

/** Sum of registers by hour, with a sign each. */
function sumOf(parts: readonly (readonly [MeteredChannel, number])[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const [meter, sign] of parts)
    for (const [hourMs, ml] of hoursOf(meter)) sums.set(hourMs, (sums.get(hourMs) ?? 0) + sign * ml);
  return sums;
}

async function storedHours(table: string, key: string, subject: string, column: string): Promise<Map<number, number>> {
  const { rows } = await db.query<{ hour: Date; ml: number }>(
    `select hour, ${column} as ml from ${table} where ${key} = $1`,
    [subject],
  );
  return new Map(rows.map(({ hour, ml }) => [hour.getTime(), ml]));
}

function nonZero(hours: ReadonlyMap<number, number>): Map<number, number> {
  return new Map([...hours].filter(([, ml]) => ml !== 0).sort(([a], [b]) => a - b));
}

async function expectTruth(): Promise<void> {
  const customers = registry.filter(({ purpose, dma }) => purpose === "customer" && dma === "north");
  const of = (id: string) => registry.find((meter) => meter.meter === id) ?? meterOf(id);
  const input = await storedHours("district_hour", "dma_id", "north", "input_ml");
  expect(nonZero(input)).toEqual(
    nonZero(
      sumOf([
        [of("in"), 1],
        [of("out"), -1],
      ]),
    ),
  );
  const used = await storedHours("district_hour", "dma_id", "north", "used_ml");
  expect(nonZero(used)).toEqual(nonZero(sumOf(customers.map((meter) => [meter, 1]))));
  const hotel = await storedHours("account_hour", "account_id", ACCOUNT, "used_ml");
  expect(nonZero(hotel)).toEqual(nonZero(hoursOf(of("hotel"))));
}

describe("the derived hours", () => {
  test.each([1, 2, 3])(
    "are what the whole curves say, however late and unordered readings come (seed %i)",
    async (seed) => {
      const random = seeded(seed);
      appendUnordered(townRows(random), random);
      const series = start();
      await series.idle();
      expect(series.stats().replayed).toBeGreaterThan(0);
      await expectTruth();
      expect(feed.savedCursor).toBe(series.stats().cursor);
    },
  );

  test("are the same when every transaction is cut once before its end and the process starts anew", async () => {
    const random = seeded(7);
    appendUnordered(townRows(random), random);
    const cut = new Set<number>();
    const cutting: Database = {
      query: db.query.bind(db),
      listen: db.listen.bind(db),
      close: async () => undefined,
      transaction: (work) =>
        db.transaction(async (tx) => {
          const result = await work(tx);
          const { rows } = await tx.query<{ cursor: number }>("select cursor from derived_progress");
          const cursor = rows[0]?.cursor ?? 0;
          if (cut.has(cursor)) return result;
          cut.add(cursor);
          throw new Error("killed before the commit");
        }),
    };
    const first = start({ db: cutting });
    await first.idle();
    expect(first.stats().retries).toBeGreaterThan(10);
    await first.close();
    await start().idle();
    await expectTruth();
  });

  test("are the same when a process ends again and again between pages that it has folded and not written", async () => {
    const random = seeded(10);
    appendUnordered(townRows(random), random);
    const whole = feed.store;
    let pages = 0;
    for (let cursor = -1; cursor !== 0 && pages < 1000; ) {
      const { promise: isCut, resolve: cut } = Promise.withResolvers<void>();
      const most = pages + 3 + Math.floor(random() * 8);
      const store: typeof whole = {
        ...whole,
        changesSince: async (from, limit) => {
          if (++pages < most) return whole.changesSince(from, limit);
          cut();
          throw new StoreUnavailableError("the process is to end here");
        },
      };
      // Half of them write each page and what follows is lost; of the others all is.
      const dying = start({
        store,
        config: DerivedConfig.parse({ ...QUICK, flushMs: random() < 0.5 ? 0 : 3_600_000 }),
      });
      await Promise.race([isCut, dying.idle()]);
      await dying.close();
      const { hasMore } = await whole.changesSince(dying.stats().cursor, 100);
      if (!hasMore) cursor = 0;
    }
    expect(pages).toBeLessThan(1000);
    await start().idle();
    await expectTruth();
  });

  test("are the same where fewer registers are held than there are, and where all are written at the end alone", async () => {
    const random = seeded(11);
    appendUnordered(townRows(random), random);
    registry.push(...Array.from({ length: 120 }, (_, no) => meterOf(`flat${no}`, { dma: "south", agent: AGENT })));
    for (const { channel } of registry.slice(13))
      for (let day = 0; day < 4; day++)
        feed.append(hourlyRows(channel, 90, (hour) => hour % 7).slice(day * 20, day * 20 + 30));
    const one = start({ config: DerivedConfig.parse({ ...QUICK, heldRegisters: 100, flushMs: 3_600_000 }) });
    await one.idle();
    await expectTruth();
    const sums = "select dma_id, hour, input_ml, used_ml, used_good_s from district_hour order by 1, 2";
    const first = (await db.query(sums)).rows;
    await one.close();
    db = (await postgres.fresh()).database;
    await start({ config: DerivedConfig.parse({ ...QUICK, flushMs: 3_600_000 }) }).idle();
    expect((await db.query(sums)).rows).toEqual(first);
  });

  test("are counted once by two processes at work on the same feed", async () => {
    const random = seeded(8);
    appendUnordered(townRows(random), random);
    const both = [start(), start()];
    await both[0]?.idle();
    await expectTruth();
  });

  test("count what was expected, arrived, came late, was missing and was set aside, each once", async () => {
    const atMs = START_MS + 3 * HOUR_MS;
    clock = new ManualClock(atMs + HOUR_MS / 2);
    registry = [meterOf("home", { agent: AGENT, periodMs: QUARTER_MS })];
    const at = (minutes: number) => ({
      channel: "home.forward_total",
      readAtMs: atMs + minutes * 60_000,
      counts: minutes,
    });
    feed.append([at(0)]);
    const series = start();
    await series.idle();
    feed.setAsideEntries.push(setAsideAt(1, atMs), setAsideAt(2, atMs));
    clock.advance(2 * HOUR_MS);
    feed.append([at(15), { ...at(30), quality: 2 }, at(75)]);
    await series.idle();
    await series.idle();
    const { rows } = await db.query(
      "select hour, expected, arrived, late, missing, dead_letters, set_aside from grafana.collection_hour order by hour",
    );
    const hour = { expected: 4, late: 0, missing: 0, dead_letters: 0, set_aside: 0 };
    expect(rows).toEqual([
      { ...hour, hour: new Date(atMs), arrived: 2, late: 1, missing: 1, dead_letters: 2, set_aside: 2 },
      { ...hour, hour: new Date(atMs + HOUR_MS), arrived: 1, late: 1 },
    ]);
  });

  test("show an agent that falls silent as nothing of what was due", async () => {
    clock = new ManualClock(START_MS);
    const series = start();
    await series.idle();
    clock.advance(3 * HOUR_MS);
    await series.idle();
    const { rows } = await db.query("select hour, arrived_percent from grafana.collection_hour order by hour");
    expect(rows.map((row) => row.arrived_percent)).toEqual([0, 0, 0]);
    const { rows: beats } = await db.query<{ silent_s: number }>("select silent_s from grafana.head_end");
    expect(beats[0]?.silent_s).toBeLessThan(60);
  });

  test("take a meter out of one district and put it into another from its next reading's day on", async () => {
    registry = [meterOf("home", { dma: "north" })];
    const rows = hourlyRows("home.forward_total", 72, () => 10);
    feed.append(rows.slice(0, 40));
    const series = start();
    await series.idle();
    registry = [meterOf("home", { dma: "south" })];
    await db.query("select pg_notify('nightflow_registry', '')");
    await series.close();
    feed.append(rows.slice(40));
    await start().idle();
    const sums = await db.query(
      "select dma_id, sum(used_ml)::bigint / 10000 as hours from district_hour group by 1 order by 1",
    );
    expect(sums.rows.reduce((sum, row) => sum + row.hours, 0)).toBe(72);
    expect(sums.rows.map((row) => row.dma_id)).toEqual(["north", "south"]);
  });

  test("go on where the feed has forgotten commits, with the hours from the store's curves", async () => {
    const random = seeded(9);
    const rows = townRows(random).sort((a, b) => a.readAtMs - b.readAtMs);
    const third = Math.floor(rows.length / 3);
    for (let at = 0; at < third; at += 50) feed.append(rows.slice(at, Math.min(third, at + 50)));
    const first = start();
    await first.idle();
    await first.close();
    const before = first.stats().cursor;
    for (let at = third; at < rows.length; at += 50) feed.append(rows.slice(at, at + 50));
    feed.keptFrom = before + 10;
    await start().idle();
    await expectTruth();
  });

  test("follow another process that has gone on, although the feed has forgotten what that one has read", async () => {
    const rows = townRows(seeded(9)).sort((a, b) => a.readAtMs - b.readAtMs);
    const half = Math.floor(rows.length / 2);
    feed.append(rows.slice(0, half));
    const slow = start({
      config: DerivedConfig.parse({ ...QUICK, pollMs: 60_000 }),
    });
    await slow.idle();
    for (let at = half; at < rows.length; at += 50) feed.append(rows.slice(at, at + 50));
    const quick = start();
    await quick.idle();
    feed.keptFrom = quick.stats().cursor + 1;
    const asked = feed.curvesAsked;
    await slow.idle();
    expect(slow.stats().cursor).toBe(quick.stats().cursor);
    expect(feed.curvesAsked).toBe(asked);
    expect((await db.query("select 1 from derived_meter where is_stale")).rows).toEqual([]);
    await expectTruth();
  });

  test("keep local nights right across the night when clocks go back", async () => {
    const autumnMs = Date.parse("2025-10-25T22:00:00Z");
    clock = new ManualClock(autumnMs + 30 * HOUR_MS);
    registry = [meterOf("in", { purpose: "dma", zone: "Europe/Berlin", inletOf: [{ dma: "north", sign: 1 }] })];
    const rows = hourlyRows("in.forward_total", 26, () => 1000).map((row) => ({
      ...row,
      readAtMs: row.readAtMs - START_MS + autumnMs,
    }));
    feed.append(rows);
    await start().idle();
    const { rows: nights } = await db.query<{ hour: Date; input_m3: number }>(
      "select hour, input_m3 from grafana.district_hour where night_flow_m3h is not null order by hour",
    );
    expect(nights.map(({ hour }) => hour.toISOString().slice(11, 13))).toEqual(["00", "01", "02", "03"]);
    expect(nights.every((night) => night.input_m3 === 1)).toBe(true);
  });

  test("wait while the store is away", async () => {
    feed.append(hourlyRows("in.forward_total", 10, () => 5));
    registry = [meterOf("in", { purpose: "dma", inletOf: [{ dma: "north", sign: 1 }] })];
    feed.isAway = true;
    const series = start();
    await expect.poll(() => series.stats().retries).toBeGreaterThan(1);
    feed.isAway = false;
    await series.idle();
    const input = await storedHours("district_hour", "dma_id", "north", "input_ml");
    expect([...nonZero(input).values()]).toEqual(Array.from({ length: 10 }, () => 5000));
  });
});

function setAsideAt(id: number, receivedAtMs: number) {
  return {
    id,
    list: "dead_letter",
    receivedAtMs,
    agent: AGENT,
    epoch: null,
    seq: null,
    origin: "live",
    channel: null,
    readAtMs: null,
    raw: "",
    reasonCode: "NOT_A_BATCH",
    reason: "",
    outcome: null,
    settledAtMs: null,
    decision: null,
  } as const;
}
