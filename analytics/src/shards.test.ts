import { expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import type { MeteredChannel } from "./pure/registry.ts";
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

const DAYS = 60;
const DISTRICTS = ["north", "south", "west"];
const HOMES = 36;

/** A town of three districts with an inlet each; homes of key accounts with two meters; two agents, one of which falls silent. */
function town(): MeteredChannel[] {
  const homes = Array.from({ length: HOMES }, (_, at) =>
    meterOf(`home-${at}`, {
      dma: DISTRICTS[at % 3] ?? null,
      agent: at % 2 === 0 ? "town/gw-1" : "town/gw-2",
      ...(at >= 30 ? { isKeyAccount: true, account: `account-${at >> 1}` } : {}),
    }),
  );
  const inlets = DISTRICTS.map((dma) =>
    meterOf(`inlet-${dma}`, { purpose: "dma", inletOf: [{ dma, sign: 1 }], agent: "town/gw-1" }),
  );
  return [...homes, ...inlets];
}

/** What they use: every fifth home leaks from its own day on, key accounts double, one inlet rises, one agent stops. */
function litresOf(meter: MeteredChannel, at: number, hour: number): number {
  const day = Math.floor(hour / 24);
  const used = homeLitres(hour + at);
  if (meter.purpose === "dma") return 2000 + used + (meter.meter === "inlet-west" && day > 40 ? 1500 : 0);
  if (meter.isKeyAccount) return used * (day > 35 ? 200 : 60);
  return used + (at % 5 === 0 && day > 25 + at ? 100 : 0);
}

function pages(meters: readonly MeteredChannel[]): SeriesRow[][] {
  const series = meters.map((meter, at) =>
    hourlyRows(meter.channel, DAYS * 24, (hour) => litresOf(meter, at, hour), {
      skip: (hour) => (hour * 31 + at * 17) % 97 === 0 || (meter.agent === "town/gw-2" && hour > 55 * 24),
      importedUntil: 20 * 24,
    }),
  );
  const rows = series.flat().sort((a, b) => a.readAtMs - b.readAtMs);
  const byDay = Map.groupBy(rows, ({ readAtMs }) => Math.floor((readAtMs - START_MS) / DAY_MS));
  return Array.from({ length: DAYS }, (_, day) => byDay.get(day) ?? []);
}

const TOWN = town();
const TOWN_PAGES = pages(TOWN);

/** All that `count` shards find and tell of nights, each shard taken out of its snapshot half way; sorted. */
async function found(
  count: number,
): Promise<{ readonly events: readonly string[]; readonly nights: readonly string[] }> {
  const meters = TOWN;
  const events: FindingEvent[] = [];
  const nights: string[] = [];
  for (let index = 0; index < count; index++) {
    let engine = new Engine(meters, { shard: { index, count } });
    for (const [day, rows] of TOWN_PAGES.entries()) {
      for (const output of [engine.feed(columnsOf(rows)), engine.tick(START_MS + (day + 1) * DAY_MS - HOUR_MS)]) {
        events.push(...output.events);
        nights.push(...output.nights.map((night) => JSON.stringify(night)));
      }
      if (day !== 31) continue;
      // Pieces of some meters each, into the engine of another process.
      const pieces = [...engine.snapshotPieces(2000)];
      expect(pieces.length).toBeGreaterThan(3);
      engine = new Engine(meters, { shard: { index, count } });
      await engine.restorePieces(pieces);
    }
  }
  return { events: events.map((event) => JSON.stringify(event)).sort(), nights: nights.sort() };
}

test("four shards find together what one finds: of meters, accounts, districts and agents, to the last figure", async () => {
  const whole = await found(1);
  const parts = await found(4);
  const rules = new Set(whole.events.map((text) => (JSON.parse(text) as FindingEvent).rule));
  expect([...rules].sort()).toEqual(expect.arrayContaining(["COMMS", "CONT_FLOW", "NIGHT_MIN", "USAGE_CHANGE"]));
  expect(parts.events).toEqual(whole.events);
  expect(parts.nights).toEqual(whole.nights);
});

test("a shard goes on from the snapshot of the whole, when one is split into four", () => {
  const meters = TOWN;
  const days = TOWN_PAGES;
  const whole = new Engine(meters);
  for (const rows of days.slice(0, 40)) whole.feed(columnsOf(rows));
  const image = whole.snapshot();
  const later = (engine: Engine) => days.slice(40).flatMap((rows) => engine.feed(columnsOf(rows)).events);
  const split = [0, 1, 2, 3].flatMap((index) => {
    const engine = new Engine(meters, { shard: { index, count: 4 } });
    engine.restore(image);
    return later(engine);
  });
  const text = (events: readonly FindingEvent[]) => events.map((event) => JSON.stringify(event)).sort();
  expect(text(split)).toEqual(text(later(whole)));
});

test("a thousand meters fall to four shards in nearly equal parts", () => {
  const meters = Array.from({ length: 1000 }, (_, at) => meterOf(`3307${String(at).padStart(6, "0")}`));
  const parts = [0, 1, 2, 3].map((index) => new Engine(meters, { shard: { index, count: 4 } }).stats().meters);
  expect(parts.reduce((sum, part) => sum + part)).toBe(1000);
  for (const part of parts) expect(Math.abs(part - 250)).toBeLessThan(60);
});
