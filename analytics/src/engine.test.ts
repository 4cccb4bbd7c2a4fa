import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Engine, type EngineOptions } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { SnapshotError } from "./snapshot.ts";
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

const HOME = meterOf("home");
const CHANNEL = HOME.channel;
const FAULT = 30 * 24 + 12;

function run(
  meters: readonly MeteredChannel[],
  rows: readonly SeriesRow[],
  options: Partial<EngineOptions> = {},
): FindingEvent[] {
  return [...new Engine(meters, options).feed(columnsOf(rows)).events];
}

/** Opened and cleared findings as `rule type hour`, counted from START_MS. */
function lines(events: readonly FindingEvent[]): string[] {
  return events.filter((e) => e.type !== "update").map((e) => `${e.rule} ${e.type} ${(e.atMs - START_MS) / HOUR_MS}`);
}

function opened(events: readonly FindingEvent[], rule: string): FindingEvent | undefined {
  return events.find((e) => e.rule === rule && e.type === "open");
}

function hoursAfter(event: FindingEvent | undefined, hour: number): number {
  return ((event?.atMs ?? Number.NaN) - START_MS) / HOUR_MS - hour;
}

describe("a home", () => {
  test("that lives as usual for two months raises nothing", () => {
    expect(run([HOME], hourlyRows(CHANNEL, 60 * 24, homeLitres))).toEqual([]);
  });

  test("with a running toilet is found within a day, with start, floor, loss and money", () => {
    const leaky = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 100 : 0);
    const event = opened(run([HOME], hourlyRows(CHANNEL, FAULT + 40, leaky)), "CONT_FLOW");
    expect(hoursAfter(event, FAULT)).toBeLessThanOrEqual(24);
    expect(Math.abs((event?.startMs ?? 0) - (START_MS + FAULT * HOUR_MS))).toBeLessThanOrEqual(HOUR_MS);
    expect(event?.evidence?.floorM3h).toBeCloseTo(0.1, 2);
    expect(event?.evidence?.lostM3).toBeGreaterThan(1);
    expect(event?.moneyPerDay).toBeGreaterThan(7);
    expect(event?.evidence?.reason.en).toMatch(
      /never below 100 L\/h for \d+ h, at hours when this meter usually stands still \(chance less than 1 in a million by its own hours; of its rarest run before (more|about|less) /,
    );
    expect(event?.evidence?.reason.zh).toMatch(/连续 \d+ 小时不低于 100 L\/h/);
    expect(event?.isPast).toBe(false);
  });

  test("is clear again two still hours after the repair", () => {
    const repaired = FAULT + 40;
    const leaky = (hour: number) => homeLitres(hour) + (hour >= FAULT && hour < repaired ? 100 : 0);
    const events = run([HOME], hourlyRows(CHANNEL, repaired + 30, leaky));
    const clear = events.find((e) => e.rule === "CONT_FLOW" && e.type === "clear");
    const firstTwoStill = Array.from({ length: 30 }, (_, i) => repaired + i).find(
      (h) => homeLitres(h) === 0 && homeLitres(h + 1) === 0,
    );
    expect((clear?.atMs ?? 0) - START_MS).toBe(((firstTwoStill ?? 0) + 2) * HOUR_MS);
  });

  test("with a burst is found after an hour", () => {
    const burst = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 900 : 0);
    expect(hoursAfter(opened(run([HOME], hourlyRows(CHANNEL, FAULT + 6, burst)), "BURST"), FAULT)).toBe(1);
  });

  test("whose register stands still is found after fourteen days", () => {
    const stopped = (hour: number) => (hour >= FAULT ? 0 : homeLitres(hour));
    const event = opened(run([HOME], hourlyRows(CHANNEL, FAULT + 400, stopped)), "NO_USE");
    expect(event?.direction).toBe("down");
    // The fourteenth still day ends at midnight; that of the fault had use before it.
    expect(hoursAfter(event, FAULT)).toBeGreaterThan(14 * 24);
    expect(hoursAfter(event, FAULT)).toBeLessThanOrEqual(15 * 24);
  });

  test("that uses half as much again every day is found although it stands still at night", () => {
    const more = (hour: number) => Math.round(homeLitres(hour) * (hour >= FAULT ? 2 : 1));
    const events = run([HOME], hourlyRows(CHANNEL, FAULT + 20 * 24, more));
    expect(opened(events, "USAGE_CHANGE")).toMatchObject({ direction: "up", subjectKind: "meter", subject: "home" });
    expect(opened(events, "CONT_FLOW")).toBeUndefined();
  });

  test("is never found by estimates: a gap with movement raises nothing", () => {
    const events = run([HOME], hourlyRows(CHANNEL, 40 * 24, homeLitres, { skip: (h) => h > FAULT && h < FAULT + 72 }));
    expect(events).toEqual([]);
  });

  test("is never cleared by estimates", () => {
    const leaky = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 100 : 0);
    const gap = (hour: number) => hour > FAULT + 40 && hour < FAULT + 90;
    expect(lines(run([HOME], hourlyRows(CHANNEL, FAULT + 120, leaky, { skip: gap })))).not.toContain(
      expect.stringContaining("clear"),
    );
    const events = run([HOME], hourlyRows(CHANNEL, FAULT + 120, leaky, { skip: gap }));
    expect(events.filter((e) => e.rule === "CONT_FLOW" && e.type === "clear")).toEqual([]);
  });

  test("raises nothing across a register that starts again at zero", () => {
    const rows = hourlyRows(CHANNEL, 40 * 24, homeLitres);
    const reset = rows[FAULT]?.counts ?? 0;
    expect(
      run(
        [HOME],
        rows.map((r, i) => (i >= FAULT ? { ...r, counts: r.counts - reset } : r)),
      ),
    ).toEqual([]);
  });
});

