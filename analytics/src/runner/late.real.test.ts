import { ManualClock, newId } from "@nightflow/domain";
import { type Database, revisionsOf } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { AnalyticsConfig } from "../config.ts";
import { mergeSpans } from "../pure/late.ts";
import { FakeFeed } from "../testing/fake-store.ts";
import { HOUR_MS, homeLitres, hourlyRows, type SeriesRow, START_MS } from "../testing/series.ts";
import { addMeters, CHANNEL, seedTown } from "../testing/town.ts";
import { type Analytics, startAnalytics } from "./runner.ts";
import { loadSnapshot, pointTo, putPieces, type Snapshot } from "./snapshot-store.ts";

const postgres = testDatabase();
const DAY = 24;
const GUESTS = 30 * DAY;
let db: Database;
let feed: FakeFeed;
const clock = new ManualClock(START_MS + 60 * DAY * HOUR_MS);

beforeEach(async () => {
  db = (await postgres.fresh()).database;
  feed = new FakeFeed();
  await seedTown(db);
});

function start(): Promise<Analytics> {
  const config = AnalyticsConfig.parse({ retryMs: 10, pollMs: 50, snapshotMs: 60_000 });
  return startAnalytics({ store: feed.store, db, clock, config, logger: silentLogger });
}

async function runUntilIdle(): Promise<Analytics> {
  const analytics = await start();
  await analytics.idle();
  await analytics.close();
  return analytics;
}

/** The last snapshot, as it can be written again. */
async function keptSnapshot(): Promise<Snapshot> {
  const saved = await loadSnapshot(db, 0);
  const pieces = await Array.fromAsync(saved?.pieces() ?? []);
  return { cursor: saved?.cursor ?? 0, pieces: () => pieces };
}

const hourOf = (row: SeriesRow) => (row.readAtMs - START_MS) / HOUR_MS;
/** Guests for four days: flow all day, still from 23 to four at night. */
const isStill = (hour: number) => hour % DAY === 23 || hour % DAY < 4;
const guests = (hour: number) => (hour < GUESTS ? homeLitres(hour) : isStill(hour) ? 0 : 100);
const guestRows = hourlyRows(CHANNEL, 34 * DAY, guests);
/** Exactly the readings that show the still hours. */
const isNight = (row: SeriesRow) => hourOf(row) > GUESTS && hourOf(row) % DAY < 5;
const byDay = guestRows.filter((row) => !isNight(row));
const byNight = guestRows.filter(isNight);

async function findings(rule: string) {
  const { rows } = await db.query<{
    id: string;
    state: string;
    ended_reason: { en: string } | null;
    no_ticket_reason: string | null;
  }>("select id, state, ended_reason, no_ticket_reason from anomaly where rule = $1 order by starts_at", [rule]);
  return rows;
}

async function jobs(queue: string) {
  return (await db.query<{ dedupe_key: string }>("select dedupe_key from job where queue = $1", [queue])).rows;
}

async function reportOf(finishedAt: Date, periodFrom: string, periodTo: string): Promise<string> {
  const id = newId();
  await db.query(
    `insert into report_run (id, kind, account_id, period_from, period_to, language, state, requested_at, finished_at, unit_id)
     select $1, 'usage_curve', a.id, $2, $3, 'zh', 'done', $4, $4, a.unit_id from account a where a.no = 'A1'`,
    [id, periodFrom, periodTo, finishedAt],
  );
  return id;
}

