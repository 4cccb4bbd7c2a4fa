import { describe, expect, test } from "vitest";
import { Engine, type EngineOutput } from "../../engine.ts";
import { columnsOf, hourlyRows, meterOf, type SeriesRow } from "../../testing/series.ts";
import type { DmaNight } from "../finding.ts";
import type { MeteredChannel } from "../registry.ts";
import { leakSideOf } from "./proofs.ts";

const DAYS = 50;
const LEAK_FROM = 35 * 24;
const HOMES = 20;
const inlet = meterOf("in", { purpose: "dma", inletOf: [{ dma: "north", sign: 1 }] });
const homes = Array.from({ length: HOMES }, (_, i) => meterOf(`home${i}`, { dma: "north" }));

/** A home: 20 L/h by day and 5 L/h at night, a little different every hour. */
const homeFlow = (hour: number) => (hour % 24 < 6 ? 5 : 20) + ((hour * 7919) % 3);

interface Town {
  readonly networkLeak?: (hour: number) => number;
  readonly homeLeak?: (hour: number) => number;
  readonly isSilent?: (home: number, hour: number) => boolean;
}

/** A district whose inlet measures what its homes use, 100 L/h of background, and leaks. */
function run({ networkLeak = () => 0, homeLeak = () => 0, isSilent = () => false }: Town): EngineOutput {
  const hours = DAYS * 24;
  const rows = [
    hourlyRows(inlet.channel, hours, (h) => HOMES * homeFlow(h) + 100 + networkLeak(h) + homeLeak(h)),
    ...homes.map((home, i) =>
      hourlyRows(home.channel, hours, (h) => homeFlow(h) + (i === 0 ? homeLeak(h) : 0), {
        skip: (h) => isSilent(i, h),
      }),
    ),
  ].flat();
  return feed([inlet, ...homes], rows);
}

function feed(meters: readonly MeteredChannel[], rows: SeriesRow[]): EngineOutput {
  rows.sort((a, b) => a.readAtMs - b.readAtMs);
  return new Engine(meters).feed(columnsOf(rows));
}

const lastRows = (output: EngineOutput) => new Map(output.nights.map((night) => [night.date, night]));
const rowAt = (output: EngineOutput, index: number) => [...lastRows(output).values()].at(index) as DmaNight;
const opened = (output: EngineOutput) =>
  output.events.filter(({ type, subject }) => type === "open" && subject === "north").map(({ rule }) => rule);