describe("readings that were imported", () => {
  const leaky = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 100 : 0);

  test("make a finding of the past, which becomes open after a day of live readings that still show it", () => {
    const events = run([HOME], hourlyRows(CHANNEL, FAULT + 100, leaky, { importedUntil: FAULT + 50 }));
    const leak = events.filter((e) => e.rule === "CONT_FLOW");
    expect(leak[0]).toMatchObject({ type: "open", isPast: true });
    const confirmed = leak.find((e) => !e.isPast);
    expect(confirmed?.type).toBe("update");
    expect(hoursAfter(confirmed, FAULT + 50)).toBe(24);
  });

  test("make no finding of the present out of a leak that ended in them", () => {
    const over = (hour: number) => homeLitres(hour) + (hour >= FAULT && hour < FAULT + 40 ? 100 : 0);
    const events = run([HOME], hourlyRows(CHANNEL, FAULT + 200, over, { importedUntil: FAULT + 60 }));
    expect(events.filter((e) => !e.isPast)).toEqual([]);
    expect(lines(events.filter((e) => e.rule === "CONT_FLOW"))).toHaveLength(2);
  });
});

describe("gas", () => {
  const gas = meterOf("flat", { commodity: "gas", channel: "flat.vm_total", quantity: "vm_total" });

  test("that flows without a stop where it always stopped at night is a finding", () => {
    const open = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 20 : 0);
    const event = opened(run([gas], hourlyRows(gas.channel, FAULT + 40, open)), "GAS_CONT");
    expect(hoursAfter(event, FAULT)).toBeLessThanOrEqual(30);
  });

  test("of a heated home, whose burner ran for ten days before, is not", () => {
    const heated = (hour: number) => (hour % 250 === 0 ? 0 : 300);
    expect(run([gas], hourlyRows(gas.channel, 60 * 24, heated))).toEqual([]);
  });
});