describe("readings that come late", () => {
  test("withdraw the finding that they disprove, with the reason, a note for its ticket and a version of the intervals", async () => {
    feed.append(byDay);
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).toMatchObject([{ state: "open", no_ticket_reason: null }]);
    const issued = await reportOf(new Date(clock.now() - 1), "2025-07-01", "2025-08-01");
    const other = await reportOf(new Date(clock.now() - 1), "2025-05-01", "2025-06-01");
    feed.append(byNight);
    const analytics = await runUntilIdle();
    const [leak] = await findings("CONT_FLOW");
    expect(leak?.state).toBe("withdrawn");
    expect(leak?.ended_reason?.en).toMatch(/^19 readings of 2025-07-02 to 2025-07-05 came late/);
    expect((await jobs("anomaly-cleared")).map(({ dedupe_key }) => dedupe_key)).toContainEqual(
      expect.stringContaining(`anomaly-withdrawn:${leak?.id}`),
    );
    expect(analytics.stats().late).toMatchObject({ waiting: 0, replayed: 1, withdrawn: 1 });
    const [revision] = await revisionsOf(db, CHANNEL);
    expect(revision).toMatchObject({ kind: "late", no: 1, readings: 19, actor: "system" });
    const { rows } = await db.query(
      "select id, newer_data_at is not null as is_revised from report_run order by period_from",
    );
    expect(rows).toEqual([
      { id: other, is_revised: false },
      { id: issued, is_revised: true },
    ]);
  });

  test("open the finding that they show, as ended where it is over, and never vanish with it", async () => {
    const FAULT = 30 * DAY + 12;
    const leak = (hour: number) => homeLitres(hour) + (hour >= FAULT && hour < FAULT + 60 ? 100 : 0);
    const rows = hourlyRows(CHANNEL, FAULT + 90, leak);
    const isGap = (row: SeriesRow) => hourOf(row) > FAULT - 2 && hourOf(row) < FAULT + 62;
    feed.append(rows.filter((row) => !isGap(row)));
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).toEqual([]);
    feed.append(rows.filter(isGap));
    const analytics = await runUntilIdle();
    expect(await findings("CONT_FLOW")).toMatchObject([{ state: "auto_closed", no_ticket_reason: "over" }]);
    const [found] = await findings("CONT_FLOW");
    expect(await jobs("open-ticket")).not.toContainEqual({ dedupe_key: `anomaly:${found?.id}` });
    expect(analytics.stats().late.opened).toBeGreaterThanOrEqual(1);
  });

  test("open a ticket for a leak that still runs", async () => {
    const FAULT = 30 * DAY;
    const rows = hourlyRows(CHANNEL, FAULT + 100, (hour) => homeLitres(hour) + (hour >= FAULT ? 100 : 0));
    // Every other reading is late: what is left is an estimate throughout, which raises nothing.
    const isLate = (row: SeriesRow) => hourOf(row) > FAULT - 10 && hourOf(row) % 3 !== 0;
    feed.append(rows.filter((row) => !isLate(row)));
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).toEqual([]);
    feed.append(rows.filter(isLate));
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).toMatchObject([{ state: "open", no_ticket_reason: null }]);
    expect(await jobs("open-ticket")).not.toEqual([]);
  });

  test("change no finding the second time, when a crash brings them again", async () => {
    feed.append(byDay);
    await runUntilIdle();
    const kept = await keptSnapshot();
    feed.append(byNight);
    await runUntilIdle();
    const before = await allThatWasWritten();
    expect((await db.query("select 1 from late_replay")).rows).toEqual([]);
    // As if the process had ended before its snapshot: the feed brings the late readings again.
    await db.transaction(async (tx) => pointTo(tx, await putPieces((work) => work(tx), 0, kept)));
    await runUntilIdle();
    const after = await allThatWasWritten();
    expect(after.findings).toEqual(before.findings);
  });

  test("wait in the database until a snapshot has seen them, and are taken up by the next process", async () => {
    feed.append(byDay);
    await runUntilIdle();
    feed.append(byNight);
    const id = newId();
    const spans = JSON.stringify(
      mergeSpans(
        byNight.map(({ readAtMs }) => [readAtMs, readAtMs] as const),
        HOUR_MS,
      ),
    );
    await db.query(
      "insert into late_replay (shard, channel, id, readings, spans, noticed_at) values (0, $1, $2, 16, $3, now())",
      [CHANNEL, id, spans],
    );
    await db.query("update analytics_snapshot set cursor = 2");
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).toMatchObject([{ state: "withdrawn" }]);
    expect((await db.query("select 1 from late_replay")).rows).toEqual([]);
  });

  test("leave alone what a person has judged", async () => {
    feed.append(byDay);
    await runUntilIdle();
    await db.query("update anomaly set state = 'false_alarm' where rule = 'CONT_FLOW'");
    feed.append(byNight);
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).toMatchObject([{ state: "false_alarm" }]);
  });

  test("leave alone what a person has entered", async () => {
    feed.append(byDay);
    await runUntilIdle();
    await db.query(`update anomaly set evidence = jsonb_set(evidence, '{details,source}', '"person"')`);
    feed.append(byNight);
    await runUntilIdle();
    expect(await findings("CONT_FLOW")).not.toMatchObject([{ state: "withdrawn" }]);
  });

  test("of a whole town do not keep live readings waiting", async () => {
    const meters = Array.from({ length: 60 }, (_, i) => `m${i}`);
    await addMeters(db, meters);
    const series = meters.map((meter) => hourlyRows(`${meter}.forward_total`, 20 * DAY, homeLitres));
    const isWeek = (row: SeriesRow) => hourOf(row) > 5 * DAY && hourOf(row) < 12 * DAY;
    feed.append(series.flatMap((rows) => rows.filter((row) => !isWeek(row))));
    feed.append(series.flatMap((rows) => rows.filter(isWeek)));
    const analytics = await start();
    await analytics.idle();
    expect(analytics.stats().late).toMatchObject({ waiting: 0, replayed: 60, opened: 0, withdrawn: 0 });
    expect(analytics.stats().lateRows).toBe(60 * (7 * DAY - 1));
    await analytics.close();
    expect((await db.query("select count(*)::int as n from interval_revision")).rows).toEqual([{ n: 60 }]);
  });
});

