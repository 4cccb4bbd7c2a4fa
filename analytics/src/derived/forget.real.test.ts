import { ManualClock } from "@nightflow/domain";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { HOUR_MS, hourlyRows, meterOf, START_MS } from "../testing/series.ts";
import { DerivedConfig } from "./config.ts";
import { forgetDays } from "./kept-rows.ts";
import { startDerivedSeries } from "./runner.ts";
import { CurveFeed } from "./testing/curve-feed.ts";

const postgres = testDatabase();
const CHANNEL = "home.forward_total";

test("hours whose shares are no longer kept stay as they are, later ones are still corrected by a late reading", async () => {
  const { database: db } = await postgres.fresh();
  const feed = new CurveFeed();
  const rows = hourlyRows(CHANNEL, 96, (hour) => (hour === 20 || hour === 80 ? 60 : 10));
  const isLate = (hour: number) => hour === 20 || hour === 80;
  feed.append(rows.filter((_, hour) => !isLate(hour)));
  const registry = [meterOf("home", { dma: "north" })];
  const series = startDerivedSeries({
    store: feed.store,
    db,
    clock: new ManualClock(START_MS + 96 * HOUR_MS),
    config: DerivedConfig.parse({ pollMs: 50, restShare: 0 }),
    logger: silentLogger,
    loadRegistry: async () => registry,
  });
  await series.idle();
  const firstDay = Math.floor(START_MS / 86_400_000);
  await db.query("update derived_meter_day set updated_at = now() - interval '40 days' where utc_day <= $1", [
    firstDay + 1,
  ]);
  expect((await db.transaction((tx) => forgetDays(tx, 35))).days).toBe(2);
  feed.append(rows.filter((_, hour) => isLate(hour)));
  await series.idle();
  await series.close();
  const { rows: sums } = await db.query<{ litres: number }>(
    "select sum(used_ml)::bigint / 1000 as litres from district_hour",
  );
  expect(sums[0]?.litres).toBe(94 * 10 + 2 * 60);
  const { rows: hours } = await db.query<{ hour: Date; litres: number }>(
    "select hour, used_ml / 1000 as litres from district_hour order by hour",
  );
  const litresAt = (hour: number) => hours.find((row) => row.hour.getTime() === START_MS + hour * HOUR_MS)?.litres;
  expect([litresAt(80), litresAt(20)]).toEqual([60, 35]);
  expect(series.stats().tooLate).toBe(1);
});