describe("a key account", () => {
  const account = "00000000-0000-7000-8000-0000000000aa";
  const hotel = meterOf("hotel", { isKeyAccount: true, account, periodMs: HOUR_MS / 4 });
  const quarterRows = (days: number, factorOf: (day: number) => number): SeriesRow[] => {
    let counts = 0;
    return Array.from({ length: days * 96 + 1 }, (_, i) => {
      const row = { channel: hotel.channel, readAtMs: START_MS + i * (HOUR_MS / 4), counts };
      const day = Math.floor(i / 96);
      counts += Math.round((day % 7 > 4 ? 300 : 200) * factorOf(day) * (1 + ((i * 7919) % 11) / 100));
      return row;
    });
  };

  test("with weekends unlike its working days raises nothing", () => {
    expect(
      run(
        [hotel],
        quarterRows(60, () => 1),
      ),
    ).toEqual([]);
  });

  test("whose day is far from the same weekdays is found at the end of that day, and clear after a usual one", () => {
    const events = run(
      [hotel],
      quarterRows(50, (day) => (day === 40 ? 1.8 : 1)),
    );
    const event = opened(events, "USAGE_CHANGE");
    expect(event).toMatchObject({ subjectKind: "account", subject: account, direction: "up" });
    expect(event?.atMs).toBe(START_MS + 41 * DAY_MS);
    expect(event?.startMs).toBe(START_MS + 40 * DAY_MS);
    expect(lines(events).at(-1)).toBe(`USAGE_CHANGE clear ${42 * 24}`);
  });

  test("is not judged by continuous flow: it never stops", () => {
    expect(
      lines(
        run(
          [hotel],
          quarterRows(20, () => 1),
        ),
      ),
    ).toEqual([]);
  });
});

describe("a district", () => {
  const inlet = (name: string, sign: 1 | -1 = 1) =>
    meterOf(name, { purpose: "dma", inletOf: [{ dma: "north", sign }], periodMs: HOUR_MS });
  const flow = (hour: number) => 8000 + (hour % 24 < 6 ? 0 : 6000) + ((hour * 7919) % 13) * 10;
  const leaky = (hour: number) => flow(hour) + (hour >= FAULT ? 3000 : 0);

  test("whose night flow steps up is found in a few nights, with band and loss", () => {
    const north = inlet("north-in");
    const event = opened(run([north], hourlyRows(north.channel, FAULT + 10 * 24, leaky)), "NIGHT_MIN");
    expect(event).toMatchObject({ subjectKind: "dma", subject: "north" });
    expect(hoursAfter(event, FAULT)).toBeLessThan(72);
    expect(event?.evidence?.actualM3h).toBeCloseTo(11.05, 0);
    expect(event?.evidence?.expectedM3h).toBeCloseTo(8.05, 0);
  });

  test("is clear when its night flow steps down again, and raises nothing in usual times", () => {
    const north = inlet("north-in");
    const repaired = (hour: number) => flow(hour) + (hour >= FAULT && hour < FAULT + 15 * 24 ? 3000 : 0);
    const events = run([north], hourlyRows(north.channel, FAULT + 40 * 24, repaired));
    expect(lines(events).map((l) => l.split(" ").slice(0, 2).join(" "))).toEqual(["NIGHT_MIN open", "NIGHT_MIN clear"]);
  });

  test("is the signed sum of its inlets, whichever was imported first", () => {
    const [a, b] = [inlet("a"), inlet("b", -1)];
    const rowsA = hourlyRows(a.channel, FAULT + 10 * 24, (h) => leaky(h) + 5000);
    const rowsB = hourlyRows(b.channel, FAULT + 10 * 24, () => 5000);
    const engine = new Engine([a, b]);
    const first = engine.feed(columnsOf(rowsA));
    expect(first.nights).toEqual([]);
    const second = engine.feed(columnsOf(rowsB));
    expect(second.nights[2]).toMatchObject({ dma: "north", completeness: 1 });
    expect(second.nights[2]?.mnfM3h).toBeCloseTo(8.05, 0);
    expect(opened(second.events, "NIGHT_MIN")?.subject).toBe("north");
  });

  test("is not judged on a night of which less than 90 % was measured", () => {
    const north = inlet("north-in");
    const skip = (hour: number) => hour >= FAULT && hour % 24 === 3;
    const engine = new Engine([north]);
    const { events, nights } = engine.feed(columnsOf(hourlyRows(north.channel, FAULT + 10 * 24, leaky, { skip })));
    expect(events).toEqual([]);
    expect(nights.at(-1)).toMatchObject({ mnfM3h: null });
    expect(nights.at(-1)?.completeness).toBeLessThan(0.9);
  });

  test("shows inflow and customers' consumption of the day before, late customers too", () => {
    const north = inlet("north-in");
    const home = meterOf("home", { dma: "north" });
    const engine = new Engine([north, home]);
    engine.feed(columnsOf(hourlyRows(north.channel, 72, () => 1000)));
    const { nights } = engine.feed(columnsOf(hourlyRows(home.channel, 72, () => 500)));
    expect(nights.find((n) => n.date === "2025-06-03")).toMatchObject({ inflowM3: 24, customersM3: 12 });
  });
});

