import { ManualClock, StoreUnavailableError } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { AnalyticsConfig } from "../config.ts";
import { FakeFeed } from "../testing/fake-store.ts";
import { HOUR_MS, homeLitres, hourlyRows, type SeriesRow, START_MS } from "../testing/series.ts";
import { addMeters, CHANNEL, seedTown } from "../testing/town.ts";
import { type Analytics, type AnalyticsDeps, startAnalytics } from "./runner.ts";

const postgres = testDatabase();
const FAULT = 30 * 24 + 12;
let db: Database;
let feed: FakeFeed;
let clock: ManualClock;

beforeEach(async () => {
  db = (await postgres.fresh()).database;
  feed = new FakeFeed();
  clock = new ManualClock(START_MS);
  await seedTown(db);
});

function start(change: Partial<AnalyticsDeps> = {}): Promise<Analytics> {
  const config = AnalyticsConfig.parse({ retryMs: 10, pollMs: 50, snapshotMs: 60_000 });
  return startAnalytics({ store: feed.store, db, clock, config, logger: silentLogger, ...change });
}

const leaky = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 100 : 0);

/** Rows in commits of `size`. */
function appendInCommits(rows: readonly SeriesRow[], size = 100): void {
  for (let at = 0; at < rows.length; at += size) feed.append(rows.slice(at, at + size));
}

async function anomalies() {
  const { rows } = await db.query(
    "select rule, subject, state, no_ticket_reason, starts_at, money_per_day, rank, currency from anomaly order by opened_at, rule",
  );
  return rows;
}

async function jobs(queue: string) {
  return (await db.query("select payload, dedupe_key from job where queue = $1", [queue])).rows;
}