describe("readings of an inlet that come a week late", () => {
  const LEAK = 30 * DAY;
  /** A leak of three days, all of it while the inlet was silent. */
  const flow = (hour: number) =>
    (hour % DAY < 6 ? 800 : 2000) + ((hour * 7919) % 41) + (hour >= LEAK && hour < LEAK + 84 ? 400 : 0);
  const rows = hourlyRows("inlet.forward_total", 50 * DAY, flow);
  const isGap = (row: SeriesRow) => hourOf(row) > LEAK - 12 && hourOf(row) < LEAK + 90;
  const nights = async () =>
    (
      await db.query<{ night: string; mnf_m3h: number | null; version: number; is_revised: boolean }>(
        `select night, mnf_m3h, version, revised_at is not null as is_revised from dma_night
          where night between '2025-07-01' and '2025-07-05' order by night`,
      )
    ).rows;

  test("open the leak that they show and rewrite the nights, once, a crash between notwithstanding", async () => {
    feed.append(rows.filter((row) => !isGap(row)));
    await runUntilIdle();
    expect((await nights()).map(({ mnf_m3h }) => mnf_m3h)).toEqual([expect.any(Number), null, null, null, null]);
    expect(await findings("NIGHT_MIN")).toEqual([]);
    const kept = await keptSnapshot();
    feed.append(rows.filter(isGap));
    const analytics = await runUntilIdle();
    expect(analytics.stats().late).toMatchObject({ waiting: 0, replayed: 1, districts: 1, opened: 1 });
    expect(await findings("NIGHT_MIN")).toMatchObject([{ state: "auto_closed", no_ticket_reason: "over" }]);
    const judged = await nights();
    expect(judged[1]).toMatchObject({ mnf_m3h: expect.any(Number), version: 2, is_revised: true });
    expect(judged[0]).toMatchObject({ version: 1, is_revised: false });
    const former = async () =>
      (await db.query("select night, version, mnf_m3h from dma_night_version order by night, version")).rows;
    const formerNights = await former();
    expect(formerNights).toContainEqual({ night: judged[1]?.night, version: 1, mnf_m3h: null });
    expect(formerNights).toHaveLength(
      (await db.query("select 1 from dma_night where revised_at is not null")).rows.length,
    );
    // As if the process had ended before its snapshot: the batch waits still, and the feed brings its readings again.
    await db.transaction(async (tx) => pointTo(tx, await putPieces((work) => work(tx), 0, kept)));
    const spans = mergeSpans(
      rows.filter(isGap).map(({ readAtMs }) => [readAtMs, readAtMs] as const),
      HOUR_MS,
    );
    await db.query(
      "insert into late_replay (shard, channel, id, readings, spans, noticed_at) values (0, 'inlet.forward_total', $1, 101, $2, now())",
      [newId(), JSON.stringify(spans)],
    );
    await runUntilIdle();
    await db.query("update analytics_snapshot set cursor = 1");
    await runUntilIdle();
    expect(await nights()).toEqual(judged);
    expect(await former()).toEqual(formerNights);
    expect(await findings("NIGHT_MIN")).toHaveLength(1);
  });
});