describe("silence", () => {
  const town = Array.from({ length: 6 }, (_, i) => meterOf(`m${i}`, { agent: "town/a1" }));
  const rowsUntil = (hours: readonly number[]) =>
    town.flatMap((m, i) => hourlyRows(m.channel, hours[i] ?? 48, homeLitres));

  test("of one meter is a finding after 24 hours, and clear when it is heard again", () => {
    const engine = new Engine(town);
    engine.feed(columnsOf(rowsUntil([20, 48, 48, 48, 48, 48])));
    expect(lines(engine.tick(START_MS + 43 * HOUR_MS).events)).toEqual([]);
    const silent = engine.tick(START_MS + 45 * HOUR_MS).events;
    expect(silent).toHaveLength(1);
    expect(silent[0]).toMatchObject({
      rule: "COMMS",
      subjectKind: "meter",
      subject: "m0",
      startMs: START_MS + 20 * HOUR_MS,
    });
    engine.feed(columnsOf(hourlyRows("m0.forward_total", 49, homeLitres)));
    expect(lines(engine.tick(START_MS + 49 * HOUR_MS).events)).toEqual(["COMMS clear 49"]);
  });

  test("of most meters of one agent is one finding about the agent", () => {
    const engine = new Engine(town);
    engine.feed(columnsOf(rowsUntil([20, 21, 21, 20, 21, 48])));
    const hours = Array.from({ length: 10 }, (_, i) => 41 + i);
    const events = hours.flatMap((h) => [...engine.tick(START_MS + h * HOUR_MS).events]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ rule: "COMMS", subjectKind: "agent", subject: "town/a1" });
  });

  test("of a meter that nobody is expected to read is no finding", () => {
    const engine = new Engine([HOME]);
    engine.feed(columnsOf(hourlyRows(CHANNEL, 20, homeLitres)));
    expect(engine.tick(START_MS + 500 * HOUR_MS).events).toEqual([]);
  });
});

test("a store's numbers of its channels change nothing, not even when they come to stand for others", () => {
  const two = [HOME, meterOf("other")];
  const rows = two.flatMap((m) => hourlyRows(m.channel, FAULT + 40, (h) => homeLitres(h) + (h >= FAULT ? 100 : 0)));
  const quarter = Math.ceil(rows.length / 4);
  const pages = [0, 1, 2, 3].map((i) => columnsOf(rows.slice(i * quarter, (i + 1) * quarter)));
  const [plain, numbered] = [new Engine(two), new Engine(two)];
  for (const page of pages) {
    const keys = { channelKeys: Int32Array.from(page.channels, (_, i) => i + 3) };
    expect(numbered.unknownIn({ ...page, ...keys })).toEqual([]);
    expect(numbered.feed({ ...page, ...keys })).toEqual(plain.feed(page));
  }
  expect(numbered.unknownIn(columnsOf([{ channel: "nobody", readAtMs: START_MS, counts: 1 }]))).toEqual(["nobody"]);
});