describe("the balance of a district's night", () => {
  test("is inflow less customers over the same hours, and says nothing is amiss", () => {
    const output = run({});
    expect(rowAt(output, -3)).toMatchObject({ noBalance: null, customersCompleteness: 1 });
    expect(rowAt(output, -3).lossM3h).toBeCloseTo(0.1, 2);
    expect(opened(output)).toEqual([]);
  });

  test("tells a leak in the network from one behind a customer's meter", () => {
    const leak = (hour: number) => (hour >= LEAK_FROM ? 150 : 0);
    const network = run({ networkLeak: leak });
    expect(opened(network).toSorted()).toEqual(["DMA_LOSS", "NIGHT_MIN"]);
    const sideOf = (output: EngineOutput) =>
      output.events.findLast(({ rule, type }) => rule === "NIGHT_MIN" && type === "update")?.evidence?.details.side;
    expect(sideOf(network)).toBe("network");
    const customer = run({ homeLeak: leak });
    expect(opened(customer)).toEqual(["NIGHT_MIN"]);
    expect(sideOf(customer)).toBe("customers");
  });

  test("is not told while 40 % of the meters are silent, and the row says why; no finding is invented", () => {
    const output = run({ isSilent: (home, hour) => home < 8 && hour >= LEAK_FROM });
    expect(opened(output)).toEqual([]);
    const row = rowAt(output, -5);
    expect(row).toMatchObject({ lossM3h: null, customersNightM3h: null, noBalance: "customers_incomplete" });
    expect(row.customersCompleteness).toBeCloseTo(0.6, 2);
    expect(rowAt(output, -1).noBalance).toBe("waiting");
  });

  test("is told again when the silent meters are heard, and the days between give no false step", () => {
    const isSilent = (home: number, hour: number) => home < 8 && hour >= LEAK_FROM && hour < LEAK_FROM + 100;
    const output = run({ isSilent });
    expect(opened(output)).toEqual([]);
    expect(rowAt(output, -3)).toMatchObject({ noBalance: null });
    expect(rowAt(output, -3).lossM3h).toBeCloseTo(0.1, 2);
  });

  test("says that there are no customers' meters, or that the inlet is not complete", () => {
    const alone = feed(
      [inlet],
      hourlyRows(inlet.channel, 240, () => 1000),
    );
    expect(rowAt(alone, -1)).toMatchObject({ lossM3h: null, noBalance: "no_customers", customersCompleteness: null });
    const holed = hourlyRows(inlet.channel, 240, () => 1000, { skip: (h) => h % 24 === 3 });
    const output = feed([inlet, ...homes], [...holed, ...homes.flatMap((h) => hourlyRows(h.channel, 240, homeFlow))]);
    expect(rowAt(output, -2)).toMatchObject({ mnfM3h: null, lossM3h: null, noBalance: "inflow_incomplete" });
  });

  test("of a day of 23 or 25 hours is over the hours that there were", () => {
    const meters = [inlet, ...homes].map((meter) => ({ ...meter, zone: "Europe/Rome" }));
    for (const firstDay of ["2025-03-27T00:00:00Z", "2025-10-23T00:00:00Z"]) {
      const shift = Date.parse(firstDay) - Date.parse("2025-06-01T16:00:00Z");
      const rows = [
        hourlyRows(inlet.channel, 200, () => HOMES * 5 + 100),
        ...homes.map((home) => hourlyRows(home.channel, 200, () => 5)),
      ].flat();
      const output = feed(
        meters,
        rows.map((row) => ({ ...row, readAtMs: row.readAtMs + shift })),
      );
      const told = [...lastRows(output).values()].filter((row) => row.lossM3h !== null);
      expect(told.length).toBeGreaterThan(5);
      for (const row of told) {
        expect(row.lossM3h).toBeCloseTo(0.1, 6);
        expect(row.mnfM3h).toBeCloseTo(0.2, 6);
      }
    }
  });

  test("survives a restart at any hour", () => {
    const leak = (hour: number) => (hour >= LEAK_FROM ? 150 : 0);
    const hours = DAYS * 24;
    const rows = [
      hourlyRows(inlet.channel, hours, (h) => HOMES * homeFlow(h) + 100 + leak(h)),
      ...homes.map((home) => hourlyRows(home.channel, hours, homeFlow)),
    ].flat();
    rows.sort((a, b) => a.readAtMs - b.readAtMs);
    let engine = new Engine([inlet, ...homes]);
    const events: unknown[] = [];
    for (let at = 0; at < rows.length; at += 777) {
      events.push(...engine.feed(columnsOf(rows.slice(at, at + 777))).events);
      const next = new Engine([inlet, ...homes]);
      next.restore(engine.snapshot());
      engine = next;
    }
    expect(events).toEqual(new Engine([inlet, ...homes]).feed(columnsOf(rows)).events);
  });
});

describe("a district of gas", () => {
  const station = meterOf("station", {
    purpose: "dma",
    commodity: "gas",
    quantity: "vb_total",
    inletOf: [{ dma: "north", sign: 1 }],
  });
  const users = Array.from({ length: 5 }, (_, i) =>
    meterOf(`gas${i}`, { commodity: "gas", quantity: "vb_total", dma: "north" }),
  );
  /** Heating follows the cold: in a cold snap twice as much is used, at night too. */
  const used = (hour: number) => (hour % 24 < 6 ? 300 : 900) * (hour >= LEAK_FROM && hour < LEAK_FROM + 120 ? 2 : 1);
  const output = (lost: (hour: number) => number) =>
    feed(
      [station, ...users],
      [
        ...hourlyRows(station.channel, DAYS * 24, (h) => 5 * (used(h) + ((h * 7919) % 13)) + lost(h)),
        ...users.flatMap((user) => hourlyRows(user.channel, DAYS * 24, (h) => used(h) + ((h * 7919) % 13))),
      ],
    );

  test("has no finding in a cold snap, and one of supply less sales when gas is lost", () => {
    expect(opened(output(() => 50))).toEqual([]);
    expect(opened(output((hour) => (hour >= LEAK_FROM + 200 ? 500 : 50)))).toEqual(["GAS_UFG"]);
  });
});

test("a rise is on the customers' side when their meters show half of it, and unknown without a balance", () => {
  expect(leakSideOf(2, 1)).toBe("customers");
  expect(leakSideOf(2, 0.3)).toBe("network");
  expect(leakSideOf(2, null)).toBe("unknown");
});