describe("readings of one of several that are judged together, a week late", () => {
  test("open the finding of a parent meter that they show, once, a crash between notwithstanding", async () => {
    await addMeters(db, ["flat1", "flat2"]);
    await db.query("update meter set parent_id = 'home' where id like 'flat%'");
    const flow = (hour: number) => 20 + ((hour * 7919) % 5);
    const leak = (hour: number) => (hour >= 20 * DAY && hour < 26 * DAY ? 15 : 0);
    const rows = [
      hourlyRows(CHANNEL, 40 * DAY, (hour) => 2 * flow(hour) + leak(hour)),
      hourlyRows("flat1.forward_total", 40 * DAY, flow),
      hourlyRows("flat2.forward_total", 40 * DAY, flow),
    ].flat();
    rows.sort((a, b) => a.readAtMs - b.readAtMs);
    const isGap = (row: SeriesRow) =>
      row.channel.startsWith("flat2") && hourOf(row) > 19 * DAY && hourOf(row) < 27 * DAY;
    feed.append(rows.filter((row) => !isGap(row)));
    await runUntilIdle();
    expect(await findings("PARENT_CHILD")).toEqual([]);
    const kept = await keptSnapshot();
    feed.append(rows.filter(isGap));
    const analytics = await runUntilIdle();
    expect(analytics.stats().late).toMatchObject({ waiting: 0, families: 1, opened: 1 });
    const found = await findings("PARENT_CHILD");
    expect(found).toMatchObject([{ state: "auto_closed", no_ticket_reason: "over" }]);
    await db.transaction(async (tx) => pointTo(tx, await putPieces((work) => work(tx), 0, kept)));
    await runUntilIdle();
    expect(await findings("PARENT_CHILD")).toEqual(found);
  });

  test("open the finding of a district's gauges that they show, once", async () => {
    const gauges = ["p1", "p2", "p3"];
    await db.query(
      `insert into meter (id, purpose, commodity, period_s, unit_id)
         select unnest($1::text[]), 'dma', 'water', 3600, (select id from org_unit)`,
      [gauges],
    );
    await db.query("insert into dma_meter select 'north', unnest($1::text[]), 1", [gauges]);
    await db.query(
      "insert into channel (id, meter_id, quantity, unit, resolution) select m || '.pressure', m, 'pressure', 'kPa', 0.1 from unnest($1::text[]) m",
      [gauges],
    );
    const LEAK = 30 * DAY;
    const kPaOf = (no: number, hour: number) => {
      const demand = 0.6 + 0.5 * Math.sin((((hour % DAY) - 8) / DAY) * 2 * Math.PI);
      const fall = no === 2 && hour >= LEAK && hour < LEAK + 96 ? 6 : 0;
      return 400 - 20 * (no + 1) * demand - fall + ((hour * 7919 + no * 104_729) % 11) / 11;
    };
    const rows = Array.from({ length: 45 * DAY }, (_, hour) =>
      gauges.map((gauge, no) => ({
        channel: `${gauge}.pressure`,
        readAtMs: START_MS + hour * HOUR_MS,
        counts: 0,
        gauge: kPaOf(no, hour),
      })),
    ).flat();
    const isGap = (row: SeriesRow) =>
      row.channel === "p3.pressure" && hourOf(row) > LEAK - 12 && hourOf(row) < LEAK + 120;
    feed.append(rows.filter((row) => !isGap(row)));
    await runUntilIdle();
    expect(await findings("PRESS_RESID")).toEqual([]);
    feed.append(rows.filter(isGap));
    const analytics = await runUntilIdle();
    expect(analytics.stats().late).toMatchObject({ waiting: 0, opened: 1, withdrawn: 0 });
    expect(await findings("PRESS_RESID")).toMatchObject([{ state: "auto_closed" }]);
    expect((await db.query("select 1 from late_replay")).rows).toEqual([]);
    await db.query("update analytics_snapshot set cursor = 1");
    await runUntilIdle();
    expect(await findings("PRESS_RESID")).toHaveLength(1);
  });
});

async function allThatWasWritten() {
  return { findings: await findings("CONT_FLOW"), revisions: await revisionsOf(db, CHANNEL) };
}