describe("the engine's state", () => {
  const meters = [
    HOME,
    meterOf("gas", { commodity: "gas" }),
    meterOf("in", { purpose: "dma", inletOf: [{ dma: "d", sign: 1 }] }),
  ];
  const rows = meters
    .flatMap((m, k) =>
      hourlyRows(m.channel, 45 * 24, (h) => homeLitres(h + k) + (h >= FAULT && h < FAULT + 120 ? 90 + k : 0), {
        skip: (h) => (h * 31 + k) % 97 === 0,
      }),
    )
    .sort((a, b) => a.readAtMs - b.readAtMs);

  test("takes at most 300 bytes a meter", () => {
    expect(new Engine([HOME]).stats().bytesPerMeter).toBeLessThanOrEqual(300);
  });

  test("gives the same findings whole and with a snapshot and restore at any row", () => {
    const whole = run(meters, rows);
    expect(whole.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: rows.length }), (cut) => {
        const first = new Engine(meters);
        const before = first.feed(columnsOf(rows.slice(0, cut))).events;
        const second = new Engine(meters);
        second.restore(first.snapshot());
        const after = second.feed(columnsOf(rows.slice(cut))).events;
        expect([...before, ...after]).toEqual(whole);
      }),
      { seed: 3, numRuns: 12 },
    );
  });

  test("survives a newer registry with other meters and another order", () => {
    const first = new Engine(meters);
    first.feed(columnsOf(rows.slice(0, 2000)));
    const second = new Engine([meterOf("new"), ...meters.toReversed()]);
    second.restore(first.snapshot());
    const rest = columnsOf(rows.slice(2000));
    expect(second.feed(rest).events).toEqual(first.feed(rest).events);
  });

  test("refuses a snapshot of another version: its slots lie otherwise, and the feed is read again", () => {
    const old = readFileSync(new URL("./testing/snapshots/v1.bin", import.meta.url));
    expect(() => new Engine(meters).restore(old)).toThrow("version 1, expected 3");
  });

  test("refuses a damaged snapshot and one of another program", () => {
    const bytes = new Engine(meters).snapshot();
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    expect(() => new Engine(meters).restore(bytes)).toThrow(SnapshotError);
    expect(() => new Engine(meters).restore(new Uint8Array(3))).toThrow(SnapshotError);
  });

  test("goes on from a snapshot in pieces as from one in whole, and refuses pieces that are damaged, missing or out of order", async () => {
    const first = new Engine(meters);
    first.feed(columnsOf(rows.slice(0, 2000)));
    const pieces = [...first.snapshotPieces(1000)];
    expect(pieces.length).toBeGreaterThan(2);
    const second = new Engine(meters.toReversed());
    await second.restorePieces(pieces);
    const rest = columnsOf(rows.slice(2000));
    expect(second.feed(rest).events).toEqual(first.feed(rest).events);
    const refused = (some: readonly Uint8Array[]) =>
      expect(new Engine(meters).restorePieces(some)).rejects.toThrow(SnapshotError);
    await refused([]);
    await refused(pieces.slice(0, -1));
    await refused(pieces.slice(1));
    await refused(pieces.toSpliced(1, 1));
    await refused(pieces.map((bytes) => bytes.slice(0, -1)));
  });

  test("counts rows of channels that nobody knows", () => {
    const engine = new Engine([HOME]);
    engine.feed(columnsOf(hourlyRows("stranger", 5, homeLitres)));
    expect(engine.stats().unknownRows).toBe(6);
  });
});
