import { describe, expect, test } from "vitest";
import { alarmLine, type ReplayRow, replayReadings } from "./replay.ts";
import { HOUR_MS, homeLitres, hourlyRows, START_MS } from "./testing/series.ts";

const FAULT = 30 * 24 + 12;

function fileRows(meter: string, hours: number, leakLitres: number): ReplayRow[] {
  const litres = (hour: number) => homeLitres(hour) + (hour >= FAULT && hour < FAULT + 48 ? leakLitres : 0);
  return hourlyRows(meter, hours, litres).map((row) => ({ meter, readAtMs: row.readAtMs, value: row.counts / 1000 }));
}

describe("replay of a file", () => {
  test("gives the alarms of the live detectors, sorted by opening, with the classes of the alarm file", async () => {
    const rows = [
      ...fileRows("b", FAULT + 90, 100),
      ...fileRows("a", FAULT + 90, 900),
      ...fileRows("c", FAULT + 90, 0),
    ];
    const alarms = await replayReadings(rows, { kind: "customer", zone: "Asia/Shanghai" });
    expect(alarms.map((a) => `${a.meter} ${a.class}`)).toEqual(expect.arrayContaining(["a burst", "a leak", "b leak"]));
    expect(alarms.some((a) => a.meter === "c")).toBe(false);
    expect(alarms.map((a) => a.openedAtMs)).toEqual(alarms.map((a) => a.openedAtMs).toSorted((x, y) => x - y));
  });

  test("never looks ahead: cut off anywhere, it has opened the same alarms up to there", async () => {
    const rows = fileRows("b", FAULT + 90, 100);
    const options = { kind: "customer", zone: "Asia/Shanghai" } as const;
    const whole = await replayReadings(rows, options);
    for (const hours of [FAULT + 20, FAULT + 26, FAULT + 60]) {
      const cutMs = START_MS + hours * HOUR_MS;
      const cut = await replayReadings(
        rows.filter((row) => row.readAtMs <= cutMs),
        options,
      );
      const openedBy = whole.filter((a) => a.openedAtMs <= cutMs).map((a) => [a.openedAtMs, a.class]);
      expect(cut.map((a) => [a.openedAtMs, a.class])).toEqual(openedBy);
    }
  });

  test("takes every meter of a district file as the inlet of a district of its own", async () => {
    const rows = hourlyRows("d", FAULT + 300, (h) => 9000 + ((h * 7919) % 97) + (h >= FAULT ? 4000 : 0));
    const file = rows.map((row) => ({ meter: "d", readAtMs: row.readAtMs, value: row.counts / 1000 }));
    const alarms = await replayReadings(file, { kind: "district", zone: "Asia/Shanghai" });
    expect(alarms).toMatchObject([{ meter: "d", class: "leak", closedAtMs: null }]);
  });

  test("writes instants in UTC and leaves the end of an open alarm empty", () => {
    expect(alarmLine({ meter: "m", openedAtMs: 0, closedAtMs: null, class: "leak" })).toBe(
      "m,1970-01-01T00:00:00.000Z,,leak",
    );
  });
});
