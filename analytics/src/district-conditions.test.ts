import { expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { columnsOf, hourlyRows, meterOf, START_MS } from "./testing/series.ts";

const HOUR_MS = 3_600_000;
const HOURS = 60 * 24;
/** Ten days from the fortieth on. */
const isCold = (hour: number) => hour >= 40 * 24 && hour < 50 * 24;
const inletFlow = (hour: number) => (hour % 24 < 6 ? 800 : 2000) + ((hour * 7919) % 23) + (isCold(hour) ? 250 : 0);

function inlet(change: Partial<MeteredChannel> = {}): MeteredChannel {
  return meterOf("in", { purpose: "dma", inletOf: [{ dma: "north", sign: 1 }], ...change });
}

const air = meterOf("air", {
  channel: "air.temperature",
  purpose: "station",
  quantity: "temperature",
  unit: "Cel",
  litresPerCount: null,
  isOutdoor: true,
});

/** The inlet's year with the air beside it, each hour. */
function feed(): ReturnType<typeof columnsOf> {
  const flow = hourlyRows(inlet().channel, HOURS, inletFlow);
  const temperature = flow.map(({ readAtMs }) => ({ channel: air.channel, readAtMs, counts: 0 }));
  const rows = [...temperature, ...flow].sort((a, b) => a.readAtMs - b.readAtMs);
  const columns = columnsOf(rows);
  rows.forEach(({ channel, readAtMs }, i) => {
    if (channel === air.channel) columns.gauges[i] = isCold((readAtMs - START_MS) / HOUR_MS) ? -7 : 6;
  });
  return columns;
}

function opened(channels: readonly MeteredChannel[], pieces = 1): string[] {
  let engine = new Engine(channels);
  const rows = feed();
  const found: string[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const [from, to] = [piece, piece + 1].map((at) => Math.round((at * rows.length) / pieces));
    const output = engine.feed(rows, from, to);
    found.push(...output.events.filter(({ type }) => type === "open").map(({ rule }) => rule));
    const kept = engine.snapshot();
    engine = new Engine(channels);
    engine.restore(kept);
  }
  return found;
}

test("a cold spell is a finding where nobody measures the air, and none where the unit has a thermometer", () => {
  expect(opened([inlet()])).toEqual(["NIGHT_MIN"]);
  expect(opened([inlet({ weather: air.channel }), air])).toEqual([]);
});

test("the air outlives a restart", () => {
  expect(opened([inlet({ weather: air.channel }), air], 7)).toEqual([]);
});

test("the same ten days are no finding as a holiday of the unit", () => {
  const holidays = [{ first: "2025-07-12", last: "2025-07-21" }];
  expect(opened([inlet({ holidays })])).toEqual([]);
});