describe("the runner", () => {
  test("writes a live leak once, with its rank at the account's tariff, a ticket job and a live event", async () => {
    appendInCommits(hourlyRows(CHANNEL, FAULT + 60, leaky));
    const analytics = await start();
    await analytics.idle();
    await analytics.close();
    const leaks = (await anomalies()).filter((a) => a.rule === "CONT_FLOW");
    expect(leaks).toHaveLength(1);
    expect(leaks[0]).toMatchObject({ subject: "home", state: "open", no_ticket_reason: null, currency: "CNY" });
    expect(leaks[0]?.money_per_day).toBeCloseTo(100 * 24 * 0.004, 3);
    const { rows } = await db.query<{ id: string }>("select id from anomaly where rule = 'CONT_FLOW'");
    expect(await jobs("open-ticket")).toContainEqual({
      payload: { anomalyId: rows[0]?.id },
      dedupe_key: `anomaly:${rows[0]?.id}`,
    });
    const events = await db.query("select kind, subject, unit_path from live_event");
    expect(events.rows).toContainEqual({ kind: "anomaly", subject: rows[0]?.id, unit_path: "town/" });
  });

  test("goes on from its snapshot, and reading the whole feed again without one changes nothing", async () => {
    const rows = hourlyRows(CHANNEL, FAULT + 60, leaky);
    appendInCommits(rows.slice(0, FAULT + 20));
    const first = await start();
    await first.idle();
    await first.close();
    expect(feed.savedCursor).toBeGreaterThan(0);
    appendInCommits(rows.slice(FAULT + 20));
    const second = await start();
    await second.idle();
    await second.close();
    const found = await anomalies();
    const opened = await jobs("open-ticket");
    expect(found.filter((a) => a.rule === "CONT_FLOW")).toHaveLength(1);
    await db.query("delete from analytics_snapshot");
    const third = await start();
    await third.idle();
    await third.close();
    expect(await anomalies()).toEqual(found);
    expect(await jobs("open-ticket")).toEqual(opened);
  });

  test("goes on with what a person entered of the same rule and meter, and asks for no second ticket", async () => {
    const rows = hourlyRows(CHANNEL, FAULT + 60, leaky);
    const reportedAt = new Date(START_MS + (FAULT + 20) * HOUR_MS);
    const evidence = { reason: { zh: "", en: "" }, details: { source: "person", note: "wet cellar" } };
    await db.query(
      `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
         last_seen_at, evidence, money_per_day, currency, confidence, unit_id)
       select '00000000-0000-7000-8000-000000000007', 'CONT_FLOW', 'meter', 'home', 'leak', 'up', 'investigating', 'water', $1, $1, $1,
              $2, 0, 'CNY', 0.7, unit_id from meter where id = 'home'`,
      [reportedAt, JSON.stringify(evidence)],
    );
    appendInCommits(rows);
    const analytics = await start();
    await analytics.idle();
    await analytics.close();
    const { rows: found } = await db.query(
      `select state, rate_m3h, money_per_day > 0 as is_worth, evidence #>> '{details,note}' as note,
              (evidence ->> 'floorM3h')::float8 > 0 as has_floor, starts_at from anomaly where rule = 'CONT_FLOW'`,
    );
    expect(found).toHaveLength(1);
    const kept = { state: "investigating", is_worth: true, note: "wet cellar", has_floor: true, starts_at: reportedAt };
    expect(found[0]).toMatchObject(kept);
    expect(await jobs("open-ticket")).not.toContainEqual(
      expect.objectContaining({ dedupe_key: "anomaly:00000000-0000-7000-8000-000000000007" }),
    );
  });

  test("closes what nobody has taken up when it ends, and tells who works on it", async () => {
    const over = (hour: number) => homeLitres(hour) + (hour >= FAULT && hour < FAULT + 40 ? 100 : 0);
    const rows = hourlyRows(CHANNEL, FAULT + 80, over);
    appendInCommits(rows.slice(0, FAULT + 35), 400);
    const analytics = await start();
    await analytics.idle();
    await db.query("update anomaly set state = 'investigating' where rule = 'CONT_FLOW'");
    appendInCommits(rows.slice(FAULT + 35), 400);
    await analytics.idle();
    await analytics.close();
    const states = Object.fromEntries((await anomalies()).map((a) => [a.rule, a.state]));
    expect(states).toMatchObject({ CONT_FLOW: "investigating", FLOOR_RISE: "auto_closed" });
    expect((await jobs("anomaly-cleared")).length).toBeGreaterThan(0);
  });

  test("finds use after an account was closed, and ends it when the account is active again", async () => {
    const rows = hourlyRows(CHANNEL, 24 * 24, homeLitres);
    const days = async (from: number, to: number) => {
      appendInCommits(rows.slice(from * 24, to * 24));
      const analytics = await start();
      await analytics.idle();
      await analytics.close();
      return (await anomalies()).map(({ rule, state, no_ticket_reason }) => [rule, state, no_ticket_reason]);
    };
    expect(await days(0, 20)).toEqual([]);
    const closedAt = new Date(START_MS + 20 * 24 * HOUR_MS);
    await db.query("update account set status = 'closed', status_since = $1", [closedAt]);
    expect(await days(20, 22)).toEqual([["USE_INACTIVE", "open", "below_threshold"]]);
    expect((await anomalies())[0]?.starts_at.getTime()).toBeGreaterThanOrEqual(closedAt.getTime());
    await db.query("update account set status = 'active'");
    expect(await days(22, 24)).toEqual([["USE_INACTIVE", "auto_closed", "below_threshold"]]);
  });

  test("does not raise again what somebody called a false alarm while it lasts", async () => {
    const rows = hourlyRows(CHANNEL, FAULT + 100, leaky);
    appendInCommits(rows.slice(0, FAULT + 40));
    const analytics = await start();
    await analytics.idle();
    await db.query("update anomaly set state = 'false_alarm'");
    appendInCommits(rows.slice(FAULT + 40));
    await analytics.idle();
    await analytics.close();
    expect((await anomalies()).filter((a) => a.state !== "false_alarm" && a.rule === "CONT_FLOW")).toEqual([]);
  });

  test("opens no ticket for imported history, and one when a day of live readings still shows the leak", async () => {
    const rows = hourlyRows(CHANNEL, FAULT + 100, leaky, { importedUntil: FAULT + 50 });
    appendInCommits(rows.slice(0, FAULT + 60));
    const analytics = await start();
    await analytics.idle();
    expect((await anomalies()).every((a) => a.state === "past" && a.no_ticket_reason === "past")).toBe(true);
    expect(await jobs("open-ticket")).toEqual([]);
    appendInCommits(rows.slice(FAULT + 60));
    await analytics.idle();
    await analytics.close();
    const leak = (await anomalies()).filter((a) => a.rule === "CONT_FLOW");
    expect(leak).toHaveLength(1);
    expect(leak[0]).toMatchObject({ state: "open", no_ticket_reason: null });
    expect((await jobs("open-ticket")).length).toBeGreaterThan(0);
  });

  test("says below the threshold why there is no ticket", async () => {
    const drip = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 5 : 0);
    appendInCommits(hourlyRows(CHANNEL, FAULT + 60, drip));
    const analytics = await start();
    await analytics.idle();
    await analytics.close();
    const found = await anomalies();
    expect(found).toContainEqual(expect.objectContaining({ rule: "CONT_FLOW", state: "open" }));
    expect(new Set(found.map((a) => a.no_ticket_reason))).toEqual(new Set(["below_threshold"]));
    expect(await jobs("open-ticket")).toEqual([]);
  });

  test("waits out a store and a database that are away, and loses nothing", async () => {
    appendInCommits(hourlyRows(CHANNEL, FAULT + 60, leaky));
    feed.isAway = true;
    let failures = 5;
    const transaction: Database["transaction"] = (work) => {
      if (failures-- > 0) return Promise.reject(new StoreUnavailableError("PostgreSQL is away"));
      return db.transaction(work);
    };
    const shaky = Object.assign(Object.create(db) as Database, {
      transaction,
      query: db.query.bind(db),
      listen: db.listen.bind(db),
    });
    const analytics = await start({ db: shaky });
    await vi.waitFor(() => expect(feed.asked).toBeGreaterThan(1), { timeout: 20_000 });
    feed.isAway = false;
    await analytics.idle();
    await analytics.close();
    expect(analytics.stats().retries).toBeGreaterThanOrEqual(6);
    expect((await anomalies()).filter((a) => a.rule === "CONT_FLOW")).toHaveLength(1);
  });

  test("goes on where the feed begins when what it has not read is gone, and says so", async () => {
    appendInCommits(hourlyRows(CHANNEL, FAULT + 60, leaky));
    feed.keptFrom = 3;
    const errors = vi.spyOn(silentLogger, "error");
    const analytics = await start();
    await analytics.idle();
    await analytics.close();
    expect((await anomalies()).map(({ rule }) => rule)).toContain("CONT_FLOW");
    expect(errors).toHaveBeenCalledWith(expect.objectContaining({ cursor: 0, keptFrom: 3 }), expect.any(String));
    errors.mockRestore();
  });

  test("begins anew with a store that has gone back, and raises nothing twice for it", async () => {
    const rows = hourlyRows(CHANNEL, FAULT + 60, leaky);
    appendInCommits(rows);
    const first = await start();
    await first.idle();
    await first.close();
    feed = new FakeFeed();
    appendInCommits(rows, 300);
    const second = await start();
    await second.idle();
    await second.close();
    expect(second.stats().readings).toBe(rows.length);
    expect((await anomalies()).filter(({ rule }) => rule === "CONT_FLOW")).toHaveLength(1);
  });

  test("finds a silent meter by time, but gives agents two hours after a start to deliver what they held", async () => {
    appendInCommits(hourlyRows(CHANNEL, 48, homeLitres));
    clock.set(START_MS + 73 * HOUR_MS);
    const analytics = await start();
    await analytics.idle();
    expect(await anomalies()).toEqual([]);
    clock.advance(2 * HOUR_MS);
    await analytics.idle();
    await analytics.close();
    expect(await anomalies()).toMatchObject([{ rule: "COMMS", subject: "home", no_ticket_reason: null }]);
  });

  test("writes a row for each judged night of a district", async () => {
    appendInCommits(hourlyRows("inlet.forward_total", 72, () => 2000));
    appendInCommits(hourlyRows(CHANNEL, 72, () => 500));
    const analytics = await start();
    await analytics.idle();
    await analytics.close();
    const { rows } = await db.query(
      "select night, mnf_m3h, inflow_m3, customers_m3, completeness from dma_night order by night",
    );
    expect(rows).toHaveLength(3);
    expect(rows[2]).toEqual({ night: "2025-06-04", mnf_m3h: 2, inflow_m3: 48, customers_m3: 12, completeness: 1 });
  });

  test("learns of a channel that was registered after its start", async () => {
    const analytics = await start();
    await analytics.idle();
    await db.query(
      `insert into meter (id, purpose, commodity, period_s, unit_id) select 'late', 'customer', 'water', 3600, id from org_unit`,
    );
    await db.query(
      "insert into channel (id, meter_id, quantity, unit, resolution) values ('late.forward_total', 'late', 'forward_total', 'm3', 0.001)",
    );
    appendInCommits(hourlyRows("late.forward_total", 30, homeLitres));
    await analytics.idle();
    await analytics.close();
    expect(analytics.stats()).toMatchObject({ unknownRows: 0, meters: 3 });
  });

  test("catches up with 60 days of 220 meters in seconds", async () => {
    const meters = Array.from({ length: 220 }, (_, i) => `m${i}`);
    await addMeters(db, meters);
    const series = meters.map((m) => hourlyRows(`${m}.forward_total`, 1440, homeLitres, { importedUntil: 2000 }));
    for (let day = 0; day < 60; day++) feed.append(series.flatMap((rows) => rows.slice(day * 24, (day + 1) * 24)));
    const startedAt = performance.now();
    const analytics = await start();
    await analytics.idle();
    expect(analytics.isBehind()).toBe(false);
    const seconds = (performance.now() - startedAt) / 1000;
    await analytics.close();
    expect(analytics.stats().readings).toBe(220 * 1440);
    expect(seconds).toBeLessThan(15);
  });
});
