import { describe, expect, test } from "vitest";
import { HOUR_MS, hourlyRows, meterOf, type SeriesRow, START_MS } from "../testing/series.ts";
import { HeldDays } from "./held-days.ts";
import { DAY_MS } from "./meter-day.ts";
import { RegisterHours, type RegisterWork, replayFrom } from "./register-hours.ts";
import { curveOfRows } from "./testing/curves.ts";

const CHANNEL = "home.forward_total";

function workOf(periodMs = HOUR_MS): RegisterWork {
  const place = { inletOf: [], dma: null, account: null, agent: null };
  return { meter: meterOf("home", { periodMs }), place, days: new HeldDays(Number.NEGATIVE_INFINITY) };
}

function readingsOf(rows: readonly SeriesRow[]) {
  return rows.map(({ readAtMs, counts, quality = 0, flags = 0 }) => ({
    readAtMs,
    counts: BigInt(counts),
    quality,
    flags,
    isLate: false,
  }));
}

/** Litres of every hour that has a volume, from START_MS. */
function litresOf(work: RegisterWork, hours: number): (number | null)[] {
  return Array.from({ length: hours }, (_, hour) => {
    const atMs = START_MS + hour * HOUR_MS;
    const share = work.days.get(Math.floor(atMs / DAY_MS))?.share((atMs / HOUR_MS) % 24);
    return share && share.goodS + share.estimatedS > 0 ? share.ml / 1000 : null;
  });
}

describe("a register's hours", () => {
  test("are the differences of its counts, a state kept between readings", () => {
    const rows = hourlyRows(CHANNEL, 5, (hour) => hour + 1);
    const whole = workOf();
    new RegisterHours().read(whole, readingsOf(rows));
    expect(litresOf(whole, 5)).toEqual([1, 2, 3, 4, 5]);
    const parts = workOf();
    let state: Uint8Array | undefined;
    for (const reading of readingsOf(rows)) {
      const hours = new RegisterHours();
      hours.load(state);
      hours.read(parts, [reading]);
      state = hours.save();
    }
    expect(litresOf(parts, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  test("spread a daily reading evenly and add up to it exactly", () => {
    const work = workOf(DAY_MS);
    const startMs = START_MS - 16 * HOUR_MS;
    const rows = [0, 1].map((day) => ({ channel: CHANNEL, readAtMs: startMs + day * DAY_MS, counts: day * 100 }));
    new RegisterHours().read(work, readingsOf(rows));
    const day = work.days.get(startMs / DAY_MS);
    const shares = Array.from({ length: 24 }, (_, hour) => day?.share(hour));
    expect(shares.reduce((sum, share) => sum + (share?.ml ?? 0), 0)).toBe(100_000);
    expect(shares.every((share) => share?.estimatedS === 3600 && share.goodS === 0)).toBe(true);
  });

  test("are told anew from the store when a reading comes late, from a little before it on", () => {
    const rows = hourlyRows(CHANNEL, 30, (hour) => (hour === 12 ? 90 : 1));
    const isGap = (hour: number) => hour > 10 && hour < 16;
    const work = workOf();
    const hours = new RegisterHours();
    hours.read(work, readingsOf(rows.filter((_, hour) => !isGap(hour))));
    expect(litresOf(work, 30)[12]).toBe(16);
    const lateMs = START_MS + 11 * HOUR_MS;
    const curve = curveOfRows(rows, CHANNEL);
    const fromMs = replayFrom(curve, lateMs, HOUR_MS);
    expect(fromMs).toBe(START_MS + 8 * HOUR_MS);
    hours.replay(work, curve, fromMs);
    expect(litresOf(work, 30)).toEqual(rows.slice(0, 30).map((_, hour) => (hour === 12 ? 90 : 1)));
    expect(hours.newestMs).toBe(START_MS + 30 * HOUR_MS);
  });

  test("do not fall at a roll-over, and have no volume across an exchange", () => {
    const counts = [99_990, 99_998, 6, 10];
    const work = { ...workOf(), meter: meterOf("home", { capacityCounts: 100_000 }) };
    const rows = counts.map((count, hour) => ({
      channel: CHANNEL,
      readAtMs: START_MS + hour * HOUR_MS,
      counts: count,
    }));
    new RegisterHours().read(work, readingsOf(rows));
    expect(litresOf(work, 3)).toEqual([8, 8, 4]);
  });
});
