import type { ReadingColumns } from "@nightflow/storage";
import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { chanceOf } from "./testing/mixed-feed.ts";
import { HOUR_MS, meterOf, START_MS } from "./testing/series.ts";

const QUARTER_MS = HOUR_MS / 4;
const PER_DAY = 96;

/** A pressure gauge of a logger in the district `north`. */
function gaugeOf(id: string, change: Partial<MeteredChannel> = {}): MeteredChannel {
  return meterOf(id, {
    channel: `${id}.pressure`,
    purpose: "station",
    quantity: "pressure",
    unit: "kPa",
    litresPerCount: null,
    dma: "north",
    periodMs: QUARTER_MS,
    ...change,
  });
}

/** Readings of all gauges every quarter of an hour for some days; a value that is null is not read. */
function feed(
  gauges: readonly MeteredChannel[],
  days: number,
  kPaOf: (gauge: number, step: number) => number | null,
  engine = new Engine(gauges),
): FindingEvent[] {
  const rows = Array.from({ length: days * PER_DAY }, (_, step) => step).flatMap((step) =>
    gauges.flatMap((_, gauge) => {
      const value = kPaOf(gauge, step);
      return value === null ? [] : [{ gauge, value, readAtMs: START_MS + step * QUARTER_MS }];
    }),
  );
  const length = rows.length;
  const columns: ReadingColumns = {
    length,
    channels: gauges.map(({ channel }) => channel),
    channelNos: Int32Array.from(rows, ({ gauge }) => gauge),
    readAtMs: Float64Array.from(rows, ({ readAtMs }) => readAtMs),
    counts: new BigInt64Array(length),
    gauges: Float64Array.from(rows, ({ value }) => value),
    isRegister: new Uint8Array(length),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
  return [...engine.feed(columns).events];
}

const told = (events: readonly FindingEvent[]) => events.map(({ rule, type, subject }) => `${rule} ${type} ${subject}`);

describe("the limits of a pressure gauge", () => {
  const gauge = gaugeOf("p1");

  test("are those of its zone where the zone has its own", () => {
    const inZone = gaugeOf("p1", { pressureLimits: { lowKPa: 200, highKPa: null } });
    const kPaOf = (_: number, step: number) => (step >= 8 && step < 16 ? 180 : 260);
    expect(told(feed([gauge], 1, kPaOf))).toEqual([]);
    const found = feed([inZone], 1, kPaOf);
    expect(told(found)).toEqual(["PRESS_LOW open p1", "PRESS_LOW clear p1"]);
    expect(found[0]?.evidence?.reason.en).toContain("the limit of 200 kPa");
  });

  test("are left when it stands outside for half an hour, and kept again when it is back for as long", () => {
    const value = (_: number, step: number) => (step >= 20 && step < 40 ? 100 : 300);
    const events = feed([gauge], 1, value);
    expect(told(events)).toEqual(["PRESS_LOW open p1", "PRESS_LOW clear p1"]);
    expect(events[0]).toMatchObject({ startMs: START_MS + 20 * QUARTER_MS, atMs: START_MS + 22 * QUARTER_MS });
    expect(events[0]?.evidence?.details).toEqual({ pressureKPa: 100, limitKPa: 140 });
  });

  test("are in kPa whatever the gauge's unit", () => {
    const inBar = gaugeOf("p1", { unit: "bar" });
    expect(told(feed([inBar], 1, () => 9))).toEqual(["PRESS_HIGH open p1"]);
    expect(feed([inBar], 1, () => 3)).toEqual([]);
  });

  test("are not judged by one reading, by readings hours apart, or by what is no number", () => {
    expect(feed([gauge], 1, (_, step) => (step === 20 ? 0 : 300))).toEqual([]);
    expect(feed([gauge], 5, (_, step) => (step % 16 === 0 ? 100 : null))).toEqual([]);
    expect(feed([gauge], 1, (_, step) => (step > 20 ? Number.NaN : 300))).toEqual([]);
  });
});

describe("the outlet of a gas regulator", () => {
  const outlet = gaugeOf("reg", { commodity: "gas" });

  test("that falls below 70 % of its level is a finding of its own, and no low water pressure", () => {
    const value = (_: number, step: number) => (step >= 300 && step < 320 ? 1.2 : 2);
    expect(told(feed([outlet], 5, value))).toEqual(["GAS_P_DROP open reg", "GAS_P_DROP clear reg"]);
  });

  test("that is set lower by steps of a few percent raises nothing", () => {
    expect(feed([outlet], 20, (_, step) => 2 * 0.99 ** Math.floor(step / 96))).toEqual([]);
  });
});

describe("the gauges of a district beside each other", () => {
  const gauges = ["a", "b", "c"].map((id) => gaugeOf(id));
  /** Demand lowers all of them, the far ones more; `leak` lowers the third. */
  const town = (leak: (step: number) => number) => {
    const chance = chanceOf(5);
    return (gauge: number, step: number) => {
      const hour = (step / 4) % 24;
      const demand = 0.6 + 0.5 * Math.sin(((hour - 8) / 24) * 2 * Math.PI) + 0.15 * Math.sin(step / 311);
      const noise = chance() + chance() - 1;
      return 400 - 20 * (gauge + 1) * demand ** 1.85 + noise - (gauge === 2 ? leak(step) : 0);
    };
  };

  test("raise nothing while demand alone moves them", () => {
    expect(
      feed(
        gauges,
        90,
        town(() => 0),
      ),
    ).toEqual([]);
  });

  test("tell which of them fell when a leak opens near it, within a day", () => {
    const from = 30 * PER_DAY;
    const events = feed(
      gauges,
      40,
      town((step) => (step >= from ? 6 : 0)),
    );
    expect(told(events)[0]).toBe("PRESS_RESID open north");
    expect(events[0]?.evidence?.details).toMatchObject({ gauge: "c.pressure" });
    expect(((events[0]?.atMs ?? 0) - START_MS) / QUARTER_MS - from).toBeLessThan(PER_DAY);
  });

  test("end the finding when the gauge is back, and go on from a snapshot at any hour", () => {
    const from = 30 * PER_DAY;
    const value = town((step) => (step >= from && step < from + 3 * PER_DAY ? 6 : 0));
    const values = Array.from({ length: 50 * PER_DAY }, (_, step) => gauges.map((_, gauge) => value(gauge, step)));
    const at = (gauge: number, step: number) => values[step]?.[gauge] ?? null;
    const whole = feed(gauges, 50, at);
    expect(told(whole)).toEqual(["PRESS_RESID open north", "PRESS_RESID clear north"]);
    let engine = new Engine(gauges);
    const parts = [0, 10, 31, 35].flatMap((first, i, firsts) => {
      const end = firsts[i + 1] ?? 50;
      const next = new Engine(gauges);
      next.restore(engine.snapshot());
      engine = next;
      return feed(gauges, end, (gauge, step) => (step < first * PER_DAY ? null : at(gauge, step)), engine);
    });
    expect(parts).toEqual(whole);
  });

  test("say nothing where one of them is silent", () => {
    const value = town((step) => (step >= 30 * PER_DAY ? 6 : 0));
    const lonely = feed(gauges, 40, (gauge, step) => (gauge === 2 ? value(gauge, step) : null));
    expect(lonely).toEqual([]);
  });
});
