import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { scoreInjected } from "./injected.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2021, 0, 1);
const DAYS = 400;
const folder = mkdtempSync(join(tmpdir(), "nf-injected-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A district that takes 30 m³/h by night and 60 by day, with one labelled leak of 10 m³/h in it. */
function writeDistrict(): void {
  mkdirSync(join(folder, "dma"));
  const at = (hour: number) => new Date(START_MS + hour * HOUR_MS).toISOString();
  const [from, to] = [200 * 24, 228 * 24];
  let total = 1000;
  const lines = Array.from({ length: DAYS * 24 }, (_, hour) => {
    const line = `dma-1-DMA1,${at(hour)},${total.toFixed(3)}`;
    total += (hour % 24 < 6 ? 30 : 60) + (hour % 7) / 100 + (hour >= from && hour < to ? 10 : 0);
    return line;
  });
  writeFileSync(
    join(folder, "dma", "readings.csv.gz"),
    gzipSync(`meter,read_at,forward_total_m3\n${lines.join("\n")}`),
  );
  const leak = {
    kind: "abrupt-20%",
    start: at(from),
    end: at(to),
    leak_l: Array.from({ length: to - from }, () => 10_000),
  };
  const label = { meter: "dma-1-DMA1", warm: at(84 * 24), last: at(DAYS * 24 - 1), natural: [], events: [leak] };
  writeFileSync(join(folder, "dma", "labels.json"), JSON.stringify({ track: "dma", meters: [label] }));
}

describe("new leaks in real series", () => {
  const track = { name: "dma", kind: "district", zone: "Europe/Rome" } as const;

  test("take the place of the labelled ones, are the same each time, and are found in a steady district without a false alarm", async () => {
    writeDistrict();
    const score = await scoreInjected(folder, track, 4);
    expect(await scoreInjected(folder, track, 4)).toEqual(score);
    const leaks = Object.values(score.byKind).reduce((sum, { events }) => sum + events, 0);
    expect(leaks).toBeGreaterThan(8);
    expect(score.all.falseUp).toBe(0);
    expect(score.all.leaks).toBeGreaterThan(0.5);
    expect(score.tuned).toEqual(score.all);
  });
});
