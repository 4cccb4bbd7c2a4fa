import { expect, test } from "vitest";
import { HOUR_MS } from "../demand/calendar.ts";
import { buildTown } from "../town/build-town.ts";
import { districtHours } from "./town-hours.ts";

const START_MS = Date.parse("2026-01-01T16:00:00Z");
const town = buildTown({ seed: 1, historyStartMs: START_MS - 24 * HOUR_MS, homesPerDma: 20 });
const plan = { town, dmaId: "DMA-N2", fromMs: START_MS, hours: 48, homesEach: 40 };

test("a burst takes from the inlet what it leaks, lowers the gauge beside it most, and leaks less by day", async () => {
  const quiet = await districtHours(plan);
  const leaks = [{ node: "J6-5", coefficient: 2.5, fromMs: START_MS + 24 * HOUR_MS, toMs: Number.POSITIVE_INFINITY }];
  const burst = await districtHours({ ...plan, leaks });
  expect(await districtHours(plan)).toEqual(quiet);
  expect(burst.hours.slice(0, 24)).toEqual(quiet.hours.slice(0, 24));

  const { gaugeNodes } = quiet.network;
  const fallAt = (hour: number) =>
    gaugeNodes.map(
      (node) => (quiet.hours[hour]?.pressureKPa.get(node) ?? 0) - (burst.hours[hour]?.pressureKPa.get(node) ?? 0),
    );
  const [inlet = 0, , , beside = 0] = fallAt(24 + 19);
  expect(Math.abs(inlet)).toBeLessThan(0.5);
  expect(beside).toBe(Math.max(...fallAt(24 + 19)));
  expect(beside).toBeGreaterThan(5);

  for (const hour of burst.hours) {
    const drawn = [...hour.customersM3.values()].reduce((sum, m3) => sum + m3, 0);
    expect(hour.inflowM3h).toBeCloseTo(drawn + hour.leakM3h, 3);
  }
  const leak = burst.hours.slice(24).map(({ leakM3h }) => leakM3h);
  const [night = 0, evening = 0] = [leak[3], leak[19]];
  expect(night).toBeGreaterThan(10);
  expect(evening).toBeLessThan(night - 0.1);
});
